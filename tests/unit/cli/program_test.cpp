#include <filesystem>
#include <fstream>

#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cli/text.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/cli/desk.h"

namespace tilts::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> commands{"init",  "check",    "run",     "serve",     "status",
                                        "runs",  "findings", "approve", "alarms",    "adapters",
                                        "audit", "verify",   "backup",  "completion"};

Poco::JSON::Object::Ptr parsed(const std::string& text) {
  return Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
}

TEST(Program, HelpNamesEveryCommandAndExitCode) {
  Desk desk;
  EXPECT_EQ(desk.type({"--help"}), 0);
  for (const std::string& command : commands) EXPECT_THAT(desk.out, HasSubstr("\n  " + command + " "));
  for (const char* code : {" 0  all well", " 3  ", " 4  ", " 2  ", " 5  ", " 6  ", "70  ", "78  "})
    EXPECT_THAT(desk.out, HasSubstr(code));
}

TEST(Program, HelpFitsATerminal) {
  Desk desk;
  desk.type({"--help"});
  for (const std::string& line : lines(desk.out)) EXPECT_LE(places(line), 80u) << line;
}

TEST(Program, EveryCommandHasHelp) {
  for (const std::string& command : commands) {
    Desk desk;
    EXPECT_EQ(desk.type({command, "--help"}), 0) << command;
    EXPECT_THAT(desk.out, HasSubstr("Usage: tilts " + command)) << command;
    EXPECT_THAT(desk.err, IsEmpty()) << command;
  }
}

TEST(Program, WrongWordsEndWithTwo) {
  Desk desk;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"dance"},
                                                {"run"},
                                                {"approve", "4f1c22aa"},
                                                {"approve", "4f1c22aa", "--because", "  "},
                                                {"runs", "--limit", "0"},
                                                {"audit"},
                                                {"audit", "subject", "01017012345"},
                                                {"--nothing"}}) {
    EXPECT_EQ(desk.type(words), 2) << words.back();
    EXPECT_THAT(desk.err, Not(IsEmpty()));
  }
}

TEST(Program, AConfigurationThatIsNotThereEndsWith78AndTheNextStep) {
  std::istringstream in;
  std::ostringstream out, err;
  Context context{.in = in, .out = out, .err = err};
  const char* words[] = {"tilts", "--configuration", "/nowhere/tilts.xml", "runs"};
  EXPECT_EQ(program(4, words, context), 78);
  EXPECT_THAT(err.str(), AllOf(HasSubstr("/nowhere/tilts.xml"), HasSubstr("tilts init")));
}

TEST(Program, WhatIsOneWordTooManyIsNotRepeated) {
  Desk desk;
  EXPECT_EQ(desk.type({"audit", "subject", "01017012345"}), 2);
  EXPECT_THAT(desk.out + desk.err, Not(HasSubstr("01017012345")));
}

TEST(Program, AFolderIsNoConfiguration) {
  std::istringstream in;
  std::ostringstream out, err;
  Context context{.in = in, .out = out, .err = err};
  const char* words[] = {"tilts", "--configuration", "/tmp", "status"};
  EXPECT_EQ(program(4, words, context), 78);
  EXPECT_THAT(err.str(), HasSubstr("/tmp is a folder"));
}

TEST(Init, MakesNoSecondKeyForAStore) {
  Desk desk;
  desk.store();
  desk.house.remove("secrets/master.key");
  EXPECT_EQ(desk.type({"init"}), 78);
  EXPECT_THAT(desk.err, HasSubstr("put your copy of the key there"));
  EXPECT_FALSE(std::filesystem::exists(desk.house.path("secrets/master.key")));
}

TEST(Check, AStoreThatIsLostIsNoBeginning) {
  Desk desk;
  desk.store();
  std::filesystem::create_directories(desk.house.path("var/checkpoints"));
  desk.house.write("var/checkpoints/audit-2026-11.log", "a line");
  for (const char* file : {"var/tilts.db", "var/tilts.keys.db"})
    std::filesystem::remove(desk.house.path(file));
  desk.type({"check"});
  EXPECT_THAT(desk.err, HasSubstr("the signed checkpoints of its audit are"));
}

TEST(Init, MakesWhatIsMissingAndKeepsWhatIsThere) {
  support::TemporaryFolder folder;
  const std::string file = (folder.path() / "new" / "tilts.xml").string();
  const char* words[] = {"tilts", "--configuration", file.c_str(), "init"};
  std::istringstream in;
  std::ostringstream out, err;
  Context context{
      .in = in, .out = out, .err = err, .clock = Clock::fixed(parse_time(config::House::now_text))};
  EXPECT_EQ(program(4, words, context), 0) << err.str();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("tilts check"), HasSubstr("tilts run JOB --preview")));
  EXPECT_EQ(support::read_file(file), config::example());
  const auto key = folder.path() / "new" / "secrets" / "master.key";
  EXPECT_EQ(std::filesystem::status(key).permissions(), std::filesystem::perms(0600));
  const std::string before = support::read_file(key);
  out.str("");
  EXPECT_EQ(program(4, words, context), 0);
  EXPECT_THAT(out.str(), AllOf(HasSubstr("kept   " + file), Not(HasSubstr("made"))));
  EXPECT_EQ(support::read_file(key), before);
}

