// What an answer of the interface must be before anything is read out of it. All of it throws
// Failure(untrusted) naming the operation that was asked.
#pragma once

#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::e_address {

// An answer that does not fit its question.
sdk::Failure misfit(std::string_view operation, const std::string& what);

// The Body of an answer to `operation`.
std::string_view body_of(const sdk::Answer& answer, std::string_view operation);

// Octets of what stands there as base64.
std::string decoded(std::string_view text, std::string_view operation);

}  // namespace tilts::e_address
