// Both ends of the daemon's socket in one process, and visitors who do not behave.
#include "gateway/cli/hand_over.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <Poco/Net/SocketAddress.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/service_desk.h"
#include "gateway/cli/wire.h"
#include "gateway/registries/registries.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/cli/desk.h"

namespace tilts::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uid_t somebody_else = 65534;

// A daemon's folder, and whoever types a command there.
struct Office {
  Office() {
    configuration.heartbeat = (folder.path() / "heartbeat").string();
    configuration.file = folder.write("tilts.xml", "<tilts/>");
  }
  std::filesystem::path file() const { return desk_file(configuration); }
  std::unique_ptr<ServiceDesk> open(ServiceDesk::Work work, DeskLimits limits = {}) {
    return std::make_unique<ServiceDesk>(file(), setup_of(configuration), std::move(work), stop.get_token(),
                                         limits);
  }
  std::optional<Exit> type(const std::vector<std::string>& words, const std::stop_token& ctrl_c = {}) {
    out.str("");
    err.str("");
    return hand_over(context, configuration, words, ctrl_c, patience);
  }
  std::string refusal(Code code) {
    try {
      type({"run", "residents"});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "nothing was refused";
  }

  support::TemporaryFolder folder;
  config::Configuration configuration;
  std::stop_source stop;
  std::chrono::milliseconds patience = 10s;
  std::istringstream in;
  std::ostringstream out, err;
  Context context{.in = in, .out = out, .err = err};
};

int say_well(const ServiceDesk::Request&, std::ostream& out, std::ostream&, const std::stop_token&) {
  out << "well\n";
  return 0;
}

// Works until it is stopped.
struct Endless {
  int operator()(const ServiceDesk::Request&, std::ostream&, std::ostream& err,
                 const std::stop_token& asked) {
    started = true;
    while (!asked.stop_requested()) std::this_thread::sleep_for(1ms);
    ended = true;
    err << "stopped\n";
    return 6;
  }
  std::atomic<bool> started = false, ended = false;
};

bool soon(const std::function<bool()>& what) {
  const auto deadline = steady_clock::now() + 20s;
  bool is = what();
  for (; !is && steady_clock::now() < deadline; is = what()) std::this_thread::sleep_for(1ms);
  return is;
}

// Runs `work` as somebody else; its result is the exit code.
int as_somebody_else(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(setgid(somebody_else) == 0 && setuid(somebody_else) == 0 ? work() : 99);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(HandOver, WithoutADaemonTheCommandDoesItItself) {
  Office office;
  EXPECT_EQ(office.type({"run", "residents"}), std::nullopt);
  EXPECT_FALSE(daemon_answers(office.configuration));
  office.configuration.heartbeat = "/nowhere/heartbeat";
  EXPECT_EQ(office.type({"run", "residents"}), std::nullopt);
}

TEST(HandOver, WordsGoThereAndWhatIsSaidComesBack) {
  Office office;
  ServiceDesk::Request asked;
  const std::string much(300'000, 'x');
  const auto desk = office.open(
      [&](const ServiceDesk::Request& request, std::ostream& out, std::ostream& err, const std::stop_token&) {
        asked = request;
        out << "\r\x1b[K" << much;
        err << "tilts: a sentence\n";
        return 4;
      });
  office.context.terminal = true;
  office.context.width = 132;
  EXPECT_EQ(office.type({"approve", "4f1c22aa", "--because=list\nchecked"}), Exit::waiting);
  EXPECT_THAT(asked.words, ElementsAre("approve", "4f1c22aa", "--because=list\nchecked"));
  EXPECT_TRUE(asked.terminal);
  EXPECT_EQ(asked.width, 132u);
  EXPECT_EQ(asked.user, operating_system_user());
  EXPECT_EQ(office.out.str(), "\r\x1b[K" + much);
  EXPECT_EQ(office.err.str(), "tilts: a sentence\n");
  office.context.terminal = false;
  office.type({"run", "residents"});
  EXPECT_FALSE(asked.terminal);
}

TEST(HandOver, LinesComeInTheOrderInWhichTheyWereSaid) {
  Office office;
  const auto desk = office.open(
      [](const ServiceDesk::Request&, std::ostream& out, std::ostream& err, const std::stop_token&) {
        out << "first\n";
        err << "second\n";
        out << "third\n";
        return 0;
      });
  Wire visitor = *Wire::to(office.file());
  visitor.send(Frame::Kind::go);
  std::string said;
  while (const auto frame = visitor.receive(5s))
    if (frame->kind == Frame::Kind::out || frame->kind == Frame::Kind::err) said += frame->bytes;
  EXPECT_EQ(said, "first\nsecond\nthird\n");
}

// Whatever comes over the socket: no other command is on the daemon's parser.
TEST(HandOver, RunApproveAndProofAreAllThatTheDaemonDoesForOthers) {
  Desk desk;
  store::Store store = desk.store();
  config::Configuration configuration = *desk.house.load().configuration;
  configuration.registries.clear();
  registries::Registries registries(configuration, Clock::system());
  pull::JobRunner runner(configuration, store, registries, Clock::system());
  const Served served{configuration, runner, store, nullptr, "aija", {}};
  Office office;
  office.context.served = &served;
  const auto say = [&](std::vector<const char*> words) {
    words.insert(words.begin(), "tilts");
    return program(static_cast<int>(words.size()), words.data(), office.context);
  };
  EXPECT_EQ(say({"approve", "4f1c22aa", "--because=a test"}), 78);
  EXPECT_THAT(office.err.str(), HasSubstr("run 4f1c22aa: it waits for nothing"));
  for (const char* other : {"status", "serve", "runs", "check", "init", "backup", "completion"})
    EXPECT_EQ(say({other}), 2) << other;
  for (const char* other : {"subject", "verify"}) EXPECT_EQ(say({"audit", other}), 2) << other;
  EXPECT_EQ(say({}), 2);
}

TEST(HandOver, OnlyRootsWordCountsForWhoWasThereBeforeSudo) {
  EXPECT_EQ(operating_system_user(0, "aija"), "aija (sudo)");
  EXPECT_EQ(operating_system_user(0, ""), "root");
  EXPECT_EQ(operating_system_user(somebody_else, "aija"), "nobody");
  EXPECT_EQ(operating_system_user(4'000'000'000, "aija"), "uid 4000000000");
}

TEST(HandOver, CtrlCReachesTheWorkAndItsLastWordsComeBack) {
  Office office;
  Endless work;
  const auto desk = office.open(std::ref(work));
  std::stop_source ctrl_c;
  const std::jthread finger([&] {
    soon([&] { return work.started.load(); });
    ctrl_c.request_stop();
  });
  EXPECT_EQ(office.type({"run", "residents"}, ctrl_c.get_token()), Exit::unreachable);
  EXPECT_EQ(office.err.str(), "stopped\n");
}

TEST(HandOver, StoppingTheDaemonStopsTheWorkAndRefusesMore) {
  Office office;
  Endless work;
  const auto desk = office.open(std::ref(work));
  const std::jthread systemd([&] {
    soon([&] { return work.started.load(); });
    office.stop.request_stop();
  });
  EXPECT_EQ(office.type({"run", "residents"}), Exit::unreachable);
  EXPECT_EQ(office.err.str(), "stopped\n");
  EXPECT_EQ(office.type({"run", "residents"}), Exit::unreachable);
  EXPECT_THAT(office.err.str(), HasSubstr("tilts: the daemon is stopping"));
}

TEST(HandOver, WhoGoesAwayWantsNoMore) {
  Office office;
  Endless work;
  const auto desk = office.open(std::ref(work));
  {
    Wire visitor = *Wire::to(office.file());
    visitor.send(Frame::Kind::word, "run");
    visitor.send(Frame::Kind::go);
    EXPECT_TRUE(soon([&] { return work.started.load(); }));
  }
  EXPECT_TRUE(soon([&] { return work.ended.load(); }));
}

TEST(HandOver, WhoTakesNothingIsGivenUp) {
  Office office;
  std::atomic<bool> ended = false;
  const auto desk = office.open(
      [&](const ServiceDesk::Request&, std::ostream& out, std::ostream&, const std::stop_token& stop) {
        while (!stop.stop_requested()) out << std::string(10'000, 'x');
        ended = true;
        return 0;
      },
      {.send = 50ms});
  Wire visitor = *Wire::to(office.file());
  visitor.send(Frame::Kind::word, "run");
  visitor.send(Frame::Kind::go);
  EXPECT_TRUE(soon([&] { return ended.load(); }));
}

// A preview that stands in a pager keeps nobody waiting but the one who reads it.
TEST(HandOver, ASlowReaderDoesNotHoldUpTheWork) {
  Office office;
  std::atomic<bool> ended = false;
  const auto desk =
      office.open([&](const ServiceDesk::Request&, std::ostream& out, std::ostream&, const std::stop_token&) {
        for (int i = 0; i < 1'000; ++i) out << std::string(10'000, 'x');
        out.flush();
        ended = true;
        return 0;
      });
  struct Pager : std::stringbuf {
    explicit Pager(std::atomic<bool>& ended) : ended_(ended) {}
    int sync() override {
      waited = waited && soon([this] { return ended_.load(); });
      return 0;
    }
    std::atomic<bool>& ended_;
    bool waited = true;
  } pager(ended);
  std::ostream out(&pager);
  Context context{.in = office.in, .out = out, .err = office.err};
  EXPECT_EQ(hand_over(context, office.configuration, {"run", "residents"}), Exit::all_well);
  EXPECT_TRUE(pager.waited);
  EXPECT_EQ(pager.str().size(), 10'000'000u);
}

TEST(HandOver, WhoIsSilentOrSaysNonsenseHoldsUpNobodyAndIsSentAway) {
  Office office;
  const auto desk = office.open(say_well, {.request = 2s});
  {
    Wire silent = *Wire::to(office.file());
    ASSERT_TRUE(silent.receive(5s));  // ready
    EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
    EXPECT_EQ(silent.receive(5s), std::nullopt);
  }
  {
    Wire drip = *Wire::to(office.file());
    ASSERT_TRUE(drip.receive(5s));
    const auto until = steady_clock::now() + 10s;
    bool thrown = false;
    while (!thrown && steady_clock::now() < until) try {
        drip.send(Frame::Kind::terminal);
        std::this_thread::sleep_for(20ms);
      } catch (const Poco::Exception&) {
        thrown = true;
      }
    EXPECT_TRUE(thrown);
  }
  Poco::Net::StreamSocket huge;
  huge.connect({Poco::Net::SocketAddress::UNIX_LOCAL, office.file().string()});
  huge.sendBytes("w\x7f\xff\xff\xff", 5);
  Wire wire(huge);
  ASSERT_TRUE(wire.receive(5s));
  EXPECT_EQ(wire.receive(1500ms), std::nullopt);  // sooner than the request's limit
  EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
}

TEST(HandOver, OnlySoManyAreServedAtOnce) {
  Office office;
  Endless work;
  auto desk = office.open(std::ref(work), {.visitors = 1});
  const auto enter = [&] {
    Wire visitor = *Wire::to(office.file());
    const auto frame = visitor.receive(5s);
    return frame && frame->kind == Frame::Kind::ready ? std::optional(visitor) : std::nullopt;
  };
  std::optional<Wire> first;
  for (int i = 0; i < 3; ++i) {  // whoever has gone takes no place
    first.reset();
    ASSERT_TRUE(soon([&] { return (first = enter()).has_value(); }));
  }
  first->send(Frame::Kind::word, "run");
  first->send(Frame::Kind::go);
  EXPECT_TRUE(soon([&] { return work.started.load(); }));
  EXPECT_EQ(office.type({"run", "residents"}), Exit::unreachable);
  EXPECT_THAT(office.err.str(), HasSubstr("works for 1 command already"));
  desk.reset();  // stops the first, and waits for it
  EXPECT_TRUE(work.ended);
}

TEST(HandOver, ADaemonThatSaysNothingOrDiesIsASentence) {
  Office office;
  auto socket = listen_at(office.file());
  EXPECT_TRUE(daemon_answers(office.configuration));
  office.patience = 100ms;
  EXPECT_THAT(office.refusal(Code::transient), HasSubstr("a daemon is there and does not answer"));
  office.patience = 10s;
  const std::jthread dying([&] {
    socket.acceptConnection();  // whoever gave up
    socket.acceptConnection();
    Wire wire(socket.acceptConnection());
    wire.send(Frame::Kind::ready, setup_of(office.configuration));
    while (wire.receive(5s)->kind != Frame::Kind::go) {
    }
  });
  EXPECT_THAT(office.refusal(Code::transient), HasSubstr("the daemon ended before it said how this went"));
}

TEST(HandOver, AnotherSetupIsARefusal) {
  Office office;
  const auto desk = office.open(say_well);
  EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
  office.folder.write("tilts.xml", "<tilts />");
  EXPECT_THAT(office.refusal(Code::config), HasSubstr("the daemon was started with another "));
}

TEST(HandOver, OneDeskAtAPlaceAndADeadOnesSocketIsReplaced) {
  Office office;
  listen_at(office.file());  // as a killed daemon leaves it: closed, and still there
  ASSERT_TRUE(std::filesystem::exists(office.file()));
  EXPECT_FALSE(daemon_answers(office.configuration));
  {
    const auto desk = office.open(say_well);
    EXPECT_EQ(std::filesystem::status(office.file()).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
    EXPECT_THROW(office.open(say_well), Error);
    EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
  }
  EXPECT_FALSE(std::filesystem::exists(office.file()));
}

TEST(HandOver, ADeepFolderIsNoHindranceAndATooLongNameASentence) {
  Office office;
  const auto deep = office.folder.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  office.configuration.heartbeat = (deep / "heartbeat").string();
  {
    const auto desk = office.open(say_well);
    EXPECT_EQ(office.type({"run", "residents"}), Exit::all_well);
  }
  office.configuration.heartbeat = (deep / std::string(100, 'h')).string();
  EXPECT_THROW(office.open(say_well), Error);
  EXPECT_THAT(office.refusal(Code::config), HasSubstr("this name is too long"));
}

TEST(HandOver, SomebodyElseIsRefusedByTheFilesModeAndByTheKernelsWord) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  Office office;
  std::atomic<bool> worked = false;
  const auto desk =
      office.open([&](const ServiceDesk::Request&, std::ostream&, std::ostream&, const std::stop_token&) {
        worked = true;
        return 0;
      });
  std::filesystem::permissions(office.folder.path(), std::filesystem::perms(0755));
  EXPECT_EQ(as_somebody_else([&] {
              return office.refusal(Code::config).find("only the daemon's own user and root") ==
                             std::string::npos
                         ? 1
                         : 0;
            }),
            0);
  // Whatever became of the file's mode.
  std::filesystem::permissions(office.file(), std::filesystem::perms(0666));
  EXPECT_EQ(
      as_somebody_else([&] {
        const bool no = office.type({"run", "residents"}) == Exit::configuration;
        return no && office.err.str().find("the daemon takes work from its own user (root) and root alone") !=
                           std::string::npos
                   ? 0
                   : 1;
      }),
      0);
  EXPECT_FALSE(worked);
}

}  // namespace
}  // namespace tilts::cli
