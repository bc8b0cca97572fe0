// A resident as the registry writes him on the wire, and as the truth files do.
#pragma once

#include <iosfwd>
#include <string>

#include "tests/simulator/residents.h"

namespace tilts::simulator {

constexpr const char* person_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0";

// The registry's day as AsOf says it: with Riga's offset for most rows, with Z for every third.
struct AsOf {
  explicit AsOf(std::chrono::sys_days day);
  std::string local;
  std::string utc;
};

// Canonical XML of p:Person; the prefix is declared further out.
void append_person(std::string& xml, const Residents& residents, Index index, const AsOf& as_of);

std::string client_number(Index index);  // K-000001
void write_roster(std::ostream& out, const Residents& residents);
void write_truth_csv(std::ostream& out, const Residents& residents);
void write_truth_json(std::ostream& out, const Residents& residents);  // a line a person
void write_nights(std::ostream& out, const Residents& residents);      // a line an event

}  // namespace tilts::simulator
