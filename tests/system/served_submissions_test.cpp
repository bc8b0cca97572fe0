// Submissions by the daemon itself, as systemd starts it and a power cut ends it: tilts serve, killed and
// stopped at any moment, over a queue that takes entries in and does not say so.
#include <algorithm>
#include <array>
#include <csignal>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using store::SubmissionState;

size_t received(QueueOffice& office) {
  const std::vector<store::Submission> ledger = office.ledger();
  return static_cast<size_t>(
      std::ranges::count(ledger, SubmissionState::received, &store::Submission::state));
}

TEST(ServedSubmissions, ReachTheQueueOnceWhateverEndsTheDaemon) {
  constexpr int lives = 8, entries_a_life = 3;
  constexpr std::array faults{"reset-after", "truncated", "http-status-after", "unsigned",
                              "close-reused-after"};
  QueueOffice office({.answer_seconds = 2});
  std::minstd_rand random(7);
  const auto number = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  int entered = 0;
  for (int life = 0; life < lives; ++life) {
    for (int i = 0; i < entries_a_life; ++i) office.enter(fmt::format("SD-{}", ++entered));
    office.registry().fault(fmt::format(R"({{"kind":"{}","operation":"SubmitEntry","nth":{}}})",
                                        faults.at(static_cast<size_t>(number(0, 4))), number(1, 3)));
    Command daemon(office.file("tilts.xml"), {"serve"});
    // It looks at a file twice, a second apart, before it takes it.
    std::this_thread::sleep_for(milliseconds(number(900, 2200)));
    if (life % 3 == 2) {  // the machine hangs; then it goes on for a moment
      daemon.signal(SIGSTOP);
      std::this_thread::sleep_for(milliseconds(700));
      daemon.signal(SIGCONT);
      std::this_thread::sleep_for(milliseconds(number(0, 300)));
    }
    daemon.signal(SIGKILL);
    EXPECT_EQ(daemon.end(), -SIGKILL);
  }
  office.registry().remove("/faults");
  Daemon last(office.file("tilts.xml"));
  const auto deadline = std::chrono::steady_clock::now() + seconds(120);
  while (received(office) < static_cast<size_t>(entered) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(250));
  last.signal(SIGTERM);
  EXPECT_EQ(last.end(), 0);

  const auto truth = office.truth();
  const auto ledger = office.ledger();
  EXPECT_EQ(truth.size(), static_cast<size_t>(entered));
  ASSERT_EQ(ledger.size(), static_cast<size_t>(entered));
  for (const store::Submission& one : ledger) {
    EXPECT_EQ(one.state, SubmissionState::received) << one.case_number;
    const auto there = truth.find(one.key);
    ASSERT_NE(there, truth.end()) << one.case_number;
    EXPECT_EQ(there->second.times, 1) << one.case_number;
    EXPECT_EQ(there->second.numbers, std::vector{one.receipt}) << one.case_number;
    EXPECT_THAT(office.answer(one.case_number + ".xml"), testing::HasSubstr(one.receipt));
  }
}

}  // namespace
}  // namespace tilts::system_test
