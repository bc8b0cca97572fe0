// How a campaign ends: all is let settle, and what the registry, the ledger and the send journal hold is
// compared entry by entry.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/store/send_journal.h"
#include "tests/system/campaign.h"

namespace tilts::system_test {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using store::SubmissionEvent;
using store::SubmissionState;

double in_milliseconds(microseconds time) { return static_cast<double>(time.count()) / 1000; }

// What the history says of the way to an attempt.
enum class Way { none, first, not_sent, twice_absent, person };

// The way that leads on after this event; `absent` counts the answers that count.
Way way_after(const SubmissionEvent& event, Way before, int& absent) {
  const std::string_view text = event.text;
  if (text.starts_with("the registry has none; asked once more")) ++absent;
  if (event.state != SubmissionState::prepared) {
    const bool counting = text.starts_with("the registry has none") || text.starts_with("asked, without");
    if (!counting) absent = 0;
    return Way::none;
  }
  if (text.starts_with("not sent: ")) return before;  // tried again from where it was
  if (event.actor != "tilts") return Way::person;
  if (text.starts_with("taken in")) return Way::first;
  if (text.starts_with("nothing was sent: ")) return Way::not_sent;
  if (text.starts_with("the registry said twice") && absent == 1) return Way::twice_absent;
  return Way::none;
}

}  // namespace

void Campaign::settle() {
  take_faults_away();
  for (int i = 0; i < 60 && !all_settled(); ++i) {
    time_goes_on(seconds{300});
    live({.rounds = 4});
    operator_looks(true);
  }
}

bool Campaign::all_settled() {
  const std::vector<store::Submission> ledger = office_.ledger();
  return ledger.size() == entered_.size() && std::ranges::all_of(ledger, [](const store::Submission& one) {
           return one.state == SubmissionState::received || one.state == SubmissionState::declined;
         });
}

void Campaign::compare() {
  const auto truth = office_.truth();
  std::map<std::string, store::Submission> ledger;
  for (store::Submission& one : office_.ledger()) ledger.emplace(one.key, std::move(one));
  figures_.submissions = std::ssize(entered_);
  for (const auto& [key, entered] : entered_) {
    const auto known = ledger.find(key);
    const auto there = truth.find(key);
    if (known == ledger.end() || there == truth.end()) {
      ++figures_.lost;
      ADD_FAILURE() << entered.file << (known == ledger.end() ? " is not in the ledger" : "")
                    << (there == truth.end() ? " is not in the registry" : "")
                    << (known == ledger.end() ? "" : fmt::format(", {}", name(known->second.state)));
      continue;
    }
    if (there->second.times > 1) ++figures_.doubled;
    compare(known->second, there->second);
  }
  EXPECT_EQ(ledger.size(), entered_.size()) << "the ledger has what nobody entered";
  EXPECT_EQ(truth.size(), entered_.size()) << "the registry has what nobody entered";
  remember_journal();
  for (const auto& line :
       store::SendJournal(office_.file("send.journal"), store::SendJournal::Missing::refuse).read().lines) {
    EXPECT_LE(line.attempt.attempt, ledger.at(line.attempt.key).attempt)
        << "the journal knows an attempt that the ledger does not";
  }
  look([&](const store::Store& store) {
    for (const auto& [key, one] : ledger)
      compare_attempts(one, store.read([&](store::Session& session) {
        return store.submissions().history(session, one.id);
      }));
  });
}

void Campaign::compare(const store::Submission& one, const Committed& there) {
  SCOPED_TRACE(
      fmt::format("submission {} of {}, {} {}", one.id, one.case_number, one.operation, one.revision));
  ++figures_.ended[std::string(name(one.state))];
  EXPECT_EQ(there.times, 1);
  EXPECT_EQ(name(one.state), there.outcome);
  if (plan_.e_address) {
    // Its number is the delivery's, or that of the notice about it.
    EXPECT_TRUE(there.numbers.front() == one.receipt || one.receipt.starts_with("notice ")) << one.receipt;
    return;
  }
  EXPECT_EQ(there.case_number, one.case_number);
  const std::vector<std::string> receipts =
      one.state == SubmissionState::received ? std::vector{one.receipt} : std::vector<std::string>{};
  EXPECT_EQ(there.numbers, receipts);
}

void Campaign::compare_attempts(const store::Submission& one, const std::vector<SubmissionEvent>& history) {
  constexpr std::string_view sent_as = "sent as ", counted = "the registry has none; asked once more";
  Way way = Way::none;
  Time end{};  // of the last message
  int absent = 0;
  bool unknown = false;
  for (const SubmissionEvent& event : history) {
    unknown |= event.state == SubmissionState::unknown;
    if (event.text.starts_with(sent_as)) {
      const auto known = ends_.find(event.text.substr(sent_as.size()));
      if (known != ends_.end()) end = known->second;
    }
    if (event.text.starts_with(counted)) {
      EXPECT_GT(event.at, end + skew + settle_time)
          << "submission " << one.id << ": counted while the registry might still have taken it";
    }
    if (event.state == SubmissionState::sending) {
      EXPECT_NE(way, Way::none) << "submission " << one.id << ": attempt " << event.attempt
                                << " began without a reason that the history knows";
      if (event.attempt > 1) {
        EXPECT_NE(way, Way::first) << "submission " << one.id;
        ++figures_.events[way == Way::not_sent       ? "second attempts, no byte had left"
                          : way == Way::twice_absent ? "second attempts, twice absent"
                                                     : "second attempts, by a person"];
      }
    }
    way = way_after(event, way, absent);
  }
  if (unknown) ++figures_.events["unknown ones settled"];
}

// What an older copy lacks, the audit must miss; everything else is whole.
void Campaign::compare_audit() {
  look([&](const store::Store& store) {
    for (const std::string& defect : store.verify_audit().defects) {
      int64_t chain = 0;
      if (std::sscanf(defect.c_str(), "chain %ld:", &chain) != 1) chain = 0;
      EXPECT_GE(chain, first_chain_in_doubt_) << defect;
    }
  });
}

std::ostream& operator<<(std::ostream& out, const CampaignFigures& figures) {
  const auto line = [&](std::string_view what, auto number) {
    out << fmt::format("  {:<58}{:>8}\n", what, number);
  };
  line("submissions", figures.submissions);
  for (const auto& [state, count] : figures.ended) line("  " + state, count);
  line("lost", figures.lost);
  line("doubled", figures.doubled);
  for (const auto& [what, count] : figures.events) line(what, count);
  long faults = 0;
  for (const auto& [kind, count] : figures.faults) faults += count;
  line("faults", faults);
  for (const auto& [kind, count] : figures.faults) line("  " + kind, count);
  std::vector<microseconds> ready = figures.ready_after_a_kill;
  if (ready.empty()) return out;
  std::ranges::sort(ready);
  line("ready after a kill, median", fmt::format("{:.0f} ms", in_milliseconds(ready[ready.size() / 2])));
  line("ready after a kill, worst", fmt::format("{:.0f} ms", in_milliseconds(ready.back())));
  return out;
}

}  // namespace tilts::system_test
