// The mailbox: headers, page by page, and documents taken out of it, one at a time. A document is confirmed,
// which removes it, only after it is verified and stored; what the settings do not name is never fetched.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::e_address {

struct Header {
  std::string id;
  std::string kind;
  std::string sender;
  std::string reference;  // of a notice: of the document that it is about
  std::string received;
};

// Every header, in the order that the documents came. `subjects`: whom the question is about. take(header)
// returns false when no more is wanted.
void read_headers(sdk::Host& host, int64_t page_size, const std::vector<std::string>& subjects,
                  const std::function<bool(const Header&)>& take);

struct Wanted {
  std::string address;  // ours
  std::set<std::string, std::less<>> kinds;
  std::set<std::string, std::less<>> senders;

  bool takes(std::string_view kind, std::string_view sender) const {
    return kinds.contains(kind) && senders.contains(sender);
  }
};

// Takes what is wanted out of the mailbox. A document that proves nothing, or that cannot be read, is held
// for a clerk and stays where it is. `cursor`: as the last run left it.
void pull_documents(sdk::Host& host, const Wanted& wanted, int64_t page_size, std::string_view cursor);

}  // namespace tilts::e_address
