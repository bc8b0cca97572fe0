#include "gateway/pull/people.h"

namespace tilts::pull {

void People::add(std::string client, std::string code) {
  const auto place = static_cast<Index>(people_.size());
  people_.push_back({std::move(client), std::move(code), false, false});
  by_code_.emplace(people_.back().code, place);
}

void People::also_known_as(std::string_view code, Index person) {
  if (!by_code_.contains(code)) by_code_.emplace(new_codes_.emplace_back(code), person);
}

const People::Index* People::find(std::string_view code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &found->second;
}

void People::answered(Index person) {
  if (people_[person].answered) return;
  people_[person].answered = true;
  ++answered_;
}

}  // namespace tilts::pull
