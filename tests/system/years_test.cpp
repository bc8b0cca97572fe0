// A quiet registry for three simulated years: nobody dies, nobody moves, nothing is said twice, and each
// holder of the resident's card appears on the day on which the age is reached.
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include <Poco/RegularExpression.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/clock.h"
#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

constexpr int three_years = 1096;

// What the groups of `pattern` hold in `text`; empty when it does not match.
std::vector<std::string> groups(const char* pattern, const std::string& text) {
  std::vector<std::string> found;
  Poco::RegularExpression(pattern).split(text, found);
  return found;
}

// The birth date in a holder's row, as the mapping prints it (dd.mm.yyyy.), as the day of the 65th birthday.
std::string day_of_65(const std::string& line) {
  const auto found = groups("(\\d\\d)\\.(\\d\\d)\\.(\\d{4})", line);
  if (found.size() != 4) return "no birth date in " + line;
  std::chrono::year_month_day day{std::chrono::year(std::stoi(found[3]) + 65),
                                  std::chrono::month(static_cast<unsigned>(std::stoi(found[2]))),
                                  std::chrono::day(static_cast<unsigned>(std::stoi(found[1])))};
  if (!day.ok())
    day = day.year() / day.month() / std::chrono::last;  // 29 February: the last day of the month
  return to_text(day);
}

// The roster without everybody whose age changes nothing in these years.
void keep_who_reaches_65(City& city) {
  std::set<std::string> clients;
  std::istringstream truth(city.registry().get("/truth.csv"));
  for (std::string line; std::getline(truth, line);) {
    const auto found = groups("(K-\\d{6}).*\\b(196[1-4]-\\d\\d-\\d\\d)", line);
    if (found.size() == 3 && found[2] >= "1961-11-22" && found[2] <= "1964-11-21") clients.insert(found[1]);
  }
  std::istringstream roster(support::read_file(city.file("roster.csv")));
  std::string kept;
  for (std::string line; std::getline(roster, line);)
    if (kept.empty() || clients.contains(line.substr(0, 8))) kept += line + "\n";
  std::ofstream(city.file("roster.csv"), std::ios::binary) << kept;
}

void live_through(int nights, int at_least) {
  Plan plan;
  plan.residents = 2000;
  plan.page_size = 100;
  plan.certificate_days = 1200;
  City city(plan);
  keep_who_reaches_65(city);
  pull::RunOptions options;
  options.initial = true;
  ASSERT_TRUE(city.night(options).fetched);
  const size_t at_first = city.table("cards").size();

  std::set<std::string> known;
  for (const auto& file : city.deliveries("cards")) known.insert(file.string());
  int appeared = 0;
  // One process lives through it all, as a daemon does.
  city.with([&](pull::JobRunner& runner, store::Store&) {
    for (int day = 1; day <= nights; ++day) {
      city.quiet_days(1);
      const pull::RunReport report = runner.run("residents", options);
      ASSERT_TRUE(report.fetched) << report.sentence;
      ASSERT_EQ(report.counts.changes + report.counts.removals, 0) << report.sentence;
      for (const auto& file : city.deliveries("cards")) {
        if (!known.insert(file.string()).second) continue;
        for (const std::string& line : city.lines(file)) {
          ++appeared;
          EXPECT_TRUE(line.starts_with("add;")) << line;
          EXPECT_EQ(day_of_65(line), to_text(day_in("Europe/Riga", city.clock().now()))) << line;
        }
      }
    }
  });
  EXPECT_GE(appeared, at_least);
  EXPECT_EQ(city.table("cards").size(), at_first + static_cast<size_t>(appeared));
  // Nobody was forgotten: who loads everything on the last day has the same holders.
  City late(plan);
  keep_who_reaches_65(late);
  late.quiet_days(nights);
  ASSERT_TRUE(late.night(options).fetched);
  EXPECT_EQ(late.table("cards"), city.table("cards"));
}

TEST(Quiet, AWinterInWhichEachHolderAppearsOnTheDay) { live_through(100, 1); }
TEST(Quiet, ThreeYearsInWhichEachHolderAppearsOnTheDay) { live_through(three_years, 11); }

}  // namespace
}  // namespace tilts::system_test
