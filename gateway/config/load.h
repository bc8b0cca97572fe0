// tilts.xml becomes a Configuration, or every reason why not: the whole list at once, each with file and
// line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"

namespace tilts::config {

struct Problem {
  std::string file;
  int line = 0;  // 0: the file as a whole
  std::string sentence;

  std::string text() const;  // "tilts.xml:12: sentence"
  bool operator==(const Problem&) const = default;
};

struct Loaded {
  // There as soon as the file obeys configuration.xsd, even with problems: status and audit must still work.
  // Nothing is exchanged or delivered while `problems` is not empty.
  std::optional<Configuration> configuration;
  std::vector<Problem> problems;
  std::vector<Problem>
      notices;  // what will become one: a certificate or legal basis that ends within 30 days
};

// Reads the file, judges it against the schema, resolves names, opens the files that it names. Never throws
// for what the file says. `now` decides what has expired.
Loaded load(const std::filesystem::path& file, Time now);

// The same for callers that need all or nothing: throws Error(config) that names the first problem and how
// many there are.
Configuration load_or_refuse(const std::filesystem::path& file, Time now);

// As built into the binary: the schema, and the example that `tilts init` starts from.
std::string_view schema();
std::string_view example();

}  // namespace tilts::config
