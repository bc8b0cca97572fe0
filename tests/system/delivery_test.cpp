// Who joins, who leaves, what waits, what goes first.
#include <fstream>

#include <Poco/RegularExpression.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/system/city.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::HasSubstr;
using testing::IsEmpty;

std::string replaced(std::string text, const std::string& pattern, const std::string& by) {
  Poco::RegularExpression(pattern).subst(text, by, Poco::RegularExpression::RE_GLOBAL);
  return text;
}

// A city whose first load is through.
class Loaded : public testing::Test {
 protected:
  Loaded() {
    const pull::RunReport report = city.night(initial());
    EXPECT_EQ(city.table("residents").size(), 300u) << report.sentence;
    roster = support::read_file(city.file("roster.csv"));
  }

  // The roster without the lines of these clients, which begin at K-000001.
  void without(int first, int count) {
    std::string text = roster;
    for (int client = first; client < first + count; ++client)
      text = replaced(text, fmt::format("K-{:06}[^\n]*\n", client), "");
    write_roster(text);
  }
  void write_roster(const std::string& text) {
    std::ofstream(city.file("roster.csv"), std::ios::binary) << text;
  }

  City city;
  std::string roster;
};

TEST_F(Loaded, WhoLeavesTheRosterIsAskedAboutNoMoreAndRemoved) {
  without(1, 3);
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.counts.left, 3) << report.sentence;
  EXPECT_EQ(report.counts.asked, 297);
  EXPECT_EQ(city.table("residents").size(), 297u);
  write_roster(roster);
  const pull::RunReport back = city.night();
  EXPECT_EQ(back.counts.joined, 3) << back.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST_F(Loaded, AClosedCaseLeaves) {
  write_roster(replaced(roster, "(K-000005;[^;]*;)[^\n]*\n", "$10\n"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.counts.left, 1) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 299u);
}

