// Documents that come through e-address: fetched, proven, deciphered, unpacked and stored, and only then
// taken out of the mailbox; what proves nothing stays there.
#include <csignal>
#include <fstream>
#include <thread>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/sha256.h"
#include "gateway/config/load.h"
#include "tests/system/command.h"
#include "tests/system/full_disk.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* sender = "_DEFAULT@99000000001";

struct Letter {
  std::string id;
  bool confirmed = false;
  std::vector<std::pair<std::string, std::string>> files;  // name, SHA-256 of what is in it
};

class Mailbox : public testing::Test {
 protected:
  void open(const std::string& profile = "profile.xml", int quota = 64) {
    OfficePlan plan = through_e_address(profile);
    plan.settings += fmt::format(R"(
    <setting name="receive-kinds">DOC_EMPTY</setting>
    <setting name="receive-senders">{}</setting>)",
                                 sender);
    plan.receives = true;
    plan.folders = {"files", "out", "out-files", "out-addressees"};
    plan.more = fmt::format(R"(
  <legal-basis id="documents" law="a test" contract="T-3" valid-from="2026-01-01" valid-to="2035-12-31" operations="documents directory" registry="siva"/>
  <job name="documents" registry="siva" operation="documents" legal-basis="documents">
    <roster none="documents come from institutions"/>
    <documents folder="files" quota-megabytes="{0}"/>
    <deliver mapping="{1}/mappings/municipal/document.xml" target="documents"/>
    <deliver mapping="{1}/mappings/municipal/document_file.xml" target="document_files"/>
  </job>
  <job name="addressees" registry="siva" operation="directory" legal-basis="documents">
    <roster none="the directory is about institutions"/>
    <guard removals="300" removals-percent="100" changes-percent="100"/>
    <deliver mapping="{1}/mappings/municipal/addressee.xml" target="addressees"/>
  </job>
  <target name="documents" kind="csv" folder="out"/>
  <target name="document_files" kind="csv" folder="out-files"/>
  <target name="addressees" kind="csv" folder="out-addressees"/>)",
                            quota, TILTS_SOURCE);
    office_ = std::make_unique<QueueOffice>(plan);
  }

  // Puts a letter into the mailbox; `more` is the rest of its JSON.
  std::string letter(const std::string& more) {
    const std::string answer = office_->registry().post(
        "/messages", fmt::format(R"({{"sender":"{}","title":"Lēmums"{}}})", sender, more));
    Poco::JSON::Parser parser;
    return parser.parse(answer).extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("message_id");
  }
  std::map<std::string, Letter> mailbox() {
    Poco::JSON::Parser parser;
    std::map<std::string, Letter> letters;
    const auto all = parser.parse(office_->registry().get("/mailbox")).extract<Poco::JSON::Array::Ptr>();
    for (const auto& one : *all) {
      const auto object = one.extract<Poco::JSON::Object::Ptr>();
      Letter& letter = letters[object->getValue<std::string>("message_id")];
      letter.confirmed = object->getValue<bool>("confirmed");
      for (const auto& file : *object->getArray("files")) {
        const auto of_file = file.extract<Poco::JSON::Object::Ptr>();
        letter.files.emplace_back(of_file->getValue<std::string>("name"),
                                  of_file->getValue<std::string>("sha256"));
      }
    }
    return letters;
  }

  int run(const std::string& job = "documents") {
    Command command(office_->file("tilts.xml"), {"run", job, "--initial"});
    const int end = command.end();
    peak_ = command.peak_memory();
    said_ = command.out() + command.err();
    return end;
  }
  // Every file of a letter stands in the folder, octet for octet.
  void expect_stored(const std::string& id) {
    const Letter letter = mailbox().at(id);
    for (const auto& [name, sha256] : letter.files) {
      const auto file = office_->file("files") / id / name;
      ASSERT_TRUE(std::filesystem::exists(file)) << file << "\n" << said_;
      EXPECT_EQ(sha256_of(file), sha256) << name;
    }
  }
  static std::string sha256_of(const std::filesystem::path& file) {
    Sha256 hash;
    std::ifstream stream(file, std::ios::binary);
    std::string piece(1 << 20, '\0');
    while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0)
      hash.add(std::string_view(piece).substr(0, static_cast<size_t>(stream.gcount())));
    return to_hex(hash.finish());
  }
  size_t files_stored() const {
    const std::filesystem::recursive_directory_iterator all(office_->file("files"));
    return static_cast<size_t>(
        std::count_if(begin(all), end(all), [](const auto& entry) { return entry.is_regular_file(); }));
  }
  std::string rows(const std::string& folder) const {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(office_->file(folder)))
      if (entry.path().extension() == ".csv") text += support::read_file(entry.path());
    return text;
  }

  std::unique_ptr<QueueOffice> office_;
  std::string said_;
  long peak_ = 0;  // KiB
};

