#include "tests/system/campaign.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <limits>
#include <thread>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/store/send_journal.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::system_test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using store::SubmissionState;

constexpr seconds lifetime{10}, answer_time{2};
// Asked later than this, "absent" counts.
constexpr seconds for_certain = lifetime + Campaign::skew + Campaign::settle_time + seconds{1};
constexpr milliseconds late_by{300};
constexpr int64_t most_steps = 120;  // of a life with something to do, more or less

// All that the simulator can do to the queue (tests/simulator/README.md).
constexpr const char* kinds[] = {"reset-before",
                                 "reset-after",
                                 "close-reused",
                                 "close-reused-after",
                                 "truncated",
                                 "http-status",
                                 "late",
                                 "unsigned",
                                 "http-status-after",
                                 "wrong-signer",
                                 "wrapped",
                                 "replayed",
                                 "stale",
                                 "two-entries",
                                 "other-key",
                                 "expired-certificate",
                                 "oversized",
                                 "wrong-encoding",
                                 "malformed",
                                 "entities",
                                 "nested",
                                 "stuffed",
                                 "slow",
                                 "unsigned-fault",
                                 "signed-fault"};
constexpr const char* operations[] = {
    "SubmitEntry", "SubmitEntry", "CorrectEntry", "WithdrawEntry", "InquireEntry", "InquireEntry", ""};
constexpr const char* e_address_operations[] = {"SendMessage", "SendMessage", "GetMessageList", ""};

OfficePlan office_plan(const CampaignPlan& plan) {
  OfficePlan office;
  if (plan.e_address) office = through_e_address("profile-signed.xml");
  office.settle_seconds = Campaign::settle_time.count();
  office.skew_seconds = Campaign::skew.count();
  office.lifetime_seconds = lifetime.count();
  office.answer_seconds = answer_time.count();
  if (plan.server != nullptr) office.store = plan.server->fresh_database();
  return office;
}

std::string example(std::string_view name) {
  return support::read_file(std::filesystem::path(TILTS_SOURCE) / "mappings/rehabilitation_queue/examples" /
                            name);
}

void put(std::string& text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("there is no " + std::string(from) + " to replace");
  text.replace(at, from.size(), to);
}

bool is_settled(const store::Submission& one) {
  return one.state == SubmissionState::received || one.state == SubmissionState::declined;
}

}  // namespace

Campaign::Campaign(const CampaignPlan& plan) : plan_(plan), office_(office_plan(plan)), random_(plan.seed) {}

int64_t Campaign::number(int64_t least, int64_t most) {
  return std::uniform_int_distribution<int64_t>(least, most)(random_);
}

CampaignFigures Campaign::run() {
  enter();
  live();
  while (std::ssize(entered_) < plan_.submissions && !testing::Test::HasFailure()) step();
  settle();
  compare();
  compare_audit();
  return figures_;
}

void Campaign::step() {
  const int64_t entries = number(0, 2);
  for (int64_t i = 0; i < entries; ++i) enter();
  const int64_t faults = number(0, 3);
  for (int64_t i = 0; i < faults; ++i) add_fault();

  struct Act {
    int weight;
    std::function<void()> act;
  };
  const bool sqlite = plan_.server == nullptr;
  const std::vector<Act> acts{
      {25, [&] { live({.rounds = static_cast<int>(number(1, 5))}); }},
      {40, [&] { live_and_be_killed(); }},
      {8, [&] { live_and_be_stopped(false); }},
      {3, [&] { live_and_be_stopped(true); }},
      {4, [&] { live_beside_another(); }},
      {4, [&] { live_by_a_clock_an_hour_back(); }},
      {6, [&] { live_by_a_wrong_clock(seconds{number(-100, 100)}); }},
      {2, [&] { live_by_a_wrong_clock(seconds{3600}); }},
      {2, [&] { lose_the_journal(); }},
      {2, [&] { put_an_older_journal_back(); }},
      {sqlite ? 8 : 0, [&] { copy(); }},
      {sqlite ? 4 : 0, [&] { restore(true); }},
      {sqlite ? 4 : 0, [&] { restore(false); }},
      {sqlite ? 0 : 5, [&] { lose_the_server(); }},
      {sqlite ? 0 : 25, [&] { lose_the_connections(); }},
  };
  int whole = 0;
  for (const Act& one : acts) whole += one.weight;
  auto at = static_cast<int>(number(1, whole));
  for (const Act& one : acts)
    if ((at -= one.weight) <= 0) {
      one.act();
      break;
    }

  if (chance(0.7)) take_faults_away();
  constexpr int64_t pauses[] = {0, 0, 5, 31, 60, 120};
  time_goes_on(seconds{one_of(pauses)});
  if (chance(0.3)) operator_looks(false);
}

