#include "plugins/request_service/asked.h"

#include <algorithm>

#include "plugins/sdk/failure.h"

namespace tilts::request_service {

using sdk::Code;
using sdk::Failure;

bool Asked::tick(const std::string& code) {
  const auto found = answered_.find(code);
  if (found == answered_.end() || found->second) return false;
  found->second = true;
  return true;
}

void Asked::answered(const std::string& code, const std::string& previous) {
  if (tick(code) || tick(previous)) return;
  if (answered_.contains(code) || answered_.contains(previous))
    throw Failure(Code::untrusted,
                  "the answer names one person twice; nothing of it was taken, ask the registry");
  throw Failure(Code::untrusted,
                "the answer names a person whom the request did not ask about; nothing of it was taken, ask "
                "the registry");
}

void Asked::complete() const {
  const auto missing = std::ranges::count_if(answered_, [](const auto& person) { return !person.second; });
  if (missing > 0)
    throw Failure(Code::untrusted, "the answer says nothing about " + std::to_string(missing) + " of the " +
                                       std::to_string(answered_.size()) +
                                       " people asked about; nothing of it was taken, ask the registry");
}

}  // namespace tilts::request_service
