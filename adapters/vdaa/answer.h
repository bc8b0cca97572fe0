// The people of one answer become records: of each their own, and those that they have several of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/vdaa/lookup.h"
#include "plugins/sdk/host.h"

namespace tilts::vdaa {

class PeopleReader {
 public:
  // `types`: the person's own kind first, then those of of_person in their order. Both outlive the reader.
  PeopleReader(const Lookup& lookup, const std::vector<tilts_record_type>& types);

  // Emits everybody in the answer and adds their number to `people`. Throws Failure(untrusted) when somebody
  // was not asked about, comes twice or is missing, or the registry's own total is another; then nothing of
  // it may be kept. What cannot be read or told apart is held back, each record by itself.
  request_service::Answered read(sdk::Host& host, const request_service::Reply& reply,
                                 const std::vector<std::string>& asked, uint64_t& people) const;

 private:
  const Lookup& lookup_;
  const std::vector<tilts_record_type>& types_;
  const request_service::AnswerReader reader_;
};

}  // namespace tilts::vdaa
