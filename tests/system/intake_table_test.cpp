// Entries as rows of the municipality's tables, on both databases: the same rules as in a folder.
#include <csignal>
#include <fstream>

#include <Poco/Data/LOB.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/sha256.h"
#include "tests/support/postgresql.h"
#include "tests/system/command.h"
#include "tests/system/office_life.h"
#include "tests/system/queue_office.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::system_test {
namespace {

using namespace Poco::Data::Keywords;
using std::chrono::seconds;
using store::SubmissionState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::filesystem::path mapping = std::filesystem::path(TILTS_SOURCE) / "mappings/rehabilitation_queue";

std::string example(const char* file, const std::string& case_number) {
  std::string entry = support::read_file(mapping / "examples" / file);
  return entry.replace(entry.find("SD-2026-0117"), 12, case_number);
}

std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return to_hex(hash.finish());
}

// What the municipal system does with its tables, made as the shipped intake.sql says.
class Municipality {
 public:
  explicit Municipality(const std::string& connection) : session_(open(connection)) {}

  void make_tables() {
    std::string script;
    for (const std::string& line : script_lines())
      if (!line.starts_with("--")) script += line + '\n';
    for (size_t at = 0, end; (end = script.find(';', at)) != std::string::npos; at = end + 1)
      run(script.substr(at, end - at));
  }
  // PostgreSQL: what intake.sql says is enough for the user `tilts`, for this one.
  void grant_to(const std::string& user) {
    for (std::string line : script_lines())
      if (line.starts_with("--   GRANT"))
        run(line.replace(line.find(" TO tilts;"), 10, " TO " + user).substr(5));
  }

  void run(const std::string& sql) { session_ << sql, now; }