TEST(Check, ListsEveryProblemWithItsLine) {
  Desk desk;
  desk.store();
  desk.house.with(R"(target="cards")", R"(target="nobody")").remove("certs/gateway.key");
  EXPECT_EQ(desk.type({"check"}), 78);
  EXPECT_THAT(
      desk.err,
      AllOf(HasSubstr("tilts.xml:17: registry population: key: "), HasSubstr("is not there"),
            HasSubstr("tilts.xml:32: job residents: no target is called nobody"),
            HasSubstr("libtilts_population.so"), HasSubstr("resident.xml"), HasSubstr("profile.xml")));
}

TEST(Check, AStoreUnderAnotherKeyIsAProblem) {
  Desk desk;
  desk.store();
  desk.house.remove("secrets/master.key");
  store::Vault::create(desk.house.path("secrets/master.key"));
  EXPECT_EQ(desk.type({"check"}), 78);
  EXPECT_THAT(desk.err, HasSubstr("tilts.xml: store: "));
}

TEST(Run, RefusesAConfigurationWithProblemsAndListsThem) {
  Desk desk;
  desk.store();
  desk.house.with(R"(target="cards")", R"(target="nobody")").with("30 2 * * *", "30 25 * * *");
  EXPECT_EQ(desk.type({"run", "residents"}), 78);
  EXPECT_THAT(desk.err,
              AllOf(HasSubstr("nobody"), HasSubstr("hour \"25\""), HasSubstr("2 problems to mend")));
}

TEST(Run, KnowsItsJobs) {
  Desk desk;
  desk.store();
  EXPECT_EQ(desk.type({"run", "nothing"}), 2);
  EXPECT_THAT(desk.err, HasSubstr("no job is called nothing"));
}

TEST(Runs, SaysThatThereIsNone) {
  Desk desk;
  desk.store();
  EXPECT_EQ(desk.type({"runs"}), 0);
  EXPECT_THAT(desk.out, AllOf(HasSubstr("test · Piekrastes novads"), HasSubstr("No run yet")));
}

TEST(Runs, OnePerLineAndWhyBelow) {
  Desk desk;
  store::Run done, failed;
  {
    store::Store store = desk.store();
    done = desk.ran(store, store::RunState::done, "fine", {.asked = 22500, .changed = 21});
    failed = desk.ran(store, store::RunState::failed, "job residents: registry population: no route");
  }
  EXPECT_EQ(desk.type({"runs"}), 0);
  EXPECT_THAT(
      desk.out,
      AllOf(HasSubstr(done.id + "  residents  2026-11-21 02:30  2 min  done    22 500       21     0\n"),
            HasSubstr("\n" + failed.id + ": job residents: registry population: no route\n"),
            Not(HasSubstr("fine"))));
}

TEST(Runs, SayHowTheyFailedAndMarkPreviews) {
  Desk desk;
  {
    store::Store store = desk.store();
    for (const std::string code : {"untrusted", "declined", "transient", "config", "bug"})
      desk.ran(store, store::RunState::failed, "why", {}, code);
    desk.ran(store, store::RunState::preview, "shown");
    desk.ran(store, store::RunState::preview, "not shown", {}, "untrusted");
  }
  EXPECT_EQ(desk.type({"runs"}), 0);
  for (const char* word :
       {"untrusted", "declined", "unreachable", "configuration", "defect", "preview", "preview, untrusted"})
    EXPECT_THAT(desk.out, HasSubstr(std::string("2 min  ") + word + "  ")) << word;
}

TEST(Runs, JsonIsForPrograms) {
  Desk desk;
  {
    store::Store store = desk.store();
    desk.ran(store, store::RunState::done, "all \"well\"", {.asked = 22500});
  }
  EXPECT_EQ(desk.type({"runs", "residents", "--json"}), 0);
  const auto object = parsed(desk.out);
  EXPECT_EQ(object->getValue<std::string>("environment"), "test");
  const auto run = object->getArray("runs")->getObject(0);
  EXPECT_EQ(run->getValue<std::string>("started"), "2026-11-21T00:30:02.000Z");
  EXPECT_EQ(run->getValue<std::string>("sentence"), "all \"well\"");
  EXPECT_EQ(run->getObject("counts")->getValue<int>("asked"), 22500);
}

