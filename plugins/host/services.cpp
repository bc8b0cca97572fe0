#include "plugins/host/services.h"

namespace tilts::host {

Record Emitted::record() const {
  Record result{std::string(type),          std::string(key),   std::string(previous_key),
                presence != Presence::gone, std::string(as_of), {}};
  result.fields.reserve(fields.size());
  for (const EmittedField& field : fields)
    result.fields.push_back({std::string(field.name), std::string(field.value)});
  return result;
}

}  // namespace tilts::host
