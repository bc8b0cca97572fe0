// The structs an adapter hands over, judged and turned into the host's own values. Nonsense throws
// Error(bug), too much throws LimitExceeded; sentences name places and sizes, never values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/abi/adapter_abi.h"
#include "plugins/host/descriptor.h"
#include "plugins/host/limits.h"
#include "plugins/host/services.h"

namespace tilts::host {

// A view of a text: not null with a size, not larger than `limit`, clean UTF-8. `what` is what it is called.
std::string_view argument(tilts_text given, std::string_view what, size_t limit);
// The same without asking for UTF-8: ready bytes.
std::string_view octets(tilts_text given, std::string_view what, size_t limit);

Request read_request(const tilts_request& given, const Limits& limits);

// Reads records of the descriptor's types; reuses its memory from one to the next.
class RecordArguments {
 public:
  RecordArguments(const Descriptor& descriptor, const Limits& limits)
      : descriptor_(descriptor), limits_(limits) {}

  // Valid until the next one.
  Emitted read(const tilts_record& given);
  // Bytes of all texts of the last one.
  size_t bytes() const { return bytes_; }

 private:
  std::string_view take(tilts_text given, std::string_view what, size_t limit);

  const Descriptor& descriptor_;
  const Limits& limits_;
  std::vector<EmittedField> fields_;
  std::vector<bool> seen_;
  size_t bytes_ = 0;
};

}  // namespace tilts::host
