// What --json prints: one object with environment, municipality, and a list under its name.
#pragma once

#include <string>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include "gateway/cli/command.h"
#include "gateway/config/configuration.h"

namespace tilts::cli {

inline void print_json_list(Context& context, const config::Configuration& configuration,
                            const std::string& name, const Poco::JSON::Array& list) {
  Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
  object.set("environment", std::string(config::name(configuration.environment)));
  object.set("municipality", configuration.municipality);
  object.set(name, list);
  object.stringify(context.out, 2);
  context.out << '\n';
}

}  // namespace tilts::cli
