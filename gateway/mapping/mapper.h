// Maps the stored records of one subject after another for the date of a run. What depends on the day appears
// on the day: the result is a function of mapping, records, roster entry and run, and of nothing else.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/finding.h"
#include "gateway/base/record.h"
#include "gateway/mapping/mapping.h"
#include "gateway/targets/row.h"

namespace tilts::mapping {

struct Run {
  Date date;                 // the day in the job's zone
  std::string municipality;  // as configured
  std::string environment;   // "test" or "production"
};

// Someone the roster names, with everything the registry said about them. Views: valid during map().
struct Subject {
  std::string_view client;         // the municipality's number: the key that stays
  std::string_view code;           // personas kods, 11 digits
  std::string_view previous_code;  // when it ever changed; else empty
  std::span<const Record> records;
  bool code_known = false;  // the target has nothing under another code: that it once changed is no news
};

struct MappedRow {
  targets::Row row;
  bool held = false;  // held back as a whole: deliver nothing for this key, keep what was delivered
};

struct Outcome {
  std::span<const MappedRow> rows;  // none: not entitled, or the registry has no such record
  std::span<const Finding> findings;
  // Both pass findings of other fields (such a row is delivered without the held cells) and go first.
  bool death = false;         // the person is dead, known to the target or not
  bool code_changed = false;  // and the target does not know it yet
  // false: a key could not be told, so no row of this subject may be removed because it is missing here.
  bool complete = true;
};

// One thread. Buffers are reused: an outcome is valid until the next map().
class Mapper {
 public:
  // Throws Error(config) when the run cannot be mapped at all (the municipality is in no code list on that
  // day).
  Mapper(std::shared_ptr<const Mapping> mapping, Run run);
  ~Mapper();
  Mapper(Mapper&&) noexcept;

  const Outcome& map(const Subject& subject);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tilts::mapping
