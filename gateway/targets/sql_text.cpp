#include "gateway/targets/sql_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::targets {
namespace {

std::string quoted(const std::string& column) { return '"' + column + '"'; }

// "a", "b" of the columns that `wanted` says.
template <typename Wanted>
std::string listed(const Layout& layout, const char* pattern, const char* between, Wanted wanted) {
  std::string text;
  size_t number = 0;
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    if (!wanted(i)) continue;
    if (!text.empty()) text += between;
    text += fmt::format(fmt::runtime(pattern), quoted(layout.columns[i].name), ++number);
  }
  return text;
}

auto keys(const Layout& layout) {
  return [&layout](size_t i) { return layout.columns[i].key; };
}

constexpr auto all = [](size_t) { return true; };

}  // namespace

std::string quoted_table(const std::string& table) {
  const bool plain = std::ranges::all_of(table, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
  });
  const size_t dot = table.find('.');
  if (!plain || table.empty() || dot == 0 || dot + 1 == table.size() || dot != table.rfind('.'))
    throw Error(
        Code::config,
        fmt::format("table \"{}\": a name of letters, digits and \"_\" is meant, or schema.table", table));
  if (dot == std::string::npos) return quoted(table);
  return quoted(table.substr(0, dot)) + "." + quoted(table.substr(dot + 1));
}

std::string create_table(const std::string& table, const Layout& layout) {
  return fmt::format("CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY ({}))", table,
                     listed(layout, "{} TEXT", ", ", all), listed(layout, "{}", ", ", keys(layout)));
}

std::string upsert(const std::string& table, const Layout& layout, const std::vector<char>& held,
                   bool literal_nulls) {
  const std::string updates = listed(layout, "{0} = excluded.{0}", ", ",
                                     [&](size_t i) { return !layout.columns[i].key && held[i] == 0; });
  return fmt::format(
      "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}", table, listed(layout, "{}", ", ", all),
      listed(layout, literal_nulls ? "NULL" : "${1}", ", ", all), listed(layout, "{}", ", ", keys(layout)),
      updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

std::string removal_by_key(const std::string& table, const Layout& layout) {
  return fmt::format("DELETE FROM {} WHERE {}", table, listed(layout, "{} = ${}", " AND ", keys(layout)));
}

}  // namespace tilts::targets
