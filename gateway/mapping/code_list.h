// A code list whose entries hold for some days and not for others.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/mapping/mapping.h"

namespace tilts::mapping {

// An age in whole years and months, "P64Y9M" (xs:duration).
struct Age {
  int years = 0;
  int months = 0;
};

std::optional<Age> read_age(std::string_view text);
// The day on which somebody born on `birth` reaches an age. A day that the month lacks is its last: who was
// born on 29 February reaches 65 on 28 February.
Date reaches(Date birth, Age age);

struct CodeList {
  struct Entry {
    std::string code;
    std::string value;
    Date from;  // both days included
    Date to;
    std::optional<Age> age;  // when the value is one
    int line = 0;
  };

  std::string name;
  std::string file;
  std::string bytes;  // of the file, for the mapping's hash
  std::vector<Entry> entries;

  // Throws nothing; what is wrong goes to `problems`.
  static CodeList load(const std::string& name, const std::filesystem::path& file,
                       std::vector<Problem>& problems);

  // The entries are ages: the first day on which the age asked for on that very day was reached, if there is
  // one up to `today`. Who reached 64 years and 9 months while that was asked for keeps it when the age rises
  // the next day.
  std::optional<Date> reached(Date birth, Date today) const;
};

// What a list says on one day.
class CodesOfDay {
 public:
  CodesOfDay(const CodeList& list, Date day);  // `list` stays
  const std::string* find(std::string_view code) const;

 private:
  std::unordered_map<std::string_view, const std::string*> codes_;
};

}  // namespace tilts::mapping
