// A page of the population registry's change feed, as adapters/population/README.md has it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tilts::bench {

// What the answer must repeat of the request.
struct PageOf {
  std::string_view transaction;
  std::string_view request;  // its MessageID
  std::string_view message_type;
};

// The same people for the same number: 11 digits that end with their check digit, on days no calendar has.
std::vector<std::string> codes(size_t people);
// How many people fill a page of so many bytes.
size_t people_in(size_t bytes);

// The content of s:Body: these people, in canonical form; `next_cursor` is where the feed goes on.
std::string change_page(const std::vector<std::string>& codes, const PageOf& of,
                        std::string_view next_cursor);

}  // namespace tilts::bench
