// SOAP messages with files beside them, written as MIME (W3C MTOM 1.0, section 3), and the form in which
// evidence keeps a message that was MIME.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange/mime.h"
#include "gateway/exchange/policy.h"

namespace tilts::exchange {

// A file that goes beside a message of ours.
struct Attachment {
  std::string id;  // Content-ID without "<" and ">"
  std::string media_type;
  std::shared_ptr<const std::string> bytes;
};

struct Packed {
  std::string media_type;  // of the whole
  std::string bytes;
};

// `message` and its attachments as one MIME message.
Packed pack(SoapVersion soap, std::string_view action, std::string_view message,
            const std::vector<Attachment>& attachments);

// What evidence keeps of a message that was MIME: its media type as a header, an empty line, the message.
std::string kept_form(const Packed& packed);
// The same of one that arrived: parts that are more than `most_bytes` together are named by size and SHA-256
// alone.
std::string kept_form(const MimeMessage& message, uint64_t most_bytes);
// Back from there: the message and its parts; of anything else, that was no MIME, itself and none. Throws
// Refusal, and "mime-not-kept" when parts were left out.
MimeMessage open_kept(std::string_view kept);

}  // namespace tilts::exchange
