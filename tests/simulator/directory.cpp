#include "tests/simulator/directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace tilts::simulator {
namespace {

constexpr std::size_t at_first = 200;
constexpr std::size_t page_size = 50;
constexpr std::uint64_t stream = 41;

// Places that no map has.
constexpr std::array<std::string_view, 12> stems{"Ozol",  "Bērz", "Liep", "Kļav", "Egļ", "Vītol",
                                                 "Alkšņ", "Lazd", "Ķirš", "Ābel", "Grī", "Žagar"};
constexpr std::array<std::string_view, 6> endings{"pilieši",   "kalnieši", "muižnieki",
                                                  "krastieši", "sētnieki", "upnieki"};
constexpr std::array<std::string_view, 7> kinds{
    "novada pašvaldība",          "novada sociālais dienests", "bāriņtiesa",
    "sociālās aprūpes centrs",    "rehabilitācijas centrs",    "pamatskola",
    "būvvalde \"Mērs & Līmenis\""};

bool parse(std::string_view digits, std::size_t& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

Directory::Directory(std::uint64_t seed) : random_(seed, stream) {
  while (institutions_.size() < at_first) add();
}

// Numbers begin with 99, which the register of institutions has never given.
void Directory::add() {
  const std::size_t place = institutions_.size() + 1;
  const auto word = [&](const auto& words) {
    return words.at(random_.below(static_cast<std::uint32_t>(words.size())));
  };
  const std::string number = fmt::format("99{:09}", place);
  institutions_.push_back({.address = "_DEFAULT@" + number,
                           .number = number,
                           .title = fmt::format("{}{} {}", word(stems), word(endings), word(kinds)),
                           .version = version_});
}

Institution& Directory::pick() {
  for (;;) {
    Institution& found = institutions_.at(random_.below(static_cast<std::uint32_t>(institutions_.size())));
    if (!found.removed && found.version != version_) return found;
  }
}

// Token: "v-" the version at the beginning, "-" how many institutions were passed.
std::optional<Directory::Page> Directory::all(const std::string& token) const {
  std::size_t begun = version_, first = 0;
  if (!token.empty()) {
    const std::string_view said = token;
    const std::size_t dash = said.rfind('-');
    if (!said.starts_with("v-") || dash < 2 || !parse(said.substr(2, dash - 2), begun) ||
        !parse(said.substr(dash + 1), first) || begun > version_ || first > institutions_.size())
      return std::nullopt;
  }
  Page page;
  for (; first < institutions_.size() && page.records.size() < page_size; ++first)
    if (!institutions_[first].removed) page.records.push_back(institutions_[first]);
  if (first < institutions_.size())
    page.token = fmt::format("v-{}-{}", begun, first);
  else
    page.version = std::to_string(begun);
  return page;
}

std::optional<Directory::Page> Directory::changes(const std::string& version) const {
  std::size_t since = 0;
  if (!parse(version, since) || since == 0 || since > version_) return std::nullopt;
  Page page;
  for (const Institution& institution : institutions_)
    if (institution.version > since) page.records.push_back(institution);
  std::stable_sort(
      page.records.begin(), page.records.end(),
      [](const Institution& one, const Institution& other) { return one.version < other.version; });
  page.version = std::to_string(version_);
  if (page.records.size() <= page_size) return page;
  // A page ends with a version, so that the next begins behind it.
  std::size_t end = page_size;
  while (end > 0 && page.records[end].version == page.records[end - 1].version) --end;
  if (end == 0)
    while (end < page.records.size() && page.records[end].version == page.records.front().version) ++end;
  page.more = end < page.records.size();
  page.version = std::to_string(page.records[end - 1].version);
  page.records.resize(end);
  return page;
}

Directory::Turn Directory::advance() {
  ++version_;
  const Turn turn{
      .added = 1 + random_.below(3), .changed = 2 + random_.below(5), .removed = 1 + random_.below(2)};
  for (std::size_t count = 0; count < turn.removed; ++count) {
    Institution& gone = pick();
    gone.removed = true;
    gone.version = version_;
  }
  for (std::size_t count = 0; count < turn.changed; ++count) {
    Institution& changed = pick();
    if (random_.chance(0.3))
      changed.active = !changed.active;
    else
      changed.title += " (jaunais nosaukums)";
    changed.version = version_;
  }
  for (std::size_t count = 0; count < turn.added; ++count) add();
  return turn;
}

const Institution* Directory::find(const std::string& address) const {
  const auto found = std::find_if(institutions_.begin(), institutions_.end(), [&](const Institution& one) {
    return one.address == address && one.active && !one.removed;
  });
  return found == institutions_.end() ? nullptr : &*found;
}

std::size_t Directory::size() const {
  return static_cast<std::size_t>(std::count_if(institutions_.begin(), institutions_.end(),
                                                [](const Institution& one) { return !one.removed; }));
}

std::string Directory::version() const { return std::to_string(version_); }

}  // namespace tilts::simulator
