#include <array>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/pull/roster_source.h"

namespace tilts::pull {
namespace {

// One line cut at `;`; a cell may stand in double quotes, doubled inside (RFC 4180). Nothing when a quote is
// not closed on its line.
std::optional<std::vector<std::string>> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || cells.back().empty())) {
      quoted = !quoted;
    } else if (c == ';' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  if (quoted) return std::nullopt;
  return cells;
}

struct Columns {
  size_t client, code, open, count;
};

Columns columns_of(const std::string& file, const std::string& header) {
  const auto cells = cells_of(header);
  const auto place = [&](const char* name) {
    for (size_t i = 0; cells && i < cells->size(); ++i)
      if ((*cells)[i] == name) return i;
    throw Error(
        Code::config,
        fmt::format("roster {}:1: the header has no column \"{}\"; it begins client;code;open", file, name));
  };
  return {place("client"), place("code"), place("open"), cells ? cells->size() : 0};
}

bool next_line(std::ifstream& in, std::string& line) {
  if (!std::getline(in, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

}  // namespace

Roster read_roster_csv(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!in)
    throw Error(Code::config, fmt::format("roster {}: cannot be read; check the path and its rights", file));
  if (!next_line(in, line))
    throw Error(Code::config, fmt::format("roster {}: the file is empty; it begins client;code;open", file));
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  const Columns columns = columns_of(file, line);

  RosterCollector collector;
  for (int64_t number = 2; next_line(in, line); ++number) {
    if (line.empty()) continue;
    auto cells = cells_of(line);
    if (!cells || cells->size() != columns.count) {
      collector.broken(number, "roster-columns", fmt::format("it has not {} columns.", columns.count),
                       fmt::format("tajā nav {} kolonnu.", columns.count));
      continue;
    }
    collector.take(number, {std::move((*cells)[columns.client]), std::move((*cells)[columns.code]),
                            std::move((*cells)[columns.open])});
  }
  if (in.bad())
    throw Error(Code::transient, fmt::format("roster {}: reading stopped in the middle; run again", file));
  return std::move(collector).finish(file);
}

}  // namespace tilts::pull
