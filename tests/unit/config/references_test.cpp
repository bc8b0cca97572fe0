#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/house.h"

namespace tilts::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view second_target = R"(<target name="cards")";

TEST(References, UnknownNamesAreAllNamed) {
  House house;
  house
      .with(R"(operations="residents changes resident" registry="population")",
            R"(operations="residents" registry="land")")
      .with(R"(target="residents")", R"(target="nobody")");
  EXPECT_THAT(house.problems(),
              ElementsAre("23: legal-basis residents: no registry is called land",
                          "25: job residents: legal-basis residents is for registry land, not for population",
                          "30: job residents: no target is called nobody"));
}

TEST(References, AJobNeedsItsRegistry) {
  House house;
  house.with(R"(<job name="residents" registry="population")", R"(<job name="residents" registry="land")");
  EXPECT_THAT(
      house.problems(),
      ElementsAre("25: job residents: no registry is called land",
                  "25: job residents: legal-basis residents is for registry population, not for land"));
}

TEST(References, AJobsPopulationIsARegistryAndOnlyAFeedHasABeginning) {
  House house;
  house.with(R"(<job name="residents")",
             R"(<job name="residents" population="land" joiners="from-the-beginning")");
  EXPECT_THAT(
      house.problems(),
      ElementsAre("25: job residents: no registry is called land",
                  "25: job residents: a snapshot begins anew every time; say joiners of a feed alone"));
}

TEST(References, NoJobWithoutALegalBasis) {
  House house;
  house.with(R"(legal-basis="residents")", R"(legal-basis="none")");
  EXPECT_THAT(house.problems(),
              ElementsAre("25: job residents: no legal-basis is called none; nobody may be asked "
                          "about without one"));
}

TEST(References, TheLegalBasisMustAllowTheOperation) {
  House house;
  house.with(R"(operations="residents changes resident")", R"(operations="changes")");
  EXPECT_THAT(house.problems(),
              ElementsAre("25: job residents: legal-basis residents does not allow operation residents"));
}

TEST(References, ALegalBasisHasItsDays) {
  House house;
  house.write_pair("certs/gateway", "gateway", "2024-01-01T00:00:00Z", "2029-06-01T00:00:00Z");
  house.with(R"(active-from="2026-01-01T00:00:00Z")", R"(active-from="2024-01-01T00:00:00Z")");
  EXPECT_THAT(house.problems("2027-12-31T21:59:59Z"), IsEmpty());  // still the 31st in Riga
  EXPECT_THAT(
      house.notices("2027-12-31T21:59:59Z"),
      ElementsAre("23: legal-basis residents ends on 2027-12-31: renew contract PMLP-2026-014 in time, job "
                  "residents stops then"));
  EXPECT_THAT(
      house.problems("2027-12-31T22:00:00Z"),
      ElementsAre(
          "25: job residents: legal-basis residents ended on 2027-12-31; renew contract PMLP-2026-014 "
          "and its dates here"));
  EXPECT_THAT(house.problems("2025-12-31T12:00:00Z"),
              ElementsAre("25: job residents: legal-basis residents begins on 2026-01-01; until then nobody "
                          "may be asked about"));
  house.with(R"(valid-to="2027-12-31")", R"(valid-to="2025-12-31")");
  EXPECT_THAT(house.problems("2026-11-21T12:00:00Z")[0],
              "23: legal-basis residents: it ends (2025-12-31) before it begins (2026-01-01)");
}

TEST(References, AnIntakeNeedsItsRegistryItsLegalBasisAndASendJournal) {
  House house(House::Example::whole);
  EXPECT_THAT(house.problems(), IsEmpty());
  house
      .with(R"(<intake name="rehabilitation" registry="rehabilitation_queue" legal-basis="rehabilitation")",
            R"(<intake name="rehabilitation" registry="land" legal-basis="none")")
      .with(R"(<send-journal file="journal/send.journal"/>)", "");
  EXPECT_THAT(
      house.problems(),
      ElementsAre(
          "49: intake rehabilitation: no registry is called land",
          "49: intake rehabilitation: no legal-basis is called none; nobody may be asked about without one",
          "49: intake rehabilitation: what is sent once needs a send-journal; say <send-journal "
          "file=\"…\"/> on another path than the store"));
}

