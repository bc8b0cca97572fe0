#include "gateway/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "tests/unit/config/house.h"

namespace tilts::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Load, TheDocumentedExampleLoads) {
  House house;
  EXPECT_THAT(house.problems(), IsEmpty());
  EXPECT_THAT(house.notices(), IsEmpty());
}

// An adapter opens no file: the gateway hands over what stands in one.
TEST(Load, ASettingMayStandInAFile) {
  House house;
  house.write("lookup.xml", "<lookup>\n  two lines\n</lookup>\n");
  house.with("<setting name=\"page-size\">100</setting>", "<setting name=\"lookup\" file=\"lookup.xml\"/>");
  const Configuration read = *house.load().configuration;
  const Setting& setting = read.registry("population")->settings.at(0);
  EXPECT_EQ(setting.value, "<lookup>\n  two lines\n</lookup>\n") << "as it stands there, white space and all";
  EXPECT_EQ(setting.file, house.path("lookup.xml"));
}

TEST(Load, ASettingsFileThatIsNotThereOrASecondTextIsTold) {
  House house;
  house.with("<setting name=\"page-size\">100</setting>", "<setting name=\"lookup\" file=\"lost.xml\"/>");
  EXPECT_THAT(house.problems(), ElementsAre(HasSubstr("setting lookup: lost.xml cannot be read")));
  std::filesystem::create_directory(house.path("lost.xml"));
  EXPECT_THAT(house.problems(), ElementsAre(HasSubstr("setting lookup: lost.xml cannot be read")))
      << "a folder";
  std::filesystem::remove(house.path("lost.xml"));
  house.write("lost.xml", "found");
  EXPECT_THAT(house.problems(), IsEmpty());
  house.with("file=\"lost.xml\"/>", "file=\"lost.xml\">100</setting>");
  EXPECT_THAT(house.problems(), ElementsAre(HasSubstr("setting lookup has a file and a text")));
}

TEST(Load, EveryValueArrives) {
  House house;
  const Configuration read = *house.load().configuration;
  EXPECT_EQ(read.environment, Environment::test);
  EXPECT_EQ(read.municipality, "Piekrastes novads");
  EXPECT_EQ(read.store.connection, "sqlite:" + house.path("var/tilts.db"));
  EXPECT_EQ(read.store.evidence_kept, std::chrono::days{30});
  EXPECT_EQ(read.store.audit_kept, std::chrono::months{18});
  EXPECT_FALSE(read.store.submissions_kept) << "nobody but the municipality says how long";
  house.with("audit-months=\"18\"", "audit-months=\"18\" submissions-days=\"3653\"");
  EXPECT_EQ(house.load().configuration->store.submissions_kept, std::chrono::days{3653});
  EXPECT_EQ(read.master_key, house.path("secrets/master.key"));
  EXPECT_EQ(read.alarm_command, "/usr/bin/logger -t tilts");
  EXPECT_EQ(read.adapter_silence, std::chrono::seconds{300});

  const RegistrySettings& registry = *read.registry("population");
  EXPECT_EQ(registry.endpoint, "https://127.0.0.1:8443/population");
  EXPECT_EQ(registry.identities.at(0).key, house.path("certs/gateway.key"));
  EXPECT_EQ(registry.identities.at(0).active_from, parse_time("2026-01-01T00:00:00Z"));
  EXPECT_THAT(registry.tls_anchors, ElementsAre(house.path("certs/trust/population/tls-ca.pem")));
  EXPECT_THAT(registry.anchors, ElementsAre(house.path("certs/trust/population/signing-ca.pem")));
  EXPECT_EQ(registry.settings.at(0).name, "page-size");
  EXPECT_EQ(registry.settings.at(0).value, "100");

  const LegalBasis& basis = *read.legal_basis("residents");
  EXPECT_EQ(basis.contract, "PMLP-2026-014");
  EXPECT_THAT(basis.operations, ElementsAre("residents", "changes", "resident"));
  EXPECT_EQ(basis.valid_to, parse_date("2027-12-31"));

  const JobSettings& job = *read.job("residents");
  EXPECT_TRUE(job.snapshot);
  EXPECT_EQ(job.schedule->cron.text(), "30 2 * * *");
  EXPECT_EQ(job.schedule->zone, "Europe/Riga");
  EXPECT_EQ(job.schedule->missed, Missed::catch_up);
  EXPECT_EQ(job.schedule->latest_start, std::chrono::hours{5});
  EXPECT_EQ(job.schedule->deliver_by, std::chrono::minutes{390});
  EXPECT_EQ(job.roster.csv, house.path("roster.csv"));
  EXPECT_EQ(job.guard.removals, 25);
  EXPECT_EQ(job.guard.removals_percent, 0.2);
  EXPECT_EQ(job.guard.changes_percent, 10);
  EXPECT_EQ(job.deliveries.at(2).target, "cards");

  EXPECT_EQ(read.target("residents")->kind, TargetKind::csv);
  EXPECT_EQ(read.target("addresses")->stylesheet, house.path("mappings/municipal/address.xsl"));
  EXPECT_EQ(read.target("cards")->table, "card_holder");
  EXPECT_EQ(read.target("nobody"), nullptr);
}

