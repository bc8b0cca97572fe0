#include "tests/cases/adapters/case.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "gateway/base/sha256.h"
#include "tests/support/temporary_folder.h"

namespace tilts::cases {

namespace fs = std::filesystem;

namespace {

Enter enter_of(const std::string& word) {
  if (word == "push") return Enter::push;
  if (word == "inquire") return Enter::inquire;
  if (word == "resume") return Enter::resume;
  throw std::runtime_error("nobody knows how to enter by " + word);
}

host::Attachment attachment(const fs::path& file, const std::string& media_type) {
  host::Attachment result{file.filename().string(), media_type, support::read_file(file), {}};
  Sha256 hash;
  hash.add(result.bytes);
  result.sha256 = to_hex(hash.finish());
  return result;
}

// Whether the line is about the entry of a case; then it is taken.
bool take_entry(Case& to, const std::string& word, const std::string& value) {
  if (word == "enter")
    to.enter = enter_of(value);
  else if (word == "record")
    to.entry.record.type = value;
  else if (word == "key")
    to.entry.record.key = value;
  else if (word == "idempotency-key")
    to.entry.idempotency_key = value;
  else if (word.starts_with("field "))
    to.entry.record.fields.push_back({word.substr(6), value});
  else if (word.starts_with("attachment "))
    to.entry.attachments.push_back(attachment(to.folder / word.substr(11), value));
  else
    return false;
  return true;
}

}  // namespace

std::string Case::read(const std::string& file) const {
  return fs::exists(folder / file) ? support::read_file(folder / file) : std::string();
}

Case read_case(const fs::path& folder) {
  Case result;
  result.folder = folder;
  result.name = folder.filename().string();
  const fs::path home = folder.parent_path().parent_path();
  const bool lookup = home.parent_path().filename() == "lookups";
  result.home = lookup ? home.parent_path().parent_path() : home;
  result.adapter = result.home.filename().string();
  if (lookup) result.settings["lookup"] = support::read_file(home / "lookup.xml");
  std::istringstream lines(support::read_file(folder / "case.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const size_t colon = line.find(": ");
    const std::string word = line.substr(0, colon);
    const std::string value = colon == std::string::npos ? std::string() : line.substr(colon + 2);
    if (word == "operation")
      result.operation = value;
    else if (word == "profile")
      result.profile = value;
    else if (word == "cursor")
      result.cursor = value;
    else if (word == "token")
      result.token = value;
    else if (word.starts_with("name "))
      result.names[word.substr(5)] = value;
    else if (word == "roster")
      result.roster.push_back(value);
    else if (word.starts_with("setting-file "))
      result.settings[word.substr(13)] = support::read_file(folder / value);
    else if (word.starts_with("setting "))
      result.settings[word.substr(8)] = value;
    else if (!take_entry(result, word, value))
      throw std::runtime_error((folder / "case.txt").string() + ": nobody knows " + line);
  }
  return result;
}

std::vector<fs::path> case_folders(const fs::path& adapters) {
  std::vector<fs::path> result;
  const auto walk = [&](const fs::path& cases) {
    if (!fs::is_directory(cases)) return;
    for (const auto& folder : fs::directory_iterator(cases))
      if (folder.path().filename() != "usual") result.push_back(folder.path());
  };
  for (const auto& adapter : fs::directory_iterator(adapters)) {
    walk(adapter.path() / "cases");
    if (!fs::is_directory(adapter.path() / "lookups")) continue;
    for (const auto& lookup : fs::directory_iterator(adapter.path() / "lookups"))
      walk(lookup.path() / "cases");
  }
  std::ranges::sort(result);
  return result;
}

std::string packed(const std::string& xml) {
  constexpr std::string_view white = " \t\r\n";
  std::string result;
  for (size_t at = 0; at < xml.size();) {
    const size_t next = std::min(xml.find_first_not_of(white, at), xml.size());
    const bool between = (result.empty() || result.back() == '>') && (next == xml.size() || xml[next] == '<');
    if (!between) result.append(xml, at, next - at);
    if (next < xml.size()) result += xml[next];
    at = next + 1;
  }
  return result;
}

}  // namespace tilts::cases
