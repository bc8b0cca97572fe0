#include "gateway/pull/roster.h"

#include <algorithm>
#include <optional>

#include <Poco/UTF8Encoding.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/pull/roster_source.h"

namespace tilts::pull {
namespace {

std::string trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

bool is_utf8(const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = bytes + text.size();
  while (bytes < end) {
    const int length = *bytes < 0x80 ? 1 : *bytes < 0xE0 ? 2 : *bytes < 0xF0 ? 3 : 4;
    if (length > end - bytes) return false;
    if (!Poco::UTF8Encoding::isLegal(bytes, length)) return false;
    bytes += length;
  }
  return true;
}

// With or without the printed form's hyphen (DDMMYY-CXXXX). The check digit and the date inside prove nothing
// (domain: 3.2), so eleven digits are a code.
std::optional<std::string> eleven_digits(std::string code) {
  if (code.size() == 12 && code[6] == '-') code.erase(6, 1);
  const bool digits = std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (code.size() != 11 || !digits) return std::nullopt;
  return code;
}

std::optional<bool> is_open(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const char* yes : {"1", "yes", "true", "t", "jā", "ja"})
    if (word == yes) return true;
  for (const char* no : {"0", "no", "false", "f", "nē", "ne"})
    if (word == no) return false;
  return std::nullopt;
}

}  // namespace

void RosterCollector::take(int64_t line, const RosterLine& raw) {
  const std::string client = trimmed(raw.client);
  const std::string code = trimmed(raw.code);
  const auto broken = [&](const char* rule, std::string english, std::string latvian) {
    roster_.findings.push_back({line, rule, is_utf8(client) ? client : "", is_utf8(code) ? code : "",
                                fmt::format("Roster line {}: {}", line, english),
                                fmt::format("Saraksta {}. rinda: {}", line, latvian)});
  };
  if (!is_utf8(raw.client + raw.code + raw.open))
    return broken("roster-text", "the text is not UTF-8; save the file as UTF-8.",
                  "teksts nav UTF-8 kodējumā; saglabājiet failu kā UTF-8.");
  if (client.empty() || client.size() > 64)
    return broken("roster-client", "the client number is missing or longer than 64 bytes.",
                  "nav klienta numura, vai tas ir garāks par 64 baitiem.");
  const auto normal = eleven_digits(code);
  if (!normal)
    return broken("roster-code", "the personas kods is not 11 digits.", "personas kods nav 11 cipari.");
  const auto open = is_open(trimmed(raw.open));
  if (!open) return broken("roster-open", "\"open\" is neither 1 nor 0.", "lauks \"open\" nav ne 1, ne 0.");
  if (const auto seen = clients_.find(client); seen != clients_.end())
    return broken("roster-duplicate", fmt::format("this client number is already on line {}.", seen->second),
                  fmt::format("šis klienta numurs jau ir {}. rindā.", seen->second));
  if (const auto seen = codes_.find(*normal); seen != codes_.end())
    return broken("roster-duplicate", fmt::format("this personas kods is already on line {}.", seen->second),
                  fmt::format("šis personas kods jau ir {}. rindā.", seen->second));
  const RosterEntry& entry = roster_.entries.emplace_back(RosterEntry{client, *normal, *open});
  clients_.emplace(entry.client, line);
  codes_.emplace(entry.code, line);
}

void RosterCollector::broken(int64_t line, const char* rule, const std::string& english,
                             const std::string& latvian) {
  roster_.findings.push_back({line, rule, "", "", fmt::format("Roster line {}: {}", line, english),
                              fmt::format("Saraksta {}. rinda: {}", line, latvian)});
}

Roster RosterCollector::finish(const std::string& source) && {
  if (roster_.entries.empty())
    throw Error(
        Code::config,
        fmt::format("roster {}: not one of its {} lines can be used; nobody was asked about and nothing was "
                    "removed, mend the roster (columns client;code;open)",
                    source, roster_.findings.size()));
  return std::move(roster_);
}

Roster read_roster(const config::RosterSettings& settings) {
  return settings.csv.empty() ? read_roster_sql(settings.connection, settings.sql)
                              : read_roster_csv(settings.csv);
}

}  // namespace tilts::pull
