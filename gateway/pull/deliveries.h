// The mappings and targets of one job, opened for a run. One that cannot be opened keeps no other from being
// delivered; its sentence ends the run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/error.h"
#include "gateway/config/configuration.h"
#include "gateway/mapping/mapping.h"
#include "gateway/targets/target.h"
#include "plugins/host/descriptor.h"

namespace tilts::registries {
class Registries;
}

namespace tilts::pull {

struct OpenDelivery {
  std::string target;  // its name
  std::shared_ptr<const mapping::Mapping> mapping;
  std::unique_ptr<targets::Target> writer;
};

struct OpenDeliveries {
  std::vector<OpenDelivery> open;
  std::vector<Error> problems;
};

// `adapter` says what the job's records hold: a mapping that reads anything else is not opened. nullptr when
// nothing is to be mapped.
OpenDeliveries open_deliveries(const config::Configuration& configuration, const config::JobSettings& job,
                               const host::Descriptor* adapter);

// Throws Error(config) with every sentence, one a line, when a mapping or target of any job is wrong. One
// that is out of reach may come back before its night.
void demand_deliveries(const config::Configuration& configuration, const registries::Registries& registries);

// What a mapping reads and this adapter never emits, with its line: a misspelt word, which would empty a cell
// of everybody, or remove every row.
std::vector<mapping::Problem> never_emitted(const mapping::Mapping& mapping, const host::Descriptor& adapter);

// A target as the configuration has it, for rows of this layout.
std::unique_ptr<targets::Target> open_target(const config::Configuration& configuration,
                                             const std::string& name, const targets::Layout& layout);

}  // namespace tilts::pull
