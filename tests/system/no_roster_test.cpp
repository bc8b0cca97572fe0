// A job whose operation names nobody: everything that the registry tells is kept, and no person.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class NoRoster : public testing::Test {
 protected:
  // With a guard that lets everything through: the guard has tests of its own.
  explicit NoRoster(const char* operation = "directory", bool snapshot = true)
      : city_(plan(operation, snapshot)) {
    std::ofstream(city_.file("directory.xml")) << R"(<?xml version="1.0"?>
<mapping xmlns="urn:tilts:mapping:1" name="directory" record="entry">
  <field name="address" from="address" key="yes"/>
  <field name="title" from="title" required="yes" holds="record"/>
</mapping>)";
    tell("a@1 One\nb@2 Two");
    city_.edit_configuration(R"(<roster csv="roster.csv" leavers-kept-days="30"/>)",
                             R"(<roster none="a directory of addressees" leavers-kept-days="30"/>)");
    city_.edit_configuration(R"(changes-percent="10")", R"(changes-percent="100")");
    const std::string mappings = std::string(TILTS_SOURCE) + "/mappings/";
    city_.edit_configuration(mappings + "municipal/resident.xml", "directory.xml");
    for (const auto& [mapping, target] :
         {std::pair{"municipal/address.xml", "addresses"}, {"resident_card/holder.xml", "cards"}})
      city_.edit_configuration("<deliver mapping=\"" + mappings + mapping + "\" target=\"" + target + "\"/>",
                               "");
    city_.edit_configuration(R"(<setting name="page-size">25</setting>)",
                             R"(<setting name="entries" file="entries.txt"/>)");
  }

  static Plan plan(const char* operation, bool snapshot) {
    Plan plan;
    plan.residents = 20;
    plan.certificate_days = 100;
    plan.adapter = "directory";
    plan.adapters = TILTS_WAYWARD;
    plan.operation = operation;
    plan.snapshot = snapshot;
    return plan;
  }
  // What the registry tells from now on.
  void tell(const std::string& entries) const { std::ofstream(city_.file("entries.txt")) << entries; }
  pull::RunReport night() {
    city_.edit_configuration("T-1", "T-1");  // the setting's file is read with the configuration
    return city_.night(initial());
  }
  store::AuditReport audit() {
    store::AuditReport report;
    city_.with([&](pull::JobRunner&, store::Store& store) { report = store.verify_audit(); });
    return report;
  }
  size_t stored_subjects() {
    size_t stored = 0;
    city_.with([&](pull::JobRunner&, store::Store& store) {
      stored = store.read([&](store::Session& session) {
        return store.records().page(session, "residents", "population", "", 100).size();
      });
    });
    return stored;
  }

  City city_;
};

class Feed : public NoRoster {
 protected:
  Feed() : NoRoster("changes", false) {}
};

class Curious : public NoRoster {
 protected:
  Curious() : NoRoster("curious") {}
};

class Files : public NoRoster {
 protected:
  explicit Files(const char* operation = "files") : NoRoster(operation) {
    std::filesystem::create_directory(city_.file("documents"));
  }
  void place() {
    city_.edit_configuration(R"(none="a directory of addressees" leavers-kept-days="30"/>)",
                             R"(none="a mailbox"/><documents folder="documents"/>)");
  }
};

class Phantom : public Files {
 protected:
  Phantom() : Files("phantom") {}
};

TEST_F(Files, StandInTheFolderOfTheJobAndOneThatIsRefusedKeepsNothingFromTheOthers) {
  place();
  const pull::RunReport report = night();
  EXPECT_EQ(report.state, RunState::done) << report.sentence;
  EXPECT_THAT(city_.table("residents"), ElementsAre(Pair("d-1", "d-1;d-1/Lēmums.pdf;")));
  EXPECT_EQ(support::read_file(city_.file("documents/d-1/Lēmums.pdf")), "Dear city,");
  EXPECT_FALSE(std::filesystem::exists(city_.file("documents/d-2")));
}

TEST_F(Files, WithoutAFolderTheRunSaysWhatToWrite) {
  const pull::RunReport report = night();
  EXPECT_EQ(report.state, RunState::config) << report.sentence;
  EXPECT_THAT(report.sentence,
              AllOf(HasSubstr("operation files brings files"), HasSubstr("<documents folder=")));
}

TEST_F(Phantom, APartThatDidNotComeIsADefect) {
  place();
  const pull::RunReport report = night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("a part that the answer does not have"));
}