TEST(References, AnEntryLeavesItsFolderBeforeItIsErased) {
  House house(House::Example::whole);
  house.with("audit-months=\"18\"", "audit-months=\"18\" submissions-days=\"90\"");
  EXPECT_THAT(
      house.problems(),
      ElementsAre("49: intake rehabilitation: its files lie in the folder for 90 days (kept-days), and "
                  "the store erases them after 90 (submissions-days); say fewer kept-days"));
  house.with("submissions-days=\"90\"", "submissions-days=\"91\"");
  EXPECT_THAT(house.problems(), IsEmpty());
}

TEST(References, EntriesComeFromOnePlace) {
  const std::string one = "49: entries come from one place: say folder, or connection and table";
  const auto with = [](const std::string& place) {
    return House(House::Example::whole).with(R"(folder="entries")", place).problems();
  };
  EXPECT_THAT(with(R"(connection="sqlite:city.db" table="entry")"), IsEmpty());
  for (const char* wrong :
       {"", R"(table="entry")", R"(connection="sqlite:city.db")", R"(folder="entries" table="entry")",
        R"(folder="entries" connection="sqlite:city.db" table="entry")"})
    EXPECT_THAT(with(wrong), ElementsAre(one)) << wrong;
}

TEST(References, ASecondSendJournalIsOneTooMany) {
  House house(House::Example::whole);
  house.with("</tilts>", R"(<send-journal file="journal/other"/></tilts>)");
  EXPECT_THAT(house.problems(), ElementsAre("54: the send-journal is said twice; keep one"));
}

TEST(References, NoNameTwice) {
  House house;
  house.with(second_target, R"(<target name="residents" kind="csv" folder="out/other"/>
  <target name="cards")");
  EXPECT_THAT(house.problems(),
              ElementsAre("38: target residents is already declared in line 36; give each its own name"));
}

TEST(References, NoSettingTwice) {
  House house;
  house.with("<setting name=\"page-size\">100</setting>",
             "<setting name=\"page-size\">100</setting><setting name=\"page-size\">50</setting>");
  EXPECT_THAT(house.problems(),
              ElementsAre("14: registry population: setting page-size is said twice; keep one"));
}

TEST(References, TargetsDoNotWriteOverEachOther) {
  House house;
  house.with(R"(folder="out/addresses")", R"(folder="out/../out/residents/")");
  EXPECT_THAT(
      house.problems(),
      ElementsAre(
          "37: target addresses: target residents writes to the same place (out/residents); give each "
          "its own"));
}

TEST(References, OneTargetOneDelivery) {
  House house;
  house.with(R"(target="addresses")", R"(target="residents")");
  EXPECT_THAT(
      house.problems(),
      ElementsAre("31: job residents: target residents already gets the records of job residents; give each "
                  "delivery its own"));
  EXPECT_THAT(house.notices(), ElementsAre("37: target addresses: no job delivers to it"));
}

TEST(References, AnIdentityMustBeActive) {
  House house;
  house.with(R"(active-from="2026-01-01T00:00:00Z")", R"(active-from="2027-01-01T00:00:00Z")");
  EXPECT_THAT(house.problems(),
              ElementsAre("14: registry population: no identity is active yet; the first active-from "
                          "lies in the future"));
}

TEST(References, TheNewestActiveIdentityIsUsed) {
  House house;
  house.with(
      "<tls anchor",
      R"(<identity certificate="certs/gateway.pem" key="certs/gateway.key" active-from="2026-12-01T00:00:00Z"/>
    <tls anchor)");
  const Configuration read = *house.load().configuration;
  const RegistrySettings& registry = read.registries.at(0);
  EXPECT_EQ(identity_at(registry, parse_time("2025-12-31T23:59:59Z")), nullptr);
  EXPECT_EQ(identity_at(registry, parse_time("2026-11-30T23:59:59Z")), &registry.identities[0]);
  EXPECT_EQ(identity_at(registry, parse_time("2026-12-01T00:00:00Z")), &registry.identities[1]);
}

