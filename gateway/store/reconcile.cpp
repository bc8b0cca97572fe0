// The ledger beside the send journal. The way out is: a line in the journal, synced; the ledger's start(),
// committed; the first byte. So the journal may know one attempt more than the ledger when the process ended
// between the two, and any number more when the store is a restored one. It never knows fewer, unless it is
// not the journal of this store.
#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/submissions.h"

namespace tilts::store {
namespace {

constexpr Sql kBound = "SELECT id, lines, checksum FROM send_journal";
constexpr Sql kUnbind = "DELETE FROM send_journal";
constexpr Sql kBind = "INSERT INTO send_journal (id, lines, checksum, compared) VALUES ($1, $2, $3, $4)";
constexpr Sql kAnySent = "SELECT COUNT(*) FROM submission WHERE attempt > 0";
constexpr Sql kAttempts = "SELECT key, attempt FROM submission";
constexpr Sql kUnsettled =
    "SELECT id FROM submission WHERE state IN ('prepared', 'sending', 'unknown') ORDER BY created, id";
constexpr Sql kAskedFirst = "SELECT id FROM submission WHERE asked_first = 1 ORDER BY created, id";

constexpr Sql kSent = "SELECT attempt FROM submission_sent WHERE key = $1";
constexpr Sql kKeep =
    "INSERT INTO submission_sent (key, attempt, message_id, expires) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (key) DO UPDATE SET attempt = excluded.attempt, message_id = excluded.message_id,"
    " expires = excluded.expires";

constexpr Sql kNext = "SELECT COALESCE(MAX(number), 0) + 1 FROM send_break";
constexpr Sql kBreak =
    "INSERT INTO send_break (number, noticed, kind, journal, expires, touched, accepted, accepted_by, "
    "because)"
    " VALUES ($1, $2, $3, $4, $5, $6, 0, '', '')";
constexpr Sql kBreaks =
    "SELECT number, noticed, kind, journal, expires, touched, accepted, accepted_by, because FROM send_break"
    " ORDER BY number DESC";
constexpr Sql kStanding = "SELECT COALESCE(MAX(expires), 0) FROM send_break WHERE accepted = 0";
constexpr Sql kAccept =
    "UPDATE send_break SET accepted = $1, accepted_by = $2, because = $3 WHERE accepted = 0 AND expires <> 0";

constexpr std::string_view kGateway = "tilts";

constexpr std::string_view kKinds[] = {"another journal", "lines missing", "store behind"};

BreakKind break_kind(std::string_view text) {
  const auto* const found = std::ranges::find(kKinds, text);
  if (found == std::end(kKinds)) throw Error(Code::bug, "store: a break is of no known kind");
  return static_cast<BreakKind>(found - std::begin(kKinds));
}

// An attempt without a signed Expires is not known to have an end, whatever the others have.
Time later(Time one, Time other) { return one == Time{} || other == Time{} ? Time{} : std::max(one, other); }

// What makes a journal another one than the store goes with.
std::optional<BreakKind> break_of(Session& session, const SendJournalContents& journal) {
  const auto bound = session.row<std::string, int64_t, std::string>(kBound);
  // The first start of all, unless something was sent without a journal.
  if (!bound) {
    if (session.value<int64_t>(0, kAnySent) == 0) return std::nullopt;
    return BreakKind::another_journal;
  }
  const auto& [id, lines, checksum] = *bound;
  if (id != journal.id) return BreakKind::another_journal;
  const auto reached = static_cast<size_t>(lines);
  if (reached > journal.lines.size() || (reached > 0 && journal.lines[reached - 1].checksum != checksum))
    return BreakKind::lines_missing;
  return std::nullopt;
}

}  // namespace

std::string_view name(BreakKind kind) { return kKinds[static_cast<size_t>(kind)]; }

// What the journal has of one submission beyond the attempts that are known.
struct Submissions::Begun {
  std::string key;
  int64_t attempt = 0;
  std::string message_id;
  Time expires;
  bool any = false;

