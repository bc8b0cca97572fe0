// What goes wrong on demand, and when: README.md, "Faults". Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/random.h"

namespace tilts::simulator {

enum class FaultKind {
  slow,
  reset_before,
  reset_after,
  close_reused,
  truncated,
  http_status,
  unsigned_answer,
  wrong_signer,
  expired_certificate,
  wrapped,
  replayed,
  stale,
  wrong_encoding,
  oversized,
  malformed,
  entities,
  nested,
  stuffed,
  missing_page,
  ivis_error,
  unsigned_fault,
  signed_fault,
  http_status_after,
  close_reused_after,
  late,
  two_entries,
  other_key,
  other_audience,
  ended_token,
  future_token,
  replayed_token,
  mtom_cut,
  part_missing,
  content_id_twice,
  part_changed,
  part_unreferenced,
  include_beside_text,
};

std::string_view name(FaultKind kind);
// Throws std::invalid_argument for a name that is none.
FaultKind fault_kind(std::string_view name);

struct FaultRule {
  FaultKind kind;
  long value = 0;
  std::string operation;    // empty: any
  unsigned long nth = 1;    // the first matching request that may be hit
  unsigned long count = 1;  // 0: without end
  double probability = 1;
  unsigned long seen = 0;
  unsigned long done = 0;
};

struct Fault {
  FaultKind kind;
  long value;
};

class Faults {
 public:
  explicit Faults(std::uint64_t seed) : random_(seed) {}

  void add(FaultRule rule);
  void clear();
  std::vector<FaultRule> rules() const;
  unsigned long done() const;  // all that were ever done

  // What happens to this request: at most one fault, the oldest rule that applies. `reused`: the connection
  // has carried a request before; `answered`: there is an earlier answer to this operation.
  std::optional<Fault> strike(const std::string& operation, bool reused, bool answered);

 private:
  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_;
  Random random_;
  unsigned long done_ = 0;
};

}  // namespace tilts::simulator