TEST(References, ARosterComesFromOnePlace) {
  const std::string one =
      "28: a roster comes from one place: say csv, or sql with connection; or none=\"why the job needs "
      "none\"";
  EXPECT_THAT(House().with(R"(csv="roster.csv")", "").problems(), ElementsAre(one));
  EXPECT_THAT(House().with(R"(csv="roster.csv")", R"(csv="roster.csv" sql="SELECT 1")").problems(),
              ElementsAre(one));
  EXPECT_THAT(House().with(R"(csv="roster.csv")", R"(sql="SELECT 1")").problems(),
              ElementsAre("28: sql and connection go together; csv and none have neither"));
}

TEST(References, AJobWithoutARosterSaysWhy) {
  const std::string csv = R"(csv="roster.csv")", none = R"(none="a directory of addressees")";
  House house;
  EXPECT_THAT(house.with(csv, none).problems(), IsEmpty());
  EXPECT_EQ(house.load().configuration->jobs.at(0).roster.none, "a directory of addressees");
  EXPECT_THAT(House().with(csv, R"(none="")").problems(), testing::Not(IsEmpty()));
  EXPECT_THAT(House().with(csv, csv + " " + none).problems(),
              ElementsAre(testing::StartsWith("28: a roster comes from one place")));
  EXPECT_THAT(House().with(csv, none + R"( connection="sqlite:x.db")").problems(),
              ElementsAre(testing::StartsWith("28: sql and connection go together")));
  EXPECT_THAT(House().with(csv, none).with(R"(snapshot="yes")", R"(joiners="from-the-beginning")").problems(),
              ElementsAre("25: job residents: without a roster nobody joins, and nobody is looked up: take "
                          "joiners away"));
  EXPECT_THAT(House()
                  .with(csv, none)
                  .with(R"(snapshot="yes")", R"(snapshot="yes" population="population")")
                  .problems(),
              ElementsAre("25: job residents: without a roster nobody joins, and nobody is looked up: take "
                          "population away"));
}

TEST(References, DocumentsHaveAFolderOfTheirOwn) {
  const auto problems = [](const std::string& attributes) {
    House house;
    return house.with("<guard", "<documents " + attributes + "/><guard").problems();
  };
  House house;
  house.with("<guard", R"(<documents folder="entries" quota-megabytes="5"/><guard)");
  EXPECT_THAT(house.problems(), IsEmpty());
  EXPECT_EQ(house.load().configuration->jobs.at(0).documents->folder, house.path("entries"));
  EXPECT_EQ(house.load().configuration->jobs.at(0).documents->quota_megabytes, 5u);
  House defaults;
  defaults.with("<guard", R"(<documents folder="entries"/><guard)");
  EXPECT_EQ(defaults.load().configuration->jobs.at(0).documents->quota_megabytes,
            DocumentsSettings{}.quota_megabytes);
  EXPECT_THAT(problems(R"(folder="entries" quota-megabytes="0")"), testing::Not(IsEmpty()));
  EXPECT_THAT(problems(R"(folder="nowhere")"),
              ElementsAre(testing::HasSubstr("job residents: documents: nowhere is not a folder; make it")));
  EXPECT_THAT(
      problems(R"(folder="out/residents")"),
      ElementsAre(testing::HasSubstr("job residents: documents: target residents writes to the same place")));
}

TEST(References, ATargetSaysWhatItsKindNeeds) {
  EXPECT_THAT(House().with(R"(table="card_holder")", R"(folder="out/x")").problems(),
              UnorderedElementsAre("38: target cards: a sql target needs table",
                                   "38: target cards: a sql target has no folder"));
  EXPECT_THAT(House()
                  .with(R"(kind="csv" folder="out/residents")", R"(kind="ndjson" encoding="windows-1257")")
                  .problems(),
              UnorderedElementsAre("36: target residents: a ndjson target needs folder",
                                   "36: target residents: a ndjson target has no encoding"));
  EXPECT_THAT(House().with(R"(kind="xml")", R"(kind="xml" reader="program")").problems(),
              ElementsAre("37: target addresses: a xml target has no reader"));
  House house;
  house.with(R"(kind="csv")", R"(kind="csv" reader="program" encoding="windows-1257")");
  const Configuration read = *house.load().configuration;
  EXPECT_EQ(read.targets[0].reader, Reader::program);
  EXPECT_EQ(read.targets[0].encoding, Encoding::windows_1257);
}

}  // namespace
}  // namespace tilts::config