TEST_F(NoRoster, EverythingIsKeptAndDeliveredAndAskedAboutNobody) {
  const pull::RunReport first = night();
  EXPECT_EQ(first.state, RunState::done) << first.sentence;
  EXPECT_THAT(first.sentence, HasSubstr("job residents: 2 records taken; 2 rows delivered"));
  EXPECT_EQ(first.counts.roster, 0);
  EXPECT_EQ(first.counts.dropped, 0);
  EXPECT_THAT(city_.table("residents"), ElementsAre(Pair("a@1", "a@1;One;"), Pair("b@2", "b@2;Two;")));
  const store::AuditReport audited = audit();
  EXPECT_EQ(audited.rows, 4) << "two questions, each asked and answered";
  EXPECT_EQ(audited.subjects, 0);
  EXPECT_THAT(audited.defects, IsEmpty());

  const pull::RunReport quiet = night();
  EXPECT_EQ(quiet.state, RunState::done);
  EXPECT_THAT(quiet.sentence, HasSubstr("nothing was delivered"));

  tell("a@1 One and only");
  const pull::RunReport last = night();
  EXPECT_EQ(last.state, RunState::done) << last.sentence;
  EXPECT_EQ(last.counts.changes, 1);
  EXPECT_EQ(last.counts.removals, 1);
  EXPECT_THAT(city_.table("residents"), ElementsAre(Pair("a@1", "a@1;One and only;")));
}

TEST_F(NoRoster, WhatEndedIsForgottenAfterItsDays) {
  night();
  tell("a@1 One");
  night();
  city_.quiet_days(29);
  night();
  EXPECT_EQ(stored_subjects(), 2u);
  city_.quiet_days(2);
  night();
  EXPECT_EQ(stored_subjects(), 1u);
  EXPECT_THAT(city_.table("residents"), ElementsAre(Pair("a@1", "a@1;One;")));
}

TEST_F(NoRoster, WhatCannotBeReadIsAFindingAndNothingIsRemovedByThatNight) {
  night();
  tell("a@1 ?");
  const pull::RunReport report = night();
  EXPECT_EQ(report.state, RunState::done_held_back) << report.sentence;
  EXPECT_EQ(report.counts.removals, 0);
  EXPECT_EQ(report.counts.held_records, 1);
  EXPECT_THAT(
      support::read_file(report.findings_file),
      AllOf(HasSubstr("a@1"), HasSubstr("Šo reģistra ierakstu nevarēja pieņemt: its title is not text")));
}

TEST_F(NoRoster, PeopleAreRefusedByTheirCodes) {
  for (const char* person : {"11117000001 Anna", "32999999999/x Anna", "111170-00001 Anna"}) {
    tell("a@1 One\n" + std::string(person));
    const pull::RunReport report = night();
    EXPECT_EQ(report.state, RunState::config) << report.sentence;
    EXPECT_THAT(report.sentence, AllOf(HasSubstr("tells of people by their personas kods"),
                                       HasSubstr("give it a roster"), testing::Not(HasSubstr("Anna"))));
    EXPECT_EQ(stored_subjects(), 0u) << person;
  }
  tell("90000000000 An institution by its number");
  EXPECT_EQ(night().state, RunState::done);
}

TEST_F(Curious, AskingAboutSomebodyIsADefect) {
  const pull::RunReport report = night();
  EXPECT_EQ(report.state, RunState::bug) << report.sentence;
  EXPECT_THAT(report.sentence, HasSubstr("not on the roster"));
  EXPECT_EQ(city_.registry().counter("received"), 0);
}

TEST_F(Feed, GoesOnFromItsCursorAndWhatItEndsIsRemoved) {
  EXPECT_EQ(night().state, RunState::done);
  tell("b@2\nc@3 Three");
  const pull::RunReport second = night();
  EXPECT_EQ(second.state, RunState::done) << second.sentence;
  EXPECT_THAT(city_.table("residents"), ElementsAre(Pair("a@1", "a@1;One;"), Pair("c@3", "c@3;Three;")));
  city_.with([&](pull::JobRunner&, store::Store& store) {
    EXPECT_EQ(store.read([&](store::Session& session) { return store.cursors().get(session, "residents"); }),
              "xx");
  });
}

TEST_F(NoRoster, CheckRepeatsWhyAndRefusesAMappingThatReadsTheRoster) {
  Command good(city_, {"check"});
  EXPECT_EQ(good.end(), 0) << good.err();
  EXPECT_THAT(good.out(), HasSubstr("notice: job residents: it has no roster, and keeps everything that the "
                                    "registry tells it: a directory of addressees\n"));
  std::string mapping = support::read_file(city_.file("directory.xml"));
  mapping.replace(mapping.find("from=\"title\""), 12, "from=\"subject.client\"");
  std::ofstream(city_.file("directory.xml")) << mapping;
  Command bad(city_, {"check"});
  EXPECT_EQ(bad.end(), 78);
  EXPECT_THAT(bad.err(), HasSubstr("directory.xml:4: job residents has no roster, so there is no subject."));
  EXPECT_EQ(night().state, RunState::config) << "a run refuses it too";
}

}  // namespace
}  // namespace tilts::system_test