class Received : public Mailbox, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Profiles, Received, testing::Values("profile.xml", "profile-signed.xml"),
                         [](const auto& given) {
                           return std::string(given.param) == "profile.xml" ? "live" : "signed_answers";
                         });

TEST_P(Received, DocumentsBecomeRecordsAndFilesAndLeaveTheMailbox) {
  open(GetParam());
  const std::string plain =
      letter(R"(,"files":[{"name":"lēmums.pdf","size":200000},{"name":"b.txt","text":"hello"}])");
  const std::string packed = letter(R"(,"files":[{"name":"a.pdf","size":100000,"compressed":true}])");
  const std::string sealed =
      letter(R"(,"files":[{"name":"a.pdf","size":100001,"compressed":true,"encrypted":true}])");
  const std::string large = letter(R"(,"files":[{"name":"a.pdf","size":3000000,"sections":5}])");
  const std::string none = letter("");
  EXPECT_EQ(run(), 0) << said_;
  for (const std::string& id : {plain, packed, sealed, large, none}) {
    expect_stored(id);
    EXPECT_TRUE(mailbox().at(id).confirmed) << id;
  }
  EXPECT_THAT(rows("out"), AllOf(HasSubstr("Lēmums"), HasSubstr(sender), HasSubstr("CN=")));
  EXPECT_THAT(rows("out-files"), HasSubstr(plain + "/lēmums.pdf"));
  EXPECT_EQ(run(), 0) << said_;
}

TEST_F(Mailbox, WhatTheSettingsDoNotNameIsNeverFetched) {
  open();
  letter(R"(,"kind":"INVOICE")");
  office_->registry().post("/messages", R"({"sender":"_DEFAULT@99000000002"})");
  EXPECT_EQ(run(), 0) << said_;
  EXPECT_EQ(office_->registry().counter("GetMessage"), 0);
  EXPECT_EQ(office_->registry().counter("ConfirmMessage"), 0);
  Command check(office_->file("tilts.xml"), {"check"});
  EXPECT_EQ(check.end(), 0) << check.err();
  EXPECT_THAT(check.out(),
              HasSubstr("documents of the kinds DOC_EMPTY from _DEFAULT@99000000001 are fetched, "
                        "stored, and then removed from the mailbox"));
}

