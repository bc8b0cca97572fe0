#include "tests/simulator/json.h"

#include <algorithm>
#include <stdexcept>

#include <Poco/JSON/Parser.h>

namespace tilts::simulator {

void demand_keys(const Poco::JSON::Object& object, std::initializer_list<std::string_view> keys) {
  for (const std::string& key : object.getNames())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw std::invalid_argument("nobody reads the key " + key);
}

Poco::JSON::Object::Ptr parse_json(const std::string& json, std::initializer_list<std::string_view> keys) {
  Poco::JSON::Parser parser;
  auto object = parser.parse(json.empty() ? "{}" : json).extract<Poco::JSON::Object::Ptr>();
  demand_keys(*object, keys);
  return object;
}

}  // namespace tilts::simulator
