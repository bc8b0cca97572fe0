#include "plugins/host/descriptor.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tilts::host {
namespace {

// Nothing when the value is allowed, else what is expected.
std::string expectation(const Setting& setting, const std::string& value) {
  switch (setting.kind) {
    case Setting::Kind::text:
      if (std::cmp_less(value.size(), setting.minimum) || std::cmp_greater(value.size(), setting.maximum))
        return fmt::format("a text of {} to {} bytes", setting.minimum, setting.maximum);
      return {};
    case Setting::Kind::integer: {
      int64_t number = 0;
      const char* end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, number);
      if (error != std::errc{} || stop != end || number < setting.minimum || number > setting.maximum)
        return fmt::format("a whole number from {} to {}", setting.minimum, setting.maximum);
      return {};
    }
    case Setting::Kind::boolean:
      return value == "yes" || value == "no" ? "" : "yes or no";
    case Setting::Kind::choice:
      if (std::find(setting.choices.begin(), setting.choices.end(), value) != setting.choices.end())
        return {};
      return fmt::format("one of {}", fmt::join(setting.choices, ", "));
  }
  return "a kind of value that this gateway knows";
}

}  // namespace

const Operation* Descriptor::operation(std::string_view name) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& one) { return one.name == name; });
  return found == operations.end() ? nullptr : &*found;
}

std::vector<std::string> problems(const Descriptor& descriptor, const Settings& settings) {
  std::vector<std::string> found;
  for (const auto& [name, value] : settings) {
    const auto declared = std::find_if(descriptor.settings.begin(), descriptor.settings.end(),
                                       [&](const Setting& one) { return one.name == name; });
    if (declared == descriptor.settings.end()) {
      std::vector<std::string> known;
      for (const Setting& one : descriptor.settings) known.push_back(one.name);
      found.push_back(fmt::format("adapter {}: setting {} is not one of its settings ({}); remove it",
                                  descriptor.id, name,
                                  known.empty() ? "it has none" : fmt::format("{}", fmt::join(known, ", "))));
    } else if (const std::string expected = expectation(*declared, value); !expected.empty()) {
      found.push_back(fmt::format("adapter {}: setting {} must be {}", descriptor.id, name, expected));
    }
  }
  for (const Setting& setting : descriptor.settings)
    if (setting.required && !settings.contains(setting.name))
      found.push_back(fmt::format("adapter {}: setting {} is missing ({}); configure it", descriptor.id,
                                  setting.name, setting.documentation));
  return found;
}

}  // namespace tilts::host