TEST_F(Loaded, ABrokenLineIsAFindingAndNobodyLeavesForIt) {
  write_roster(replaced(roster, "K-000005;[^\n]*\n", "K-000005;123;1\n"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::done_held_back) << report.sentence;
  EXPECT_EQ(report.counts.left, 0);
  EXPECT_EQ(report.counts.asked, 300);
  EXPECT_THAT(support::read_file(report.findings_file), HasSubstr("\"K-000005\""));
  EXPECT_EQ(std::filesystem::status(report.findings_file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Loaded, ARosterThatCannotBeReadRemovesNobody) {
  write_roster("client;code;open\n");
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.state, RunState::config) << report.sentence;
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST_F(Loaded, TooManyRemovalsWaitAndApprovalDeliversExactlyThem) {
  without(1, 26);
  const pull::RunReport waits = city.night();
  EXPECT_EQ(waits.state, RunState::waiting) << waits.sentence;
  EXPECT_THAT(waits.sentence, HasSubstr("26 removals"));
  EXPECT_EQ(city.table("residents").size(), 300u);
  const long asked = city.registry().counter("processed");
  city.with([&](pull::JobRunner& runner, store::Store& store) {
    EXPECT_THROW(runner.approve(waits.run, {"anna", "moved away"}, std::string(64, '0')), Error);
    EXPECT_THROW(runner.approve(waits.run, {"anna", ""}), Error);
    EXPECT_THROW(runner.approve("00000000", {"anna", "moved away"}), Error);
    const pull::RunReport report = runner.approve(waits.run, {"anna", "moved away"}, waits.plan);
    EXPECT_THAT(report.sentence, HasSubstr("approved by anna"));
    EXPECT_THROW(runner.approve(waits.run, {"anna", "again"}), Error);
    const auto plan =
        store.read([&](store::Session& session) { return store.plans().find(session, waits.run); });
    EXPECT_EQ(plan->approved_by, "anna");
    EXPECT_EQ(plan->because, "moved away");
  });
  EXPECT_EQ(city.registry().counter("processed"), asked);
  EXPECT_EQ(city.table("residents").size(), 274u);
}

TEST_F(Loaded, ANewerRunReplacesAWaitingPlanAndSaysSo) {
  without(1, 26);
  const pull::RunReport waits = city.night();
  ASSERT_EQ(waits.state, RunState::waiting);
  write_roster(roster);
  const pull::RunReport newer = city.night();
  EXPECT_EQ(newer.replaced, waits.run) << newer.sentence;
  EXPECT_THAT(newer.sentence, HasSubstr("the waiting plan of run " + waits.run + " is replaced"));
  city.with([&](pull::JobRunner& runner, store::Store&) {
    EXPECT_THROW(runner.approve(waits.run, {"anna", "too late"}), Error);
  });
  EXPECT_EQ(city.table("residents").size(), 300u);
}

TEST_F(Loaded, ARunThatLearntNothingLeavesAWaitingPlanToItsApproval) {
  without(1, 26);
  const pull::RunReport waits = city.night();
  ASSERT_EQ(waits.state, RunState::waiting);
  write_roster("client;code;open\n");
  const pull::RunReport unread = city.night();
  EXPECT_EQ(unread.state, RunState::config);
  EXPECT_EQ(unread.replaced, "");
  EXPECT_THAT(unread.sentence, HasSubstr("run " + waits.run + " waits for approval still"));
  city.with([&](pull::JobRunner& runner, store::Store&) {
    runner.approve(waits.run, {"anna", "moved away"}, waits.plan);
  });
  EXPECT_EQ(city.table("residents").size(), 274u);
}

TEST_F(Loaded, WhoMovedIsToldByTheRunThatDeliversItWhoeverLookedBefore) {
  city.registry().advance(100);
  pull::RunOptions looking;
  looking.preview = true;
  const pull::RunReport look = city.night(looking);
  const int64_t moved = look.counts.moved;
  EXPECT_GT(moved, 0) << look.sentence;
  EXPECT_EQ(city.night(looking).counts.moved, moved);
  const pull::RunReport report = city.night();
  EXPECT_EQ(report.counts.moved, moved) << report.sentence;
  EXPECT_EQ(city.night().counts.moved, 0);
}

TEST_F(Loaded, APreviewShowsWhatItWouldDoAndDeliversNothing) {
  without(1, 2);
  const size_t files = city.deliveries("residents").size();
  int removals = 0;
  pull::RunOptions options;
  options.preview = true;
  options.difference = [&](const pull::Difference& difference) {
    removals += difference.target == "residents" && difference.kind == pull::Difference::Kind::removal;
  };
  const pull::RunReport preview = city.night(options);
  EXPECT_EQ(removals, 2) << preview.sentence;
  EXPECT_EQ(preview.state, RunState::preview);
  EXPECT_EQ(city.deliveries("residents").size(), files);
  EXPECT_EQ(city.night().counts.left + preview.counts.left, 2);
  EXPECT_EQ(city.table("residents").size(), 298u);
}

TEST_F(Loaded, DeathsAndChangedCodesGoFirstInADeliveryOfTheirOwn) {
  // 300 people: a death every fiftieth night.
  for (int night = 0; night < 200; ++night) city.registry().advance(1);
  city.quiet_days(20);
  const pull::RunReport report = city.night();
  ASSERT_GT(report.counts.deaths + report.counts.changed_codes, 0) << report.sentence;
  const auto files = city.deliveries("residents");
  ASSERT_GE(files.size(), 2u);
  const std::string first = files[files.size() - 2].filename().string();
  EXPECT_THAT(first, HasSubstr("1-first"));
  EXPECT_EQ(static_cast<int64_t>(city.lines(files[files.size() - 2]).size()),
            report.counts.deaths + report.counts.changed_codes);
}

TEST_F(Loaded, AnEditedMappingSaysSoWithTenExamples) {
  const std::filesystem::path edited = city.folder() / "mappings";
  std::filesystem::copy(std::filesystem::path(TILTS_SOURCE) / "mappings", edited,
                        std::filesystem::copy_options::recursive);
  std::string text = support::read_file(edited / "municipal/resident.xml");
  text = replaced(text, "from=\"surname\"", "from=\"given_name\"");
  std::ofstream(edited / "municipal/resident.xml", std::ios::binary) << text;
  city.edit_configuration(std::string(TILTS_SOURCE) + "/mappings/municipal/resident.xml",
                          (edited / "municipal/resident.xml").string());
  int examples = 0;
  pull::RunOptions options;
  options.difference = [&](const pull::Difference&) { ++examples; };
  const pull::RunReport report = city.night(options);
  EXPECT_EQ(report.state, RunState::waiting) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("the mapping was edited"));
  EXPECT_EQ(examples, 10);
  EXPECT_THAT(support::read_file(report.examples_file), HasSubstr("\"surname\""));
}

TEST_F(Loaded, EveryLookUpIsAuditedAndTheChainHolds) {
  const std::string code = roster.substr(roster.find("K-000001;") + 9, 11);
  city.with([&](pull::JobRunner&, store::Store& store) {
    const auto looks =
        store.read([&](store::Session& session) { return store.audit().subject(session, code); });
    ASSERT_EQ(looks.size(), 1u);
    EXPECT_EQ(looks[0].actor, "residents");
    EXPECT_EQ(looks[0].legal_basis, "residents");
    EXPECT_EQ(looks[0].outcome, "answered");
    EXPECT_THAT(store.verify_audit().defects, IsEmpty());
  });
}

}  // namespace
}  // namespace tilts::system_test