void Campaign::write(const Entered& entered, const std::string& text) {
  // Whole at once, as a careful municipal system does it.
  const auto file = office_.file("entries/" + entered.file);
  std::ofstream(file.string() + ".part") << text;
  std::filesystem::rename(file.string() + ".part", file);
  entered_.emplace(
      store::Submissions::key_of("siva", entered.operation, entered.case_number, entered.revision), entered);
}

void Campaign::enter() {
  Entered made;
  std::string text;
  const bool follows = !open_.empty() && chance(0.35);
  if (!follows) {
    made.operation = "submit";
    made.case_number = fmt::format("SD-{:05}", ++cases_);
    text = example("ordinary.xml");
    // 21 days are warned about and believed, 15 are declined.
    if (chance(0.1)) put(text, "<course>14", chance(0.5) ? "<course>21" : "<course>15");
  } else {
    const auto before = std::next(open_.begin(), number(0, std::ssize(open_) - 1));
    made = *before;
    open_.erase(before);
    ++made.revision;
    made.operation = chance(0.7) ? "correct" : "withdraw";
    if (made.operation == "correct") {
      text = example("ordinary.xml");
      put(text, "1\">", "1\" operation=\"correct\">");
      put(text, "</case_number>", fmt::format("</case_number><revision>{}</revision>", made.revision));
    } else {
      text = example("withdrawal.xml");
      put(text, "<revision>3<", fmt::format("<revision>{}<", made.revision));
      put(text, "<corrects>2<", fmt::format("<corrects>{}<", made.revision - 1));
    }
  }
  put(text, "SD-2026-0117", made.case_number);
  made.file = fmt::format("{}-{:02}.xml", made.case_number, made.revision);
  write(made, text);
  if (made.operation != "withdraw") open_.push_back(made);
}

void Campaign::add_fault() {
  const std::string kind = one_of(kinds);
  if (kind == "slow" && chance(0.8)) return;  // each takes seconds
  const auto value = kind == "late"   ? late_by.count()
                     : kind == "slow" ? milliseconds(answer_time).count() + 700
                                      : 0;
  office_.registry().fault(fmt::format(R"({{"kind":"{}","operation":"{}","value":{},"nth":{},"count":{}}})",
                                       kind,
                                       plan_.e_address ? one_of(e_address_operations) : one_of(operations),
                                       value, number(1, 2), number(1, 3)));
}

void Campaign::take_faults_away() {
  Poco::JSON::Parser parser;
  const auto rules = parser.parse(office_.registry().get("/faults")).extract<Poco::JSON::Array::Ptr>();
  for (const auto& rule : *rules) {
    const auto object = rule.extract<Poco::JSON::Object::Ptr>();
    if (const long done = object->getValue<long>("done"); done > 0)
      figures_.faults[object->getValue<std::string>("kind")] += done;
  }
  office_.registry().remove("/faults");
}

// Tests move clocks in no time at all, but a registry that works on an entry does so in real time: it must
// not seem to take longer than its settle-time.
void Campaign::time_goes_on(seconds time) {
  if (time == seconds{0}) return;
  if (rushed_ + time > settle_time / 2) {
    std::this_thread::sleep_for(milliseconds{20});  // what a killed process had sent is read
    while (office_.registry().counter("late") > 0) std::this_thread::sleep_for(milliseconds{20});
    rushed_ = seconds{0};
  } else {
    rushed_ += time;
  }
  office_.later(time);
}

