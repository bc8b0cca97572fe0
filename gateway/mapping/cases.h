// The cases beside a mapping: mappings/<target>/cases/<record>/<case>/{input.xml,expected.xml}.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tilts::mapping {

struct CaseResult {
  std::filesystem::path folder;
  std::string difference;  // empty: the mapping gives what was expected

  bool passed() const { return difference.empty(); }
};

// Runs every case of one mapping file, ordered by name. A case that cannot be read is a difference, not an
// exception. Throws Error(config) when the mapping itself does not load.
std::vector<CaseResult> run_cases(const std::filesystem::path& mapping_file);

}  // namespace tilts::mapping
