// JSON of the control port.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <Poco/JSON/Object.h>

namespace tilts::simulator {

// A key that nobody reads is an error, so that a misspelt word does not pass in silence: throws
// std::invalid_argument.
void demand_keys(const Poco::JSON::Object& object, std::initializer_list<std::string_view> keys);
// The text's object (an empty text is an empty one).
Poco::JSON::Object::Ptr parse_json(const std::string& json, std::initializer_list<std::string_view> keys);

}  // namespace tilts::simulator
