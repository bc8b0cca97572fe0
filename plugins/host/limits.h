// What one call of an adapter may do at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/base/error.h"

namespace tilts::host {

// Over any of it, the run ends with a sentence.
struct Limits {
  size_t value = size_t{1} << 20;          // bytes of a field's value
  size_t key = 256;                        // bytes of a record's key or date, of a name
  size_t cursor = size_t{64} << 10;        // bytes of a cursor, token, receipt or reason
  size_t content = size_t{20} << 20;       // bytes of a request, as calls or ready
  size_t document = size_t{20} << 20;      // bytes of a document to sign or verify
  size_t attachment = size_t{256} << 20;   // bytes of one file that goes with a request,
  uint32_t attachments = 1000;             // and how many of them
  size_t depth = 256;                      // elements open at once in writer calls
  uint64_t questions = 1'000'000;          // of one ask_many
  uint64_t subjects = 10'000;              // of one request
  uint64_t records = 50'000;               // emitted between two checkpoints,
  size_t record_bytes = size_t{32} << 20;  // and their bytes
  size_t log_text = 4096;                  // bytes of a log line
  uint64_t log_lines = 10'000;             // of one call
};

// The adapter went over one. For whoever reads the run it is an adapter's bug.
class LimitExceeded : public Error {
 public:
  explicit LimitExceeded(const std::string& text) : Error(Code::bug, text) {}
};

}  // namespace tilts::host
