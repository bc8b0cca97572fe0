// What both kinds of roster share: one line's text becomes an entry or a finding.
#pragma once

#include <string>
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
  std::unordered_map<std::string, int64_t> clients_, codes_;  // to the line that had it first
};

Roster read_roster_csv(const std::string& file);
Roster read_roster_sql(const std::string& connection, const std::string& sql);

}  // namespace tilts::pull
