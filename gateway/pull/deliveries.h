// The mappings and targets of one job, opened for a run. One that cannot be opened keeps no other from being
// delivered; its sentence ends the run.
#pragma once

#include <memory>
#include <optional>
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

// Who says what the records hold that a mapping reads: the adapter of a job, and of its population registry.
using Emitters = std::vector<const host::Descriptor*>;
Emitters emitters(const config::JobSettings& job, const registries::Registries& registries);

// A mapping that reads anything that none of them emits is not opened. None: nothing is to be mapped.
OpenDeliveries open_deliveries(const config::Configuration& configuration, const config::JobSettings& job,
                               const Emitters& emitters);

// Throws Error(config) with every sentence, one a line, when a mapping or target of any job is wrong. One
// that is out of reach may come back before its night.
void demand_deliveries(const config::Configuration& configuration, const registries::Registries& registries);

// What a mapping reads and no adapter of them emits, with its line: a misspelt word, which would empty a cell
// of everybody, or remove every row.
std::vector<mapping::Problem> never_emitted(const mapping::Mapping& mapping, const Emitters& emitters);

// A mapping that reads the roster in a job that has none.
std::optional<mapping::Problem> misses_roster(const mapping::Mapping& mapping,
                                              const config::JobSettings& job);

// A target as the configuration has it, for rows of this layout.
std::unique_ptr<targets::Target> open_target(const config::Configuration& configuration,
                                             const std::string& name, const targets::Layout& layout);

}  // namespace tilts::pull