// Each is the only thing wrong with it (tests/simulator, E-address).
class Defect : public Mailbox, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Defect,
                         testing::Values("unsigned", "changed", "stranger", "digest", "bomb", "bad-key"),
                         [](const auto& given) {
                           std::string name = given.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_P(Defect, IsHeldAndStaysInTheMailboxAndStopsNothing) {
  open();
  const std::string before = letter("");
  const std::string bad = letter(fmt::format(
      R"(,"defect":"{}","files":[{{"name":"a.pdf","size":5000,"compressed":true,"encrypted":{}}}])",
      GetParam(), std::string_view(GetParam()) == "bad-key" ? "true" : "false"));
  const std::string after = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  EXPECT_EQ(run(), 3) << said_;
  EXPECT_FALSE(mailbox().at(bad).confirmed);
  EXPECT_TRUE(mailbox().at(before).confirmed);
  EXPECT_TRUE(mailbox().at(after).confirmed);
  EXPECT_EQ(files_stored(), 1u) << "nothing is stored that is not verified";
  EXPECT_THAT(rows("out"), Not(HasSubstr("\"=\"\"" + bad + "\"\"\"")));
}

// Whoever sends what proves nothing, or what is too large, takes no room from the others: 4 MiB are allowed.
TEST_F(Mailbox, WhatIsHeldFillsNoQuota) {
  open("profile.xml", 4);
  for (int number = 0; number < 3; ++number)
    letter(R"(,"defect":"changed","files":[{"name":"a.pdf","size":2000000}])");
  letter(R"(,"files":[{"name":"a.pdf","size":9000000,"sections":9}])");
  letter(R"(,"files":[{"name":"a.pdf","size":2000000},{"name":"b.pdf","size":2000000}])");
  const std::string good = letter(R"(,"files":[{"name":"a.pdf","size":1000000}])");
  EXPECT_EQ(run(), 3) << said_;
  expect_stored(good);
  for (const auto& [id, letter] : mailbox()) EXPECT_EQ(letter.confirmed, id == good) << id;
  EXPECT_EQ(files_stored(), 1u);
  uintmax_t stored = 0;
  for (const auto& entry : std::filesystem::directory_iterator(office_->file("")))
    if (entry.path().filename().string().starts_with("tilts.")) stored += entry.file_size();
  EXPECT_LT(stored, 4'000'000u) << "nor are 20 MB of other people's files in the evidence";
}

// What the gateway refuses of a sender's document ends the run, every night: a thousand files and one more.
TEST_F(Mailbox, WhatEndsTheRunKeepsNobodyWaiting) {
  open();
  std::string files;
  for (int number = 0; number <= 1000; ++number)
    files += fmt::format(R"({}{{"name":"{}.txt","text":"x"}})", number == 0 ? "" : ",", number);
  const std::string first = letter(R"(,"files":[)" + files + "]");
  const std::string second = letter(R"(,"files":[)" + files + "]");
  const std::string good = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  for (int night = 1; night <= 3; ++night) {
    EXPECT_EQ(run(), 5) << said_;
    EXPECT_EQ(mailbox().at(good).confirmed, night == 3) << night;
  }
  for (const std::string& bad : {first, second}) {
    EXPECT_THAT(said_, HasSubstr("message " + bad + " ended an earlier run"));
    EXPECT_FALSE(mailbox().at(bad).confirmed);
  }
  expect_stored(good);
}

TEST_F(Mailbox, AConfirmationWhoseAnswerIsLostIsNoSecondDocument) {
  open();
  const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  office_->registry().fault(R"({"kind":"reset-after","operation":"ConfirmMessage"})");
  EXPECT_EQ(run(), 0) << said_;
  expect_stored(id);
  EXPECT_TRUE(mailbox().at(id).confirmed);
  EXPECT_EQ(run(), 0) << said_;
  EXPECT_EQ(files_stored(), 1u);
}

// What arrives broken is not taken; sent right it is.
class Broken : public Mailbox, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Broken,
                         testing::Values("part-missing", "content-id-twice", "part-changed",
                                         "part-unreferenced", "include-beside-text"),
                         [](const auto& given) {
                           std::string name = given.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_P(Broken, TakesNothingAndConfirmsNothing) {
  open("profile-signed.xml");
  const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":5000},{"name":"b.pdf","size":5000}])");
  office_->registry().fault(fmt::format(R"({{"kind":"{}","operation":"GetMessage","count":0}})", GetParam()));
  EXPECT_EQ(run(), 5) << said_;
  EXPECT_FALSE(mailbox().at(id).confirmed);
  EXPECT_EQ(files_stored(), 0u);
  office_->registry().remove("/faults");
  EXPECT_EQ(run(), 0) << said_;
  expect_stored(id);
  EXPECT_TRUE(mailbox().at(id).confirmed);
}

// Without a signature over the message the digest in the document stands between.
TEST_F(Mailbox, AChangedPartIsFoundByTheDocumentsDigest) {
  open();
  const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  office_->registry().fault(R"({"kind":"part-changed","operation":"GetMessage"})");
  EXPECT_EQ(run(), 3) << said_;
  EXPECT_FALSE(mailbox().at(id).confirmed);
  EXPECT_EQ(files_stored(), 0u);
}

TEST_F(Mailbox, AMessageThatIsCutShortIsAskedForAgain) {
  open();
  for (const char* kind : {"mtom-cut", "truncated"}) {
    const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":500000}])");
    office_->registry().fault(fmt::format(R"({{"kind":"{}","operation":"GetMessage"}})", kind));
    EXPECT_EQ(run(), 0) << said_;
    expect_stored(id);
  }
}