TEST(Findings, NameTheClientAndTheSentence) {
  Desk desk;
  {
    store::Store store = desk.store();
    const Finding finding{Weight::record,
                          "date-not-readable",
                          "person",
                          "01017012345",
                          "birth_date",
                          "resident.xml:7",
                          "the birth date cannot be read",
                          "dzimšanas datums nav salasāms"};
    store.write([&](store::Transaction& t) {
      store.findings().put(t, "residents", {"residents", "K-17", "01017012345", "Anna Kalna"}, "4f1c22aa",
                           finding, desk.now);
    });
  }
  EXPECT_EQ(desk.type({"findings"}), 0);
  EXPECT_THAT(desk.out, AllOf(HasSubstr("Client K-17"), HasSubstr("the birth date cannot be read"),
                              HasSubstr("resident.xml:7"), HasSubstr("1 finding.")));
  EXPECT_EQ(desk.type({"findings", "residents", "--latvian"}), 0);
  EXPECT_THAT(desk.out, HasSubstr("dzimšanas datums nav salasāms"));
  EXPECT_EQ(desk.type({"findings", "--json"}), 0);
  EXPECT_EQ(parsed(desk.out)->getArray("findings")->getObject(0)->getValue<std::string>("holds"), "record");
  EXPECT_EQ(desk.type({"findings", "nothing"}), 2);
}

TEST(Alarms, StandUntilTheirCauseIsGone) {
  Desk desk;
  {
    store::Store store = desk.store();
    store.write([&](store::Transaction& t) {
      store.alarms().raise(t, "job residents", "transient", "no route", desk.now);
    });
  }
  EXPECT_EQ(desk.type({"alarms"}), 0);
  EXPECT_THAT(desk.out, HasSubstr("2026-11-21 14:00\n  no route\n"));
  {
    store::Store store = desk.store();
    store.write(
        [&](store::Transaction& t) { store.alarms().clear(t, "job residents", "a good run", desk.now); });
  }
  EXPECT_EQ(desk.type({"alarms"}), 0);
  EXPECT_THAT(desk.out, HasSubstr("No alarm stands."));
  EXPECT_EQ(desk.type({"alarms", "--all", "--json"}), 0);
  EXPECT_FALSE(parsed(desk.out)->getArray("alarms")->getObject(0)->getValue<bool>("stands"));
}

TEST(Audit, TheCodeComesFromStandardInputAndIsNeverShown) {
  Desk desk;
  {
    store::Store store = desk.store();
    store.write([&](store::Transaction& t) {
      store.audit().asked(
          t, {{"job residents", "residents", "population", "residents", "4f1c22aa", {"01017012345"}}},
          desk.now);
    });
  }
  EXPECT_EQ(desk.type({"audit", "subject"}, "010170-12345\n"), 0);
  EXPECT_THAT(desk.out, AllOf(HasSubstr("job residents"), HasSubstr("no answer"), HasSubstr("1 look-up.")));
  EXPECT_THAT(desk.out + desk.err, Not(HasSubstr("12345")));
  EXPECT_EQ(desk.type({"audit", "subject"}, "02017012345\n"), 0);
  EXPECT_THAT(desk.out, HasSubstr("Nobody asked about this person"));
  EXPECT_EQ(desk.type({"audit", "subject"}, "1234\n"), 2);
  EXPECT_THAT(desk.err, AllOf(HasSubstr("not a personas kods"), Not(HasSubstr("1234"))));
}

TEST(Audit, VerifySaysWholeOrChanged) {
  Desk desk;
  {
    store::Store store = desk.store();
    store.write([&](store::Transaction& t) {
      store.audit().asked(
          t, {{"job residents", "residents", "population", "residents", "4f1c22aa", {"01017012345"}}},
          desk.now);
    });
  }
  EXPECT_EQ(desk.type({"audit", "verify"}), 0) << desk.err;
  EXPECT_THAT(desk.out, HasSubstr("The audit is as it was written."));
  for (const auto& file : std::filesystem::directory_iterator(desk.house.path("var/checkpoints")))
    if (file.path().extension() != ".pub")
      std::ofstream(file.path(), std::ios::app) << "a line nobody signed\n";
  EXPECT_EQ(desk.type({"audit", "verify"}), 5);
  EXPECT_THAT(desk.err, HasSubstr("The audit was changed"));
}

TEST(Backup, MakesACheckedCopyAndNeverWritesOverOne) {
  Desk desk;
  desk.store();
  const std::string file = desk.house.path("copy.db");
  EXPECT_EQ(desk.type({"backup", file}), 0) << desk.err;
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_NE(desk.type({"backup", file}), 0);
}

TEST(Completion, KnowsEveryCommandAndItsOptions) {
  Desk desk;
  EXPECT_EQ(desk.type({"completion"}), 0);
  for (const std::string& command : commands) EXPECT_THAT(desk.out, HasSubstr("    " + command + ") words="));
  EXPECT_THAT(desk.out,
              AllOf(HasSubstr("--preview"), HasSubstr("--because"), HasSubstr("subject proof verify")));
  const std::string script = desk.house.write("completion.bash", desk.out);
  const std::string ask = "source " + script + "; COMP_WORDS=(tilts approve --b); COMP_CWORD=2; _tilts; " +
                          "[ \"${COMPREPLY[*]}\" = --because ]";
  EXPECT_EQ(std::system(("bash -c '" + ask + "'").c_str()), 0);
}

}  // namespace
}  // namespace tilts::cli
