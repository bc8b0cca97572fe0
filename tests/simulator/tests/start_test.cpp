// The program from outside: what it writes, and the sentence and exit code when it cannot start. And what it
// may include.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;

class StartTest : public SimulatorTest {
 protected:
  // Runs the program to its end; its sentence.
  std::string fail(const std::vector<std::string>& words) {
    std::string command = SIMULATOR_PROGRAM;
    for (const std::string& word : words) command += " '" + word + "'";
    const int status = std::system((command + " >'" + file("said") + "' 2>&1").c_str());
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << status;
    return support::read_file(file("said"));
  }

  // Right but for what comes after.
  std::vector<std::string> right(const std::vector<std::string>& further,
                                 const std::string& profile = PROFILE_FILE) {
    if (!pki_)
      pki_ = std::make_unique<support::SimulatorPki>(folder_.path() / "pki", support::KeyKind::ecdsa);
    std::vector<std::string> words = pki_->simulator_arguments();
    words.insert(words.end(), {"--profile", profile, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"});
    if (std::find(further.begin(), further.end(), "--residents") == further.end())
      words.insert(words.end(), {"--residents", "10"});
    words.insert(words.end(), further.begin(), further.end());
    return words;
  }
};

TEST_F(StartTest, WritesRosterAndTruth) {
  start({"--nights", "300", "--roster-out", file("roster.csv"), "--truth", file("truth.csv")});
  EXPECT_EQ(support::read_file(file("roster.csv")), simulator().get("/roster.csv"));
  EXPECT_EQ(support::read_file(file("truth.csv")), simulator().get("/truth.csv"));
  EXPECT_THAT(simulator().get("/nights"), HasSubstr("\"kind\":\"death\""));
  start({"--nights", "300", "--truth", file("truth.json")});
  EXPECT_EQ(support::read_file(file("truth.json")), simulator().get("/truth"));
}

TEST_F(StartTest, NightsBeforeTheStartAreNightsAfterIt) {
  start({"--nights", "200"});
  const std::string truth = simulator().get("/truth");
  start();
  simulator().advance(150);
  EXPECT_NE(simulator().get("/truth"), truth);
  simulator().advance(50);
  EXPECT_EQ(simulator().get("/truth"), truth);
}

TEST_F(StartTest, WrongOptionsAndFilesGetASentence) {
  EXPECT_THAT(fail({}), HasSubstr("required"));
  EXPECT_THAT(fail(right({"--soap", "2.0"})), HasSubstr("--soap"));
  EXPECT_THAT(fail(right({"--residents", "0"})), HasSubstr("--residents"));
  EXPECT_THAT(fail(right({"--date", "2026-02-30"})), HasSubstr("2026-02-30"));
  EXPECT_THAT(fail(right({"--date", "2025-12-31"})), HasSubstr("before 2026-01-01"));
  EXPECT_THAT(fail(right({"--anchor", "/nowhere.pem"})), HasSubstr("/nowhere.pem cannot be opened"));
  EXPECT_THAT(fail(right({"--roster-out", "/nowhere/roster.csv"})),
              HasSubstr("/nowhere/roster.csv cannot be written"));
  EXPECT_THAT(fail(right({}, file("no-profile.xml"))), HasSubstr("no-profile.xml: cannot be read"));
}

TEST_F(StartTest, AProfileThatLeavesSomethingOutGetsASentence) {
  std::string profile = support::read_file(PROFILE_FILE);
  profile.replace(profile.find("keep-alive-seconds"), 18, "keep-alive-secunds");
  EXPECT_THAT(fail(right({}, folder_.write("profile.xml", profile))),
              HasSubstr("attribute keep-alive-seconds of limits is missing"));
}

TEST_F(StartTest, TheQueueHasNoResidentsToWriteDown) {
  for (const char* option : {"--roster-out", "--truth"})
    EXPECT_THAT(fail(right({option, file("residents")}, QUEUE_PROFILE_FILE)),
                HasSubstr("the queue has no residents"));
}

TEST_F(StartTest, APopulationWithoutANameGetsASentence) {
  std::string profile = support::read_file(PROFILE_FILE);
  profile.replace(profile.find("key=\"eservice\""), 14, "key=\"ebervice\"");
  EXPECT_THAT(fail(right({}, folder_.write("profile.xml", profile))), HasSubstr("eservice"));
}

TEST_F(StartTest, APortThatIsTakenGetsASentence) {
  start();
  std::vector<std::string> words = right({});
  *(std::find(words.begin(), words.end(), "--listen") + 1) =
      "127.0.0.1:" + std::to_string(simulator().port());
  EXPECT_THAT(fail(words), HasSubstr("cannot listen: Address already in use"));
}

TEST(Independence, NothingOfTheGatewayIsIncluded) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SIMULATOR_FOLDER)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
    ++files;
    const std::string source = support::read_file(entry.path());
    for (const char* room : {"gateway/", "plugins/", "adapters/", "tests/support/"})
      EXPECT_EQ(source.find("#include \"" + std::string(room)), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 30U);
}

}  // namespace
}  // namespace tilts::simulator::tests