void Campaign::live(const LifePlan& plan) {
  const auto began = std::chrono::steady_clock::now();
  Life life(office_, plan);
  EXPECT_EQ(life.wait(), 0);
  life_ = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
  if (killed_ && life.ready()) figures_.ready_after_a_kill.push_back(*life.ready());
  killed_ = false;
  ++figures_.events["ends in order"];
}

void Campaign::live_and_be_killed() {
  // At any time, or before any step that makes something durable or puts something on a wire.
  const bool by_steps = chance(0.5);
  const auto steps = static_cast<int>(number(1, most_steps));
  Life life(office_, {.rounds = 5, .first = [=] {
                        if (by_steps) support::strike_before_step(steps, SIGKILL);
                      }});
  if (!by_steps) life.ended_within(microseconds{number(0, life_.count())});
  if (!by_steps) life.kill();
  // It may come to its end by itself just before it is killed.
  const int end = life.wait();
  if (killed_ && life.ready()) figures_.ready_after_a_kill.push_back(*life.ready());
  const bool ended = end == 0;
  EXPECT_TRUE(ended || end == -SIGKILL) << end;
  killed_ = !ended;
  ++figures_.events[ended ? "ends in order" : "kill -9"];
}

void Campaign::live_and_be_stopped(bool killed) {
  const auto steps = static_cast<int>(number(1, most_steps));
  Life life(office_, {.rounds = 4, .first = [=] { support::strike_before_step(steps, SIGSTOP); }});
  if (!life.stopped_by_itself()) return;
  ++figures_.events["SIGSTOP"];
  time_goes_on(for_certain);
  if (life.ready()) {
    Life second(office_, {.rounds = 1});
    EXPECT_EQ(second.wait(), Life::refused) << "a process that stands still holds its store all the same";
    ++figures_.events["second daemon refused"];
  }
  if (killed) {
    life.kill();
    killed_ = true;
    ++figures_.events["kill -9"];
    return;
  }
  life.go_on();
  EXPECT_EQ(life.wait(), 0);
  killed_ = false;
}

void Campaign::live_beside_another() {
  Life first(office_, {.rounds = std::numeric_limits<int>::max()});  // until it is killed
  while (!first.ready() && !first.ended_within(milliseconds{1})) continue;
  {
    Life second(office_, {.rounds = 1});
    EXPECT_EQ(second.wait(), Life::refused)
        << (first.ended_within({}) ? fmt::format("the first had ended by itself, {}", first.wait()) : "");
    ++figures_.events["second daemon refused"];
  }
  first.kill();
  ++figures_.events["kill -9"];
  killed_ = true;
  live();  // takes over
}

void Campaign::live_by_a_clock_an_hour_back() {
  const long asked = office_.registry().counter("received");
  office_.gateway_clock_jumps(seconds{-3600});
  live();
  office_.gateway_clock_jumps(seconds{3600});
  EXPECT_EQ(office_.registry().counter("received"), asked) << "sent by a clock that went back";
  ++figures_.events["clock an hour back"];
}

void Campaign::live_by_a_wrong_clock(seconds by) {
  office_.gateway_clock_jumps(by);
  live();
  office_.gateway_clock_jumps(-by);
  // What was written by a clock of the future stops all sending until then.
  if (by > skew * 5) time_goes_on(by);
  ++figures_.events[by > seconds{0} ? "clock ahead" : "clock behind"];
}

// Without being the one who writes.
void Campaign::look(const std::function<void(const store::Store&)>& at) {
  at(store::Store({.connection = office_.configuration().store.connection,
                   .master_key = office_.configuration().master_key,
                   .checkpoints = office_.configuration().checkpoints_folder},
                  office_.clock(), store::Access::read));
}

size_t Campaign::journal_lines() const {
  return store::SendJournal(office_.file("send.journal"), store::SendJournal::Missing::create)
      .read()
      .lines.size();
}

void Campaign::remember_journal() {
  for (const char* journal : {"send.journal", "other-node.journal"}) {
    if (!std::filesystem::exists(office_.file(journal))) continue;
    const store::SendJournal opened(office_.file(journal), store::SendJournal::Missing::refuse);
    for (const auto& line : opened.read().lines) ends_.emplace(line.attempt.message_id, line.attempt.expires);
  }
}