// Whatever was confirmed is gone from the mailbox, so it has to stand in the folder by then.
TEST_F(Mailbox, KilledAtAnyMomentItHasConfirmedNothingThatIsNotStored) {
  open();
  std::vector<std::string> all;
  for (int number = 0; number < 12; ++number)
    all.push_back(letter(fmt::format(R"(,"files":[{{"name":"{}.pdf","size":300000}}])", number)));
  int killed = 0;
  for (int life = 1; life <= 40; ++life) {
    Command command(office_->file("tilts.xml"), {"run", "documents", "--initial"});
    std::this_thread::sleep_for(std::chrono::milliseconds{life * 10});
    command.signal(SIGKILL);
    killed += command.end() < 0;
    for (const auto& [id, one] : mailbox())
      if (one.confirmed) expect_stored(id);
  }
  EXPECT_GT(killed, 0);
  EXPECT_EQ(run(), 0) << said_;
  for (const std::string& id : all) {
    EXPECT_TRUE(mailbox().at(id).confirmed);
    expect_stored(id);
    EXPECT_THAT(rows("out-files"), HasSubstr(id + "/"));
  }
  EXPECT_EQ(files_stored(), all.size());
}

TEST_F(Mailbox, AFullDiskTakesNothingAndLosesNothing) {
  open();
  EXPECT_EQ(run(), 0) << "the store is made";
  const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":9000000}])");
  {
    const FullDisk full(6'000'000);
    EXPECT_EQ(run(), 6) << said_;
    EXPECT_THAT(said_, HasSubstr("cannot be written"));
  }
  EXPECT_FALSE(mailbox().at(id).confirmed);
  EXPECT_EQ(files_stored(), 0u);
  EXPECT_EQ(run(), 0) << said_;
  expect_stored(id);
}

// Our clock an hour behind: what comes is from the future, and nothing of it is taken.
TEST_F(Mailbox, AWrongClockTakesNothing) {
  open();
  const std::string id = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  office_->registry().post("/clock", R"({"offset":3600})");
  EXPECT_NE(run(), 0) << said_;
  EXPECT_FALSE(mailbox().at(id).confirmed);
  EXPECT_EQ(files_stored(), 0u);
  office_->registry().post("/clock", R"({"offset":0})");
  EXPECT_EQ(run(), 0) << said_;
  expect_stored(id);
}

TEST_F(Mailbox, TheDirectoryIsKeptInStep) {
  open();
  EXPECT_EQ(run("addressees"), 0) << said_;
  const long asked = office_->registry().counter("GetInitialAddresseeRecordList");
  EXPECT_EQ(asked, 4);
  EXPECT_THAT(rows("out-addressees"), HasSubstr(sender));
  office_->registry().post("/advance", "{}");
  EXPECT_EQ(run("addressees"), 0) << said_;
  EXPECT_EQ(office_->registry().counter("GetInitialAddresseeRecordList"), asked) << "only what changed";
  EXPECT_THAT(rows("out-addressees"), HasSubstr("remove;"));
}

// Half a gigabyte, beside the message and in sections, against a document of no size: the difference is flat.
// Of a sanitizer's memory it says nothing, so it is not of every run.
class LongMailbox : public Mailbox {};

TEST_F(LongMailbox, HalfAGigabytePassesAtFlatMemory) {
  open("profile-signed.xml", 4096);
  const std::string small = letter(R"(,"files":[{"name":"a.pdf","size":5000}])");
  EXPECT_EQ(run(), 0) << said_;
  const long before = peak_;
  for (const char* how : {"", R"(,"compressed":true,"encrypted":true)", R"(,"sections":20)"}) {
    const std::string large = letter(fmt::format(R"(,"files":[{{"name":"a.pdf","size":500000000{}}}])", how));
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(run(), 0) << said_;
    const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    expect_stored(large);
    std::cout << fmt::format("500 MB{}: {:.1f} s, {} KiB at its peak, {} KiB with 5 KB\n", how, took, peak_,
                             before);
    EXPECT_LT(peak_ - before, 32 << 10) << "KiB";
  }
}

}  // namespace
}  // namespace tilts::system_test
