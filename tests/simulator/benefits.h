// The benefits registry (VSAA) behind the hub, as the model of adapters/vdaa/lookups/benefits has it: worked
// out from who the residents are, nothing drawn.
#pragma once

#include <string>

#include "tests/simulator/hub.h"
#include "tests/simulator/residents.h"

namespace tilts::simulator {

// What a look-up's file calls the service, read by a parser of the simulator's own.
struct LookupNames {
  std::string destination;
  std::string message_type;
};
// Throws std::runtime_error with the file and what is wrong in it.
LookupNames read_lookup_names(const std::string& file);

inline constexpr const char* benefits_namespace = "urn:tilts:model:vsaa-benefits:1";

// b:BenefitListResponse to a b:BenefitListRequest. Throws IvisError(22) for what is none. With
// `leave_out_half` the total stays as it should be.
Outcome list_benefits(const Residents& residents, const xmlNode* request, bool leave_out_half);

}  // namespace tilts::simulator
