// The answer to one SubmitSync: checked against what was asked, its people emitted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/population/asked.h"
#include "adapters/population/envelope.h"
#include "plugins/sdk/host.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::population {

// What became of one answer.
struct Taken {
  enum class Outcome { people, transaction_lost, list_too_big } outcome = Outcome::people;
  std::string refusal;      // of the two other outcomes: the sentence, should it happen again
  uint64_t total = 0;       // people, by the registry's own count
  std::string next_cursor;  // the change feed's
  bool has_more = false;
};

class AnswerReader {
 public:
  // `element`: PersonListResponse or PersonChangesResponse.
  explicit AnswerReader(const std::string& element);

  // Emits everyone in the answer, or throws Failure; then nothing of it may be kept. `asked` is nullptr for
  // the change feed, which names whom it likes.
  Taken read(sdk::Host& host, std::string_view body, const SubmitHeader& sent, Asked* asked) const;

 private:
  sdk::RecordReader soap11_;
  sdk::RecordReader soap12_;
};

}  // namespace tilts::population
