// What both kinds of roster share: one line's text becomes an entry or a finding.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/pull/roster.h"

namespace tilts::pull {

struct RosterLine {
  std::string client, code, open;
};

class RosterCollector {
 public:
  void take(int64_t line, const RosterLine& raw);
  void broken(int64_t line, const char* rule, const std::string& english, const std::string& latvian);
  // Throws Error(config) when nothing usable was taken.
  Roster finish(const std::string& source) &&;

 private:
  Roster roster_;
  // To the line that had it first. Views into the entries, which keep their place: a city is 100 000 of them.
  std::unordered_map<std::string_view, int64_t> clients_, codes_;
};

Roster read_roster_csv(const std::string& file);
Roster read_roster_sql(const std::string& connection, const std::string& sql);

}  // namespace tilts::pull
