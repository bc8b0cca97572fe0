// A document of ours: written, signed, sent once, and looked for by its delivery notice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::e_address {

// What the settings say of every document.
struct Letterhead {
  std::string address;  // ours
  std::string institution;
  std::string recipient;
  std::string title;
  std::string kind;
  std::string entry_file;
};

// Sends the document of an entry and settles it with the MessageId that the interface gives. Throws
// Failure(config) naming what is missing before anything is sent.
void send_document(sdk::Host& host, const Letterhead& letterhead, std::string_view operation,
                   const sdk::Entry& entry);

// Settles it as received when the mailbox holds a notice of kind `notices` about it. Throws
// Failure(transient) when there is none: that a document was delivered can be seen, that it was not cannot.
void find_notice(sdk::Host& host, std::string_view notices, int64_t page_size, const sdk::Entry& entry);

}  // namespace tilts::e_address