std::vector<store::Break> Campaign::breaks() {
  std::vector<store::Break> breaks;
  look([&](const store::Store& store) {
    breaks = store.read([&](store::Session& session) { return store.submissions().breaks(session); });
  });
  return breaks;
}

void Campaign::demand_break(store::BreakKind kind, size_t before) {
  const std::vector<store::Break> now = breaks();
  ASSERT_EQ(now.size(), before + 1) << "a break that nobody recorded: " << name(kind);
  EXPECT_EQ(now.front().kind, kind);
}

// The store is whole, so a person may say at once that nothing was sent which it does not know.
void Campaign::lose_the_journal() {
  const size_t before = breaks().size();
  remember_journal();
  std::filesystem::remove(office_.file("send.journal"));
  older_journal_.reset();
  copy_.reset();  // goes with that journal
  live();
  demand_break(store::BreakKind::another_journal, before);
  ++figures_.events["send journal lost"];
  if (chance(0.5)) accept("the journal's disk died, the store is whole");
}

void Campaign::put_an_older_journal_back() {
  const auto journal = office_.file("send.journal"), older = office_.file("older.journal");
  if (older_journal_ && *older_journal_ < journal_lines()) {
    const size_t before = breaks().size();
    remember_journal();
    std::filesystem::copy_file(older, journal, std::filesystem::copy_options::overwrite_existing);
    copy_.reset();
    live();
    demand_break(store::BreakKind::lines_missing, before);
    ++figures_.events["older send journal put back"];
    if (chance(0.5)) accept("the journal came from a backup, the store is whole");
  }
  std::filesystem::copy_file(journal, older, std::filesystem::copy_options::overwrite_existing);
  older_journal_ = journal_lines();
}

void Campaign::copy() {
  const auto file = office_.file("copy.db");
  std::filesystem::remove(file);
  copy_.emplace();
  look([&](const store::Store& store) {
    store.backup(file);
    store.read([&](store::Session& session) {
      for (const store::ChainHead& head : store.audit().heads(session))
        copy_->last_chain = std::max(copy_->last_chain, head.chain);
    });
  });
  copy_->journal_lines = journal_lines();
  for (store::Submission& one : office_.ledger()) {
    // The municipal system takes away what is settled in every copy that there is.
    if (is_settled(one)) std::filesystem::remove(office_.file("entries/" + entered_.at(one.key).file));
    copy_->ledger.emplace(one.key, std::move(one));
  }
  ++figures_.events["copies of the store"];
}

void Campaign::restore(bool with_journal) {
  if (!copy_) return;
  remember_journal();
  std::map<std::string, int64_t> begun;  // since the copy, by key: the last attempt
  {
    const auto lines =
        store::SendJournal(office_.file("send.journal"), store::SendJournal::Missing::refuse).read().lines;
    if (lines.size() < copy_->journal_lines) return;  // that journal is gone
    for (size_t i = copy_->journal_lines; i < lines.size(); ++i)
      begun[lines[i].attempt.key] = std::max(begun[lines[i].attempt.key], lines[i].attempt.attempt);
  }
  first_chain_in_doubt_ = std::min(first_chain_in_doubt_, copy_->last_chain);
  for (const char* gone : {"tilts.db-wal", "tilts.db-shm"}) std::filesystem::remove(office_.file(gone));
  std::filesystem::copy_file(office_.file("copy.db"), office_.file("tilts.db"),
                             std::filesystem::copy_options::overwrite_existing);
  if (!with_journal) std::filesystem::remove(office_.file("send.journal"));
  const size_t before = breaks().size();
  // An end between a line and its commit looks as if one attempt more had begun.
  bool behind = false;
  for (const auto& [key, attempt] : begun) {
    const auto known = copy_->ledger.find(key);
    behind |= known == copy_->ledger.end() ||
              (attempt > known->second.attempt &&
               (known->second.state != SubmissionState::prepared || attempt != known->second.attempt + 1));
  }
  older_journal_.reset();
  copy_.reset();
  live();
  if (!with_journal)
    demand_break(store::BreakKind::another_journal, before);
  else if (behind)
    demand_break(store::BreakKind::store_behind, before);
  ++figures_.events[with_journal ? "older store restored, with the journal"
                                 : "older store restored, without the journal"];
  if (!with_journal && begun.empty() && chance(0.5)) accept("nothing was sent since that copy");
}