TEST(Load, DefaultsAreTheOnesOfTheHeader) {
  House house;
  house.with(R"( evidence-days="30" audit-months="18")", "")
      .with(R"( silence-seconds="300")", "")
      .with(R"( snapshot="yes")", "")
      .with(R"( leavers-kept-days="30")", "")
      .with(R"(<guard removals="25" removals-percent="0.2" changes-percent="10"/>)", "<guard/>")
      .with(R"( latest-start="05:00" deliver-by="06:30")", "")
      .with(R"(<alarm command="/usr/bin/logger -t tilts"/>)", "");
  const Loaded loaded = house.load();
  EXPECT_THAT(loaded.problems, IsEmpty());
  const Configuration& read = *loaded.configuration;
  EXPECT_EQ(read.store.evidence_kept, StoreSettings{}.evidence_kept);
  EXPECT_EQ(read.store.audit_kept, StoreSettings{}.audit_kept);
  EXPECT_EQ(read.adapter_silence, Configuration{}.adapter_silence);
  const JobSettings& job = read.jobs.at(0);
  EXPECT_EQ(job.snapshot, JobSettings{}.snapshot);
  EXPECT_EQ(job.roster.leavers_kept, RosterSettings{}.leavers_kept);
  EXPECT_EQ(job.guard.removals, GuardSettings{}.removals);
  EXPECT_EQ(job.guard.removals_percent, GuardSettings{}.removals_percent);
  EXPECT_EQ(job.guard.changes_percent, GuardSettings{}.changes_percent);
  EXPECT_EQ(job.schedule->latest_start, std::nullopt);
  EXPECT_EQ(job.schedule->deliver_by, std::nullopt);
}

TEST(Load, AFileThatIsNotThereSaysWhatToDo) {
  const Loaded loaded = load("/nowhere/tilts.xml", parse_time(House::now_text));
  EXPECT_FALSE(loaded.configuration);
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_THAT(loaded.problems[0].text(), AllOf(StartsWith("/nowhere/tilts.xml: "), HasSubstr("tilts init")));
}

TEST(Load, BrokenXmlSaysTheLine) {
  House house;
  house.with("<master-key", "<master-key<");
  const Loaded loaded = house.load();
  EXPECT_FALSE(loaded.configuration);
  ASSERT_FALSE(loaded.problems.empty());
  EXPECT_EQ(loaded.problems[0].line, house.line_of("<master-key<"));
}

TEST(Load, APrefixNobodyDeclaredIsRefused) {
  House house;
  house.with("<findings", "<x:findings");
  EXPECT_FALSE(house.load().configuration);
}

TEST(Load, ADoctypeIsRefused) {
  House house;
  house.with("<tilts ", "<!DOCTYPE tilts [<!ENTITY a 'b'>]>\n<tilts ");
  EXPECT_THAT(house.problems(), ElementsAre("0: a DOCTYPE has no place here; remove it"));
}

