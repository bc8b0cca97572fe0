#include "gateway/mapping/code_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/mapping/settings_file.h"
#include "gateway/mapping/span.h"

namespace tilts::mapping {
namespace {

constexpr Date first_day{std::chrono::year{1}, std::chrono::January, std::chrono::day{1}};
constexpr Date last_day{std::chrono::year{9999}, std::chrono::December, std::chrono::day{31}};

Date day(const xmlNode* entry, std::string_view name, Date otherwise) {
  const std::string text = attribute(entry, name);
  try {
    return text.empty() ? otherwise : parse_date(text);
  } catch (const Error&) {
    return otherwise;  // the schema has told
  }
}

}  // namespace

std::optional<Age> read_age(std::string_view text) {
  Age age;
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  if (!take(text, 'Y', age.years)) return std::nullopt;
  if (!text.empty() && !take(text, 'M', age.months)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return age;
}

Date reaches(Date birth, Age age) { return shifted(birth, {age.years, age.months, 0}); }

CodeList CodeList::load(const std::string& name, const std::filesystem::path& path,
                        std::vector<Problem>& problems) {
  CodeList list{name, path.string(), {}, {}};
  SettingsFile file = read_settings(path, "code-list", problems);
  list.bytes = std::move(file.bytes);
  if (file.root == nullptr) return list;
  for (const xmlNode* entry : children(file.root, "entry"))
    list.entries.push_back({attribute(entry, "code"), attribute(entry, "value"),
                            day(entry, "valid-from", first_day), day(entry, "valid-to", last_day),
                            read_age(attribute(entry, "value")), line_of(entry)});
  std::ranges::stable_sort(list.entries, [](const Entry& a, const Entry& b) {
    return std::tie(a.code, a.from) < std::tie(b.code, b.from);
  });
  for (size_t i = 0; i < list.entries.size(); ++i) {
    const Entry& entry = list.entries[i];
    if (entry.to < entry.from)
      problems.push_back({list.file, entry.line, "valid-to is before valid-from; correct one of them"});
    if (i > 0 && entry.code == list.entries[i - 1].code && entry.from <= list.entries[i - 1].to)
      problems.push_back({list.file, entry.line,
                          fmt::format("code \"{}\" is said twice for {}, also in line {}; end one before "
                                      "the other begins",
                                      entry.code, to_text(entry.from), list.entries[i - 1].line)});
  }
  return list;
}

std::optional<Date> CodeList::reached(Date birth, Date today) const {
  std::optional<Date> first;
  for (const Entry& entry : entries) {
    if (entry.from > today) continue;
    if (!entry.age) continue;  // compile() refused such a list
    const Date since = std::max(reaches(birth, *entry.age), entry.from);
    if (since <= std::min(entry.to, today) && (!first || since < *first)) first = since;
  }
  return first;
}

CodesOfDay::CodesOfDay(const CodeList& list, Date day) {
  for (const CodeList::Entry& entry : list.entries)
    if (entry.from <= day && day <= entry.to) codes_.emplace(entry.code, &entry.value);
}

const std::string* CodesOfDay::find(std::string_view code) const {
  const auto found = codes_.find(code);
  return found == codes_.end() ? nullptr : found->second;
}

}  // namespace tilts::mapping
