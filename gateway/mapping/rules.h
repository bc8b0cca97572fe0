// What is wrong with a value, in the words of the clerk who must mend it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/mapping/program.h"

namespace tilts::mapping {

struct Complaint {
  std::string rule;  // stable id
  std::string english;
  std::string latvian;
  bool notice = false;
};

// What a rule needs beside the value it judges.
struct Beside {
  Date run_date;
  std::string_view not_before, not_after;  // what the references of its bounds say; empty: no such bound
  const CodesOfDay* codes = nullptr;       // of a rule with a code list
  Date codes_day{};                        // the day that they are of
};

std::optional<Complaint> judge(const Rule& rule, std::string_view value, const Beside& beside);

Complaint missing();
Complaint not_utf8();
Complaint not_in_list(const CodeList& list, std::string_view value, Date day);
Complaint age_unknown(std::string_view field);
Complaint key_with_slash();
Complaint two_records();

// Appends the value in its format; a complaint when it cannot be read.
std::optional<Complaint> append_formatted(Format format, std::string_view value, std::string& out);

// "2026-11-21", or the Latvian day of "2026-11-20T23:30:00Z".
std::optional<Date> read_day(std::string_view text);

}  // namespace tilts::mapping