TEST(Load, AKeyNobodyReadsIsAnError) {
  House house;
  house.with(R"(snapshot="yes")", R"(snapshto="yes")")
      .with("<heartbeat", "<heartbeet file=\"x\"/><heartbeat");
  const std::vector<std::string> problems = house.problems();
  ASSERT_EQ(problems.size(), 2u);  // both, not the first alone
  EXPECT_THAT(problems[0],
              AllOf(StartsWith(std::to_string(house.line_of("<heartbeet"))), HasSubstr("heartbeet")));
  EXPECT_THAT(problems[1],
              AllOf(StartsWith(std::to_string(house.line_of("snapshto"))), HasSubstr("snapshto")));
}

TEST(Load, WhatTheSchemaForbids) {
  for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{
           {R"(environment="test")", R"(environment="live")"},
           {R"(municipality="Piekrastes novads")", R"(municipality="")"},
           {"https://127", "http://127"},
           {R"(connection="sqlite:var/tilts.db")", R"(connection="mysql:x")"},
           {R"(evidence-days="30")", R"(evidence-days="0")"},
           {R"(missed="catch-up")", R"(missed="perhaps")"},
           {R"(missed="catch-up" )", ""},
           {R"(latest-start="05:00")", R"(latest-start="5:00")"},
           {R"(deliver-by="06:30")", R"(deliver-by="24:30")"},
           {R"(removals-percent="0.2")", R"(removals-percent="101")"},
           {R"(operations="residents changes resident")", R"(operations="")"},
           {R"(kind="csv")", R"(kind="excel")"},
           {R"(table="card_holder")", R"(table="card_holder; DROP TABLE x")"},
           {R"(<roster csv="roster.csv" leavers-kept-days="30"/>)", ""},
           {R"(<roster csv="roster.csv" leavers-kept-days="30"/>)", R"(<no-roster because="all"/>)"},
           {R"(active-from="2026-01-01T00:00:00Z")", R"(active-from="yesterday")"},
           {R"(name="residents" registry="population" operation)",
            R"(name="Resi dents" registry="population" operation)"},
           {"<identity certificate=\"certs/gateway.pem\" key=\"certs/gateway.key\" "
            "active-from=\"2026-01-01T00:00:00Z\"/>",
            ""},
           {"urn:tilts:configuration:1", "urn:tilts:configuration:2"},
       }) {
    House house;
    house.with(from, to);
    const Loaded loaded = house.load();
    EXPECT_FALSE(loaded.configuration) << to;
    EXPECT_THAT(loaded.problems, testing::Not(IsEmpty())) << to;
    for (const Problem& problem : loaded.problems)
      EXPECT_THAT(problem.sentence, testing::Not(HasSubstr("{urn:tilts"))) << to;
  }
}

TEST(Load, WhatOnlyWeCanReadIsRefusedWithItsLine) {
  House house;
  house.with("30 2 * * *", "30 25 * * *")
      .with("Europe/Riga", "Europe/Nowhere")
      .with(R"(active-from="2026-01-01T00:00:00Z")", R"(active-from="2026-01-01T00:00:00")")
      .with("sqlite:out/cards.db", "postgresql:host=db password=secret");
  EXPECT_THAT(
      house.problems(),
      testing::UnorderedElementsAre(
          "17: active-from \"2026-01-01T00:00:00\": not a date and time with a zone",
          testing::MatchesRegex(R"(27: cron "30 25 \* \* \*": hour "25" is not 0 to 23.*)"),
          testing::StartsWith("27: zone \"Europe/Nowhere\": "),
          "38: a password has no place in the configuration; put it into a file and say passfile=FILE"));
}

TEST(Load, LoadOrRefuseNamesTheFirstAndCountsTheRest) {
  House house;
  house.with("30 2 * * *", "bad").with("target=\"cards\"", "target=\"nobody\"");
  const std::string file = house.write("unused", "");
  house.load();
  try {
    load_or_refuse(house.path("tilts.xml"), parse_time(House::now_text));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), AllOf(StartsWith(house.path("tilts.xml:27: ")), HasSubstr("and ")));
  }
}

}  // namespace
}  // namespace tilts::config