void Campaign::lose_the_server() {
  Life life(office_, {.rounds = 5});
  life.ended_within(microseconds{number(0, life_.count())});
  plan_.server->kill();
  life.ended_within(milliseconds{number(0, 300)});
  plan_.server->start();
  life.wait();
  ++figures_.events["database server killed"];
}

// Whoever stands still loses the store to another node, which has a send journal of its own; then it goes on.
void Campaign::lose_the_connections() {
  Life first(office_, {.rounds = 4});
  if (first.ended_within(microseconds{number(0, life_.count())})) return;
  first.stop();
  if (!first.ready()) {  // it had nothing to lose yet
    first.go_on();
    first.wait();
    return;
  }
  plan_.server->cut_connections();
  time_goes_on(for_certain);
  const size_t before = breaks().size();
  {
    // A node's own journal is not the store's, as one that was lost is not.
    Life second(office_, {.rounds = 4, .journal = office_.file("other-node.journal")});
    EXPECT_EQ(second.wait(), 0);
    demand_break(store::BreakKind::another_journal, before);
    time_goes_on(for_certain);
  }
  first.go_on();
  first.wait();
  ++figures_.events["taken over from one that stood still and went on"];
  live();  // the first node comes back
  demand_break(store::BreakKind::another_journal, before + 1);
  older_journal_.reset();  // a journal has a new number after a break: the copy is another one now
}

void Campaign::accept(const std::string& because) {
  office_.with([&](push::SubmissionRunner&, store::Store& store) {
    store.write([&](store::Transaction& transaction) {
      store.submissions().accept(transaction, "aija", because, office_.clock().now());
    });
  });
  ++figures_.events["breaks accepted by a person"];
}

// One submission and what the registry would say about it on the telephone.
void Campaign::decide(store::Store& store, const store::Submission& one,
                      const std::map<std::string, Committed>& truth) {
  const Time now = office_.clock().now();
  const auto there = truth.find(one.key);
  store.write([&](store::Transaction& transaction) {
    const store::Submissions& ledger = store.submissions();
    if (one.state == SubmissionState::warned) {
      if (ledger.send_warned(transaction, one.id, "aija", "SIVA agreed", now))
        ++figures_.events["warned ones sent by a person"];
    } else if (there == truth.end() && one.expires != Time{} && now > one.expires + skew + settle_time) {
      if (ledger.resend(transaction, one.id, "aija", "SIVA has none of it", now))
        ++figures_.events["sent again by a person"];
    } else if (there != truth.end() && there->second.outcome == "received") {
      if (ledger.answered_by_hand(transaction, one.id, there->second.numbers.front(), {"letter.pdf", "%PDF"},
                                  "aija", now))
        ++figures_.events["settled by an answer on paper"];
    }
  });
}

void Campaign::operator_looks(bool at_the_end) {
  const std::vector<store::Submission> ledger = office_.ledger();
  const bool quiet = office_.registry().counter("late") == 0;
  const auto truth = office_.truth();
  bool all = std::ssize(ledger) == std::ssize(entered_);
  store::Store store({.connection = office_.configuration().store.connection,
                      .master_key = office_.configuration().master_key,
                      .checkpoints = office_.configuration().checkpoints_folder},
                     office_.clock());
  for (const store::Submission& one : ledger) {
    all = all && is_settled(one);
    if (one.state == SubmissionState::warned && (at_the_end || chance(0.5)))
      decide(store, one, truth);
    else if (one.state == SubmissionState::unknown && quiet &&
             ((at_the_end && plan_.e_address) || chance(0.05)))  // there nobody else will
      decide(store, one, truth);
  }
  const bool stands = store.read([&](store::Session& session) {
    return std::ranges::any_of(store.submissions().breaks(session), &store::Break::stands);
  });
  if (!stands || !all) return;
  store.write([&](store::Transaction& transaction) {
    store.submissions().accept(transaction, "aija", "every entry was asked about", office_.clock().now());
  });
  ++figures_.events["breaks accepted by a person"];
}

}  // namespace tilts::system_test