  void enter(std::string id, std::string entry) {
    session_ << "INSERT INTO rehabilitation_entry (id, entry) VALUES ($1, $2)", use(id), use(entry), now;
  }
  void change(std::string id, std::string entry) {
    session_ << "UPDATE rehabilitation_entry SET entry = $1 WHERE id = $2", use(entry), use(id), now;
  }
  void document(std::string id, std::string name, const std::string& bytes) {
    Poco::Data::BLOB blob(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    session_ << "INSERT INTO rehabilitation_entry_document (entry, name, bytes) VALUES ($1, $2, $3)", use(id),
        use(name), use(blob), now;
  }
  void enter_whole(const std::string& id, const std::string& case_number) {
    for (const char* name : {"iesniegums.pdf", "anketa.pdf", "izraksts.pdf"}) document(id, name, bytes(name));
    enter(id, example("ordinary.xml", case_number));
  }
  static std::string bytes(const std::string& name) { return "%PDF-1.7 " + name + '\0' + "\xff"; }

  std::string answer(std::string id, const std::string& column = "text") {
    std::vector<std::string> found;
    session_ << fmt::format("SELECT COALESCE({}, '-') FROM rehabilitation_entry_answer WHERE id = $1",
                            column),
        use(id), into(found), now;
    return found.empty() ? "nothing" : found.front();
  }

 private:
  static std::vector<std::string> script_lines() {
    std::vector<std::string> lines;
    std::ifstream file(mapping / "intake.sql");
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  static Poco::Data::Session open(const std::string& connection) {
    const std::string words = connection.substr(connection.find(':') + 1);
    if (connection.starts_with("sqlite:")) {
      Poco::Data::SQLite::Connector::registerConnector();
      return {Poco::Data::SQLite::Connector::KEY, words};
    }
    Poco::Data::PostgreSQL::Connector::registerConnector();
    return {Poco::Data::PostgreSQL::Connector::KEY, words + " client_encoding=UTF8"};
  }

  Poco::Data::Session session_;
};

class IntakeTable : public testing::TestWithParam<const char*> {
 protected:
  IntakeTable() {
    if (std::string_view(GetParam()) == "postgresql") server_.emplace();
    connection_ =
        server_ ? server_->fresh_database() : fmt::format("sqlite:{}", (folder_.path() / "city.db").string());
    municipality_.emplace(connection_);
    municipality_->make_tables();
    std::string ours = connection_;
    if (server_) {
      municipality_->run("CREATE ROLE gateway LOGIN");
      municipality_->grant_to("gateway");
      ours.replace(ours.find("user=tilts"), 10, "user=gateway");
    }
    office_.emplace(
        OfficePlan{.entries = fmt::format(R"(connection="{}" table="rehabilitation_entry")", ours)});
  }

  void take_away() {
    municipality_.reset();
    if (server_)
      server_->kill();
    else
      std::filesystem::rename(folder_.path() / "city.db", folder_.path() / "away");
  }
  void put_back() {
    if (server_)
      server_->start();
    else
      std::filesystem::rename(folder_.path() / "away", folder_.path() / "city.db");
    municipality_.emplace(connection_);
  }

  std::optional<support::PostgreSql> server_;
  support::TemporaryFolder folder_;
  std::string connection_;
  std::optional<Municipality> municipality_;
  std::optional<QueueOffice> office_;
};

TEST_P(IntakeTable, AnEntryReachesTheQueueWithItsDocumentsByteForByte) {
  municipality_->enter_whole("17", "SD-1");
  EXPECT_THAT(office_->rounds(), IsEmpty());
  const store::Submission one = office_->only();
  EXPECT_EQ(one.state, SubmissionState::received);
  const Committed there = office_->truth().at(one.key);
  EXPECT_EQ(there.times, 1);
  EXPECT_THAT(there.attachments, ElementsAre(sha256_of(Municipality::bytes("iesniegums.pdf")),
                                             sha256_of(Municipality::bytes("anketa.pdf")),
                                             sha256_of(Municipality::bytes("izraksts.pdf"))));
  EXPECT_EQ(municipality_->answer("17", "state"), "received");
  EXPECT_EQ(municipality_->answer("17", "number"), one.receipt);
  EXPECT_THAT(municipality_->answer("17"), HasSubstr("SAŅEMTS"));
  EXPECT_THAT(municipality_->answer("17", "xml"), HasSubstr("entry=\"17\""));
  EXPECT_THAT(municipality_->answer("17", "changed"), HasSubstr("Z"));
}

// An id that is a number, and a time that is one: what the municipality has already.
TEST_P(IntakeTable, KeysAndTimesMayHaveTypesOfTheirOwn) {
  for (const char* table : {"", "_document", "_answer"})
    municipality_->run(fmt::format("DROP TABLE rehabilitation_entry{}", table));
  municipality_->run("CREATE TABLE rehabilitation_entry (id INTEGER PRIMARY KEY, entry TEXT)");
  municipality_->run("CREATE TABLE rehabilitation_entry_document (entry INTEGER, name TEXT, bytes BYTEA)");
  municipality_->run(
      "CREATE TABLE rehabilitation_entry_answer (id INTEGER PRIMARY KEY, state TEXT, number TEXT, text TEXT, "
      "xml TEXT, changed TIMESTAMP WITH TIME ZONE)");
  if (server_) municipality_->grant_to("gateway");
  std::string entry = example("ordinary.json", "SD-1");
  municipality_->run("INSERT INTO rehabilitation_entry (id, entry) VALUES (17, '" + entry + "')");
  for (const char* name : {"iesniegums.pdf", "anketa.pdf", "izraksts.pdf"})
    municipality_->run(fmt::format("INSERT INTO rehabilitation_entry_document VALUES (17, '{}', {})", name,
                                   server_ ? "'\\x25504446'" : "x'25504446'"));
  EXPECT_THAT(office_->rounds(), IsEmpty());
  EXPECT_EQ(office_->only().state, SubmissionState::received);
}

TEST_P(IntakeTable, ABadRowIsToldAndTheOthersGoOn) {
  municipality_->enter("1", "<entry>");
  municipality_->enter("2", " {\"case_number\": [1]}");
  municipality_->enter("3", example("ordinary.xml", "SD-3"));
  municipality_->enter("4", std::string(3 << 20, 'x'));
  municipality_->enter("5", "");
  municipality_->enter_whole("6", "SD-6");
  EXPECT_THAT(office_->rounds(), IsEmpty());
  EXPECT_THAT(municipality_->answer("1"), HasSubstr("[not-xml]"));
  EXPECT_THAT(municipality_->answer("2"), HasSubstr("[not-json]"));
  EXPECT_THAT(municipality_->answer("3"), HasSubstr("[attachment-missing]"));
  EXPECT_EQ(municipality_->answer("3", "state"), "refused");
  EXPECT_EQ(municipality_->answer("3", "number"), "-");
  EXPECT_THAT(municipality_->answer("4"), HasSubstr("[too-large]"));
  EXPECT_THAT(municipality_->answer("5"), HasSubstr("[not-xml]"));
  EXPECT_EQ(municipality_->answer("6", "state"), "received");
  EXPECT_THAT(office_->truth(), SizeIs(1));
}

TEST_P(IntakeTable, ARefusedRowIsJudgedAgainWhenItsDocumentsCame) {
  office_->with([&](push::SubmissionRunner& runner, store::Store&) {
    municipality_->enter("3", example("ordinary.xml", "SD-3"));
    for (int round = 0; round < 3; ++round) runner.round({});
    EXPECT_EQ(municipality_->answer("3", "state"), "refused");
    for (const char* name : {"iesniegums.pdf", "anketa.pdf", "izraksts.pdf"})
      municipality_->document("3", name, Municipality::bytes(name));
    for (int round = 0; round < 2; ++round) runner.round({});
    EXPECT_EQ(municipality_->answer("3", "state"), "received");
  });
}

TEST_P(IntakeTable, TextThatIsNotUtf8IsToldOrTranslated) {
  if (!server_) {  // it keeps any bytes as they are
    municipality_->enter("1", "<entry>\xe2\x28\xa1</entry>");
    office_->rounds();
    EXPECT_THAT(municipality_->answer("1"), HasSubstr("UTF-8"));
    return;
  }
  municipality_->run(
      "CREATE DATABASE baltic ENCODING 'WIN1257' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
  std::string baltic = connection_.substr(0, connection_.find("dbname=")) + "dbname=baltic";
  municipality_.emplace(baltic);
  municipality_->make_tables();
  municipality_->grant_to("gateway");
  baltic.replace(baltic.find("user=tilts"), 10, "user=gateway");
  office_.emplace(
      OfficePlan{.entries = fmt::format(R"(connection="{}" table="rehabilitation_entry")", baltic)});
  municipality_->enter_whole("1", "SD-1");
  EXPECT_THAT(office_->rounds(), IsEmpty());
  EXPECT_THAT(office_->only().content, HasSubstr("Bērziņa"));
  EXPECT_THAT(municipality_->answer("1"), HasSubstr("SAŅEMTS"));
}

TEST_P(IntakeTable, AChangedRowOfASettledEntryIsRefusedAndNothingIsSent) {
  municipality_->enter_whole("17", "SD-1");
  office_->rounds();
  std::string changed = example("ordinary.xml", "SD-1");
  changed.replace(changed.find("Liepu iela 3"), 12, "Liepu iela 4");
  municipality_->change("17", changed);
  office_->rounds();
  EXPECT_THAT(municipality_->answer("17"), HasSubstr("[other-content]"));
  EXPECT_EQ(municipality_->answer("17", "state"), "refused");
  EXPECT_EQ(office_->truth().at(office_->only().key).times, 1);
  municipality_->change("17", example("ordinary.xml", "SD-1"));
  office_->rounds();
  EXPECT_EQ(municipality_->answer("17", "state"), "received");
  EXPECT_EQ(office_->truth().at(office_->only().key).times, 1);
}

TEST_P(IntakeTable, TheSameCaseUnderAnotherIdIsTheSameEntry) {
  municipality_->enter_whole("17", "SD-1");
  municipality_->enter_whole("18", "SD-1");
  office_->rounds(3);
  EXPECT_EQ(office_->truth().at(office_->only().key).times, 1);
  EXPECT_EQ(municipality_->answer("17", "number"), office_->only().receipt);
  EXPECT_EQ(municipality_->answer("18", "number"), office_->only().receipt);
}

TEST_P(IntakeTable, ARowThatVanishedIsSettledAllTheSame) {
  office_->registry().fault(R"({"kind":"reset-after","operation":"SubmitEntry"})");
  municipality_->enter_whole("17", "SD-1");
  office_->rounds();
  EXPECT_EQ(municipality_->answer("17", "state"), "unknown");
  municipality_->run("DELETE FROM rehabilitation_entry");
  office_->later(seconds{31});
  office_->rounds();
  EXPECT_EQ(office_->only().state, SubmissionState::received);
  EXPECT_EQ(office_->truth().at(office_->only().key).times, 1);
}

// Rows are the municipality's: ours is the answer alone, and it leaves after them.
TEST_P(IntakeTable, AnAnswerLeavesWhenItsRowIsGoneAndLongSettled) {
  municipality_->enter_whole("17", "SD-1");
  office_->rounds();
  office_->later(std::chrono::days{91});
  office_->rounds();
  EXPECT_EQ(municipality_->answer("17", "state"), "received");
  office_->with([&](push::SubmissionRunner& runner, store::Store&) {
    runner.round({});
    municipality_->run("DELETE FROM rehabilitation_entry");
    runner.round({});
  });
  EXPECT_EQ(municipality_->answer("17"), "nothing");
  EXPECT_THAT(office_->ledger(), SizeIs(1));
}

TEST_P(IntakeTable, ADocumentOfAHundredMegabytesIsRefused) {
  for (const char* name : {"anketa.pdf", "izraksts.pdf"})
    municipality_->document("17", name, Municipality::bytes(name));
  municipality_->run(
      fmt::format("INSERT INTO rehabilitation_entry_document VALUES ('17', 'iesniegums.pdf', {})",
                  server_ ? "CONVERT_TO(REPEAT('x', 104857600), 'UTF8')" : "ZEROBLOB(104857600)"));
  municipality_->enter("17", example("ordinary.xml", "SD-1"));
  office_->rounds();
  EXPECT_THAT(municipality_->answer("17"), HasSubstr("[attachment-too-large]"));
  EXPECT_THAT(office_->ledger(), IsEmpty());
}

TEST_P(IntakeTable, AnIdThatComesTwiceIsToldAndNotTaken) {
  municipality_->run("DROP TABLE rehabilitation_entry");
  municipality_->run("CREATE TABLE rehabilitation_entry (id TEXT, entry TEXT)");
  if (server_) municipality_->grant_to("gateway");
  municipality_->enter_whole("17", "SD-1");
  municipality_->enter("17", example("ordinary.xml", "SD-2"));
  EXPECT_THAT(office_->rounds(), Contains(HasSubstr("an id comes more than once")));
  EXPECT_THAT(office_->ledger(), IsEmpty());
}

// What was sent before is settled meanwhile, and answered when the database is back.
TEST_P(IntakeTable, ADatabaseOutOfReachIsToldAndTheRestGoesOn) {
  office_->registry().fault(R"({"kind":"reset-after","operation":"SubmitEntry"})");
  municipality_->enter_whole("17", "SD-1");
  office_->rounds();
  EXPECT_EQ(municipality_->answer("17", "state"), "unknown");
  take_away();
  office_->later(seconds{31});
  EXPECT_THAT(office_->rounds(), Contains(HasSubstr("its database does not answer")));
  EXPECT_EQ(office_->only().state, SubmissionState::received);
  put_back();
  EXPECT_THAT(office_->rounds(1), IsEmpty());
  EXPECT_EQ(municipality_->answer("17", "state"), "received");
}

TEST_P(IntakeTable, AnAnswerThatWasRemovedIsWrittenAgain) {
  municipality_->enter_whole("17", "SD-1");
  office_->rounds();
  municipality_->run("DELETE FROM rehabilitation_entry_answer");
  office_->rounds(1);
  EXPECT_EQ(municipality_->answer("17", "state"), "received");
}

TEST_P(IntakeTable, KilledAtAnyMomentItIsThereOnceAndAnswered) {
  for (int entry = 0; entry < 6; ++entry)
    municipality_->enter_whole(std::to_string(entry), fmt::format("SD-{}", entry));
  for (int kill = 1; kill <= 12; ++kill) office_->rounds_in_a_child(3, std::chrono::milliseconds{kill * 25});
  for (int i = 0; i < 8; ++i) {
    office_->later(seconds{31});
    office_->rounds();
  }
  const auto truth = office_->truth();
  EXPECT_THAT(truth, SizeIs(6));
  EXPECT_THAT(office_->ledger(), SizeIs(6));
  for (const auto& [key, there] : truth) {
    EXPECT_EQ(there.times, 1);
    EXPECT_EQ(municipality_->answer(there.case_number.substr(3), "number"), there.numbers.front());
  }
}

// Between any two steps that make something durable or put something on a wire: also between taking in and
// answering.
// Before every so many: what tables have in common with a folder is struck before each in SubmissionCrash.
TEST_P(IntakeTable, KilledBeforeAnyStepItIsThereOnceAndAnswered) {
  municipality_->enter_whole("0", "SD-0");
  office_->rounds();
  const int stride = server_ ? 8 : 3;
  int step = 1;
  for (;; ++step) {
    municipality_->enter_whole(std::to_string(step), fmt::format("SD-{}", step));
    const int struck = 1 + (step - 1) * stride;
    Life life(*office_, {.rounds = 2, .first = [=] { support::strike_before_step(struck, SIGKILL); }});
    if (life.wait() == 0) break;
    ASSERT_EQ(life.wait(), -SIGKILL);
    office_->later(seconds{1});
  }
  EXPECT_GT(step * stride, 20);
  for (int i = 0; i < 6; ++i) {
    office_->later(seconds{600});
    office_->rounds();
  }
  const auto truth = office_->truth();
  EXPECT_THAT(truth, SizeIs(step + 1));
  EXPECT_THAT(office_->ledger(), SizeIs(step + 1));
  for (const auto& [key, there] : truth) {
    EXPECT_EQ(there.times, 1);
    EXPECT_EQ(municipality_->answer(there.case_number.substr(3), "number"), there.numbers.front());
  }
}

TEST_P(IntakeTable, CheckJudgesTablesColumnsAndRights) {
  const auto check = [&] {
    Command command(office_->file("tilts.xml"), {"check"});
    command.end();
    return command.err();
  };
  EXPECT_THAT(check(), IsEmpty());
  municipality_->run("ALTER TABLE rehabilitation_entry_answer RENAME COLUMN changed TO moment");
  EXPECT_THAT(check(), HasSubstr("table rehabilitation_entry: the database refused it"));
  municipality_->run("ALTER TABLE rehabilitation_entry_answer RENAME COLUMN moment TO changed");
  municipality_->run("ALTER TABLE rehabilitation_entry_document RENAME COLUMN bytes TO content");
  EXPECT_THAT(check(), HasSubstr("intake.sql"));
  municipality_->run("ALTER TABLE rehabilitation_entry_document RENAME COLUMN content TO bytes");
  EXPECT_THAT(check(), IsEmpty());
  if (server_) {
    municipality_->run("REVOKE INSERT ON rehabilitation_entry_answer FROM gateway");
    EXPECT_THAT(check(), HasSubstr("our rights"));
    municipality_->grant_to("gateway");
  }
  municipality_->run("DROP TABLE rehabilitation_entry");
  EXPECT_THAT(check(), HasSubstr("refused it"));
  take_away();
  EXPECT_THAT(check(), HasSubstr("its database does not answer"));
}

INSTANTIATE_TEST_SUITE_P(Databases, IntakeTable, testing::Values("sqlite", "postgresql"),
                         [](const auto& database) { return std::string(database.param); });

}  // namespace
}  // namespace tilts::system_test