  // An attempt that the ledger did not commit is in the journal twice, the second time under another
  // MessageID. Which of them was sent is not known: the later Expires holds.
  void add(const SendAttempt& line) {
    expires = any ? later(expires, line.expires) : line.expires;
    if (line.attempt >= attempt) {
      attempt = line.attempt;
      message_id = line.message_id;
    }
    any = true;
  }
};

Time Submissions::standing(Session& session) { return session.value<Time>(Time{}, kStanding); }

Submissions::Reconciled Submissions::reconcile(Transaction& transaction, SendJournal& its,
                                               std::chrono::milliseconds lifetime, Time now) const {
  const SendJournalContents journal = its.read();
  Reconciled result;
  result.broken = break_of(transaction, journal);

  std::map<std::string, int64_t> known;
  for (auto& [key, attempt] : transaction.rows<std::string, int64_t>(kAttempts))
    known.emplace(std::move(key), attempt);
  std::map<std::string, Begun> begun;
  for (const SendJournalContents::Line& line : journal.lines) {
    const auto here = known.find(line.attempt.key);
    if (here != known.end() && line.attempt.attempt <= here->second) continue;
    Begun& one = begun[line.attempt.key];
    one.key = line.attempt.key;
    one.add(line.attempt);
  }
  bool behind = false;
  for (const auto& [key, one] : begun) {
    if (known.contains(key)) {
      behind |= meet(transaction, *find_key(transaction, key), one, now);
      ++result.met;
    } else if (keep_for_later(transaction, one)) {
      behind = true;
      ++result.not_here;
    }
  }

  int64_t touched = result.met + result.not_here;
  Time expires{};
  if (result.broken) {
    // Should this not be committed after all, the next start notices a break again.
    its.renew();
    expires = now + lifetime;
    touched = doubt_all(transaction, expires, *result.broken, now) + result.not_here;
  } else if (behind) {
    result.broken = BreakKind::store_behind;
  }
  if (result.broken)
    transaction.run(kBreak, transaction.value<int64_t>(1, kNext), now, name(*result.broken), journal.id,
                    expires, touched);

  const auto lines = static_cast<int64_t>(journal.lines.size());
  transaction.run(kUnbind);
  transaction.run(kBind, its.id(), lines, lines == 0 ? "" : journal.lines.back().checksum, lines);
  return result;
}

bool Submissions::meet(Transaction& transaction, const Submission& known, const Begun& begun,
                       Time now) const {
  Submission then = known;
  then.attempt = begun.attempt;
  then.message_id = begun.message_id;
  then.expires = begun.expires;
  then.asked_first = false;
  // The registry has it, said in a trusted answer: it is never sent again. An `unknown` might be. And an
  // erased one could not be asked about.
  if (known.state == SubmissionState::received || known.erased != Time{}) {
    doubt(transaction, known, then, kGateway,
          fmt::format("the send journal knows attempt {} of it, which the store did not; it stays {}, "
                      "look whether the registry has it twice",
                      begun.attempt, name(known.state)),
          now);
    return true;
  }
  then.state = SubmissionState::unknown;
  then.due = now;
  doubt(transaction, known, then, kGateway,
        fmt::format("the send journal knows attempt {} of it, which the store did not: the registry is asked",
                    begun.attempt),
        now);
  // Had the process ended between the journal's line and the ledger's commit, it would look so.
  return known.state != SubmissionState::prepared || begun.attempt != known.attempt + 1;
}

bool Submissions::keep_for_later(Transaction& transaction, const Begun& begun) const {
  if (begun.attempt <= transaction.value<int64_t>(0, kSent, begun.key)) return false;
  transaction.run(kKeep, begun.key, begun.attempt, begun.message_id, begun.expires);
  return true;
}

// Any of them may have been sent once more by an attempt that is in no journal.
int64_t Submissions::doubt_all(Transaction& transaction, Time expires, BreakKind kind, Time now) const {
  int64_t doubted = 0;
  for (const auto& [id] : transaction.rows<std::string>(kUnsettled)) {
    const Submission known = *find(transaction, id);
    Submission then = known;
    // The attempts of a prepared one are over.
    const bool prepared = known.state == SubmissionState::prepared;
    then.expires = prepared ? std::max(known.expires, expires) : later(known.expires, expires);
    then.asked_first = known.asked_first || prepared;
    then.state = SubmissionState::unknown;
    then.due = now;
    doubted +=
        doubt(transaction, known, then, kGateway,
              fmt::format("the send journal is not whole ({}): the registry is asked before it is sent",
                          name(kind)),
              now);
  }
  return doubted;
}

int64_t Submissions::accept(Transaction& transaction, std::string_view user, std::string_view because,
                            Time now) const {
  const auto accepted = static_cast<int64_t>(transaction.run(kAccept, now, user, because));
  for (const auto& [id] : transaction.rows<std::string>(kAskedFirst)) {
    const Submission known = *find(transaction, id);
    Submission then = known;
    then.state = SubmissionState::prepared;
    then.asked_first = false;
    then.due = now;
    doubt(transaction, known, then, user, fmt::format("sent without asking first: {}", because), now);
  }
  return accepted;
}

std::vector<Break> Submissions::breaks(Session& session) const {
  std::vector<Break> breaks;
  for (auto& [number, noticed, kind, journal, expires, touched, accepted, accepted_by, because] :
       session.rows<int64_t, Time, std::string, std::string, Time, int64_t, Time, std::string, std::string>(
           kBreaks))
    breaks.push_back({number, noticed, break_kind(kind), std::move(journal), expires, touched, accepted,
                      std::move(accepted_by), std::move(because)});
  return breaks;
}

}  // namespace tilts::store
