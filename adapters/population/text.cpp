#include "adapters/population/text.h"

#include <algorithm>

#include "plugins/sdk/text.h"

namespace tilts::population {

bool is_kind(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9');
  });
}

bool is_document_number(std::string_view text) {
  return !text.empty() && text.size() <= 64 && sdk::trimmed(text) == text &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
}

}  // namespace tilts::population
