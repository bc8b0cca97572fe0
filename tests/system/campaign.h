// Many submissions under everything that can go wrong, one thing after another as a seed says, until all is
// let settle; then the registry, the ledger and the send journal are held against what was entered.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "tests/support/postgresql.h"
#include "tests/system/office_life.h"
#include "tests/system/queue_office.h"

namespace tilts::system_test {

struct CampaignPlan {
  int submissions = 80;
  unsigned seed = 1;
  bool e_address = false;                 // as documents, answered by notices, and by a person
  support::PostgreSql* server = nullptr;  // nothing: the store is a SQLite file, and copies of it come back
};

struct CampaignFigures {
  std::map<std::string, long> faults;  // done, by kind
  std::map<std::string, long> events;  // what else happened, in words
  std::vector<std::chrono::microseconds> ready_after_a_kill;
  std::map<std::string, long> ended;  // submissions by how they ended
  long submissions = 0;
  long lost = 0;
  long doubled = 0;
};

std::ostream& operator<<(std::ostream& out, const CampaignFigures& figures);

class Campaign {
 public:
  static constexpr std::chrono::seconds skew{60}, settle_time{40};

  explicit Campaign(const CampaignPlan& plan);

  // To the end: all settled and compared. What does not hold is a failure of the test.
  CampaignFigures run();

 private:
  struct Entered {
    std::string file;
    std::string case_number;
    std::string operation;
    int64_t revision = 1;
  };
  struct Copy {  // of the store, at a moment when no process lived
    size_t journal_lines = 0;
    int64_t last_chain = 0;                           // of the audit
    std::map<std::string, store::Submission> ledger;  // by key
  };

  int64_t number(int64_t least, int64_t most);
  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  template <typename List>
  const auto& one_of(const List& list) {
    return *std::next(std::begin(list), number(0, std::ssize(list) - 1));
  }

  // What happens.
  void step();
  void enter();
  void write(const Entered& entered, const std::string& text);
  void add_fault();
  void take_faults_away();
  void time_goes_on(std::chrono::seconds time);

  void live(const LifePlan& plan = {});
  void live_and_be_killed();
  void live_and_be_stopped(bool killed);
  void live_beside_another();
  void live_by_a_clock_an_hour_back();
  void live_by_a_wrong_clock(std::chrono::seconds by);
  void lose_the_journal();
  void put_an_older_journal_back();
  void copy();
  void restore(bool with_journal);
  void lose_the_server();
  void lose_the_connections();

  // A named person, who says only what is true.
  void operator_looks(bool at_the_end);
  void accept(const std::string& because);
  void decide(store::Store& store, const store::Submission& one,
              const std::map<std::string, Committed>& truth);

  void look(const std::function<void(const store::Store&)>& at);
  size_t journal_lines() const;
  void remember_journal();
  std::vector<store::Break> breaks();
  void demand_break(store::BreakKind kind, size_t before);

  // The end (campaign_end.cpp).
  void settle();
  bool all_settled();
  void compare();
  void compare(const store::Submission& one, const Committed& there);
  void compare_attempts(const store::Submission& one, const std::vector<store::SubmissionEvent>& history);
  void compare_audit();

  const CampaignPlan plan_;
  QueueOffice office_;
  std::mt19937 random_;
  CampaignFigures figures_;
  std::map<std::string, Entered> entered_;  // by key
  std::vector<Entered> open_;               // the last revision of each case that may have another
  std::optional<Copy> copy_;
  std::optional<size_t> older_journal_;  // lines in the copy of it
  std::chrono::seconds rushed_{0};       // of time that went on while the registry may have been working
  std::chrono::microseconds life_{300'000};
  bool killed_ = false;  // the last life
  int cases_ = 0;
  std::map<std::string, Time> ends_;  // the signed Expires by MessageID, of journals that were lost too
  int64_t first_chain_in_doubt_ = INT64_MAX;  // of the audit, since a copy came back
};

}  // namespace tilts::system_test
