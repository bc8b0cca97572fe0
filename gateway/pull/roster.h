// Who a job may ask about: client number, personas kods, whether the case is open. From a CSV of the case
// system
// (`;`, header client;code;open, UTF-8 with or without BOM) or from an SQL table (SQLite, PostgreSQL).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "gateway/config/configuration.h"

namespace tilts::pull {

struct RosterEntry {
  std::string client;  // the municipality's own number
  std::string code;    // personas kods, 11 digits
  bool open = true;    // the case is open

  bool operator==(const RosterEntry&) const = default;
};

// A line that could not be taken. `client` and the sentences may go to the findings file; the log gets rule
// and line.
struct RosterFinding {
  int64_t line = 0;
  std::string rule;  // "roster-columns", "roster-code", "roster-open", "roster-client", "roster-duplicate",
                     // "roster-text"
  std::string client;
  std::string code;  // as written; personal data
  std::string english;
  std::string latvian;
};

struct Roster {
  std::deque<RosterEntry> entries;  // in the order of the source, no client and no code twice
  std::vector<RosterFinding> findings;
};

// Throws Error(config) when there is no roster to read (no file, no header, no such column) or it has no
// usable line at all (an empty roster would remove everybody), Error(transient) when the database is not
// there.
Roster read_roster(const config::RosterSettings& settings);

}  // namespace tilts::pull
