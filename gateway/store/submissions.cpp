#include "gateway/store/submissions.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/store/pack.h"
#include "gateway/store/submission_seal.h"

namespace tilts::store {
namespace {

constexpr Sql kAdd =
    "INSERT INTO submission (id, key, registry, operation, revision, subject, state, attempt, message_id,"
    " expires, asked_first, absent, absent_at, due, receipt, digest, content, created, changed, case_hash)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, '', $12, $13, $14, $15, $16)"
    " ON CONFLICT (key) DO NOTHING";
constexpr Sql kKnown = "SELECT id, digest FROM submission WHERE key = $1";
constexpr Sql kAddAttachment =
    "INSERT INTO submission_attachment (submission, number, content) VALUES ($1, $2, $3)";
constexpr Sql kStateOf = "SELECT state FROM submission WHERE id = $1";
constexpr Sql kMend =
    "UPDATE submission SET subject = $1, digest = $2, content = $3, changed = $4"
    " WHERE id = $5 AND state = 'warned' AND attempt = 0";
constexpr Sql kNoAttachments = "DELETE FROM submission_attachment WHERE submission = $1";
constexpr Sql kNoFindings = "DELETE FROM submission_finding WHERE submission = $1";
constexpr Sql kNextAttachment =
    "SELECT COALESCE(MAX(number), 0) + 1 FROM submission_attachment WHERE submission = $1";
constexpr Sql kAttachments =
    "SELECT number, content FROM submission_attachment WHERE submission = $1 ORDER BY number";
constexpr Sql kAddFinding =
    "INSERT INTO submission_finding (submission, number, content) VALUES ($1, $2, $3)";
constexpr Sql kFindings =
    "SELECT number, content FROM submission_finding WHERE submission = $1 ORDER BY number";
constexpr Sql kNote =
    "INSERT INTO submission_event (submission, number, at, state, attempt, content)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
constexpr Sql kNext = "SELECT COALESCE(MAX(number), 0) + 1 FROM submission_event WHERE submission = $1";
constexpr Sql kHistory =
    "SELECT number, at, state, attempt, content FROM submission_event WHERE submission = $1 ORDER BY number";

constexpr Sql kFind =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id WHERE id = $1";
constexpr Sql kFindKey =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id WHERE key = $1";
constexpr Sql kList =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id ORDER BY created DESC, "
    "id LIMIT $1";
constexpr Sql kListState =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id"
    " WHERE state = $1 ORDER BY created DESC, id LIMIT $2";
constexpr Sql kOf =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id"
    " WHERE subject = $1 ORDER BY created DESC, id LIMIT $2";
constexpr Sql kCounts = "SELECT state, COUNT(*) FROM submission GROUP BY state";
constexpr Sql kLastChange = "SELECT COALESCE(MAX(changed), 0) FROM submission";
constexpr Sql kDue =
    "SELECT id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,"
    " absent_at, due, receipt, content, created, changed, asked_first, erased, looked, wrapped FROM "
    "submission"
    " LEFT JOIN submission_key ON submission_key.submission = submission.id"
    " WHERE state = $1 AND due <= $2 ORDER BY created, id LIMIT $3";

constexpr Sql kStart =
    "UPDATE submission SET state = 'sending', attempt = attempt + 1, message_id = $1, expires = $2, absent = "
    "0,"
    " absent_at = 0, due = 0, changed = $3, asked_first = 0"
    " WHERE id = $4 AND key = $5 AND state = 'prepared' AND attempt = $6";
constexpr Sql kStep =
    "UPDATE submission SET state = $1, due = $2, receipt = $3, changed = $4, asked_first = 0"
    " WHERE id = $5 AND attempt = $6 AND state IN ($7, $8)";
constexpr Sql kDoubt =
    "UPDATE submission SET state = $1, attempt = $2, message_id = $3, expires = $4, asked_first = $5,"
    " absent = 0, absent_at = 0, due = $6, changed = $7 WHERE id = $8 AND state = $9 AND attempt = $10";
constexpr Sql kJournal = "SELECT compared FROM send_journal WHERE id = $1";
constexpr Sql kJournalReached = "UPDATE send_journal SET lines = $1, checksum = $2 WHERE lines < $3";
constexpr Sql kSent = "SELECT attempt, message_id, expires FROM submission_sent WHERE key = $1";
constexpr Sql kSentHere = "DELETE FROM submission_sent WHERE key = $1";
constexpr Sql kAbsent = "UPDATE submission SET absent = absent + 1, absent_at = $1 WHERE id = $2";
constexpr Sql kAgain = "UPDATE submission SET due = $1 WHERE id = $2 AND state = 'unknown' AND attempt = $3";
constexpr Sql kSending = "SELECT id, attempt FROM submission WHERE state = 'sending'";

constexpr int64_t kEnough = 2;               // answers "absent" that count
constexpr std::chrono::hours kUncertain{1};  // until the next question where no answer "absent" can count
constexpr std::string_view kGateway = "tilts";

constexpr std::string_view kStates[] = {"warned", "prepared", "sending", "unknown", "received", "declined"};

template <typename... Arguments>
std::vector<Submission> submissions(Session& session, const Vault& vault, const Sql& sql,
                                    const Arguments&... arguments) {
  std::vector<Submission> found;
  for (auto& [id, key, registry, operation, revision, subject, state, attempt, message_id, expires, absent,
              absent_at, due, receipt, sealed, created, changed, asked_first, erased, looked, wrapped] :
       session.rows<std::string, std::string, std::string, std::string, int64_t, int64_t, std::string,
                    int64_t, std::string, Time, int64_t, Time, Time, std::string, Blob, Time, Time, int64_t,
                    Time, Time, Blob>(sql, arguments...)) {
    Submission one;
    if (erased == Time{}) {
      const std::string content = SubmissionSeal(vault, id, wrapped.bytes).open(sealed.bytes);
      Unpacker packed(content);
      one.case_number = packed.text();
      one.content = packed.text();
      if (!packed.done()) one.rules = packed.text();
      if (!packed.done()) one.deadline = packed.text();
    }
    one.id = std::move(id);
    one.key = std::move(key);
    one.registry = std::move(registry);
    one.operation = std::move(operation);
    one.revision = revision;
    one.subject = subject;
    one.state = submission_state(state);
    one.attempt = attempt;
    one.message_id = std::move(message_id);
    one.expires = expires;
    one.absent = absent;
    one.absent_at = absent_at;
    one.due = due;
    one.receipt = std::move(receipt);
    one.created = created;
    one.changed = changed;
    one.asked_first = asked_first != 0;
    one.erased = erased;
    one.looked = looked;
    found.push_back(std::move(one));
  }
  return found;
}

// What submissions() opens.
Blob sealed(const SubmissionSeal& seal, const NewSubmission& submission) {
  return seal.seal(pack(submission.case_number, submission.content, submission.rules, submission.deadline));
}

std::optional<Submission> first(std::vector<Submission> found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace

std::string_view name(SubmissionState state) { return kStates[static_cast<size_t>(state)]; }

SubmissionState submission_state(std::string_view text) {
  const auto* const found = std::ranges::find(kStates, text);
  if (found == std::end(kStates)) throw Error(Code::bug, "store: a submission is in no known state");
  return static_cast<SubmissionState>(found - std::begin(kStates));
}

std::string Submissions::key_of(std::string_view registry, std::string_view operation,
                                std::string_view case_number, int64_t revision) {
  return hex(sha256(pack(registry, operation, case_number, revision))).substr(0, 32);
}

Submissions::Added Submissions::add(Transaction& transaction, const NewSubmission& submission,
                                    const std::vector<SubmissionAttachment>& attachments, Time now) const {
  const std::string key =
      key_of(submission.registry, submission.operation, submission.case_number, submission.revision);
  std::string whole = pack(submission.code, submission.content);
  for (const SubmissionAttachment& attachment : attachments)
    whole += pack(attachment.name, attachment.media_type, attachment.sha256);
  const Blob digest{vault_.keyed_hash("submission", whole)};

  const std::string id = hex(random_bytes(6));
  const SubjectId subject = subjects_.ensure(transaction, submission.code, now);
  SubmissionState state = submission.warned ? SubmissionState::warned : SubmissionState::prepared;
  int64_t attempt = 0;
  std::string message_id;
  Time expires{};
  bool asked_first = false;
  std::string_view text = submission.warned ? "taken in, with warnings" : "taken in";
  const Time until = standing(transaction);
  if (auto sent = transaction.row<int64_t, std::string, Time>(kSent, key)) {
    // A warned one as well: an attempt was begun, so a person had decided.
    state = SubmissionState::unknown;
    std::tie(attempt, message_id, expires) = std::move(*sent);
    if (expires != Time{}) expires = std::max(expires, until);
    text = "taken in; the send journal knows an attempt of it, so the registry is asked first";
  } else if (until != Time{} && !submission.warned) {
    state = SubmissionState::unknown;
    expires = until;
    asked_first = true;
    text = "taken in; the send journal is not whole, so the registry is asked first";
  }
  const SubmissionSeal seal = SubmissionSeal::fresh(vault_, id);
  const size_t added = transaction.run(kAdd, id, key, submission.registry, submission.operation,
                                       submission.revision, subject, name(state), attempt, message_id,
                                       expires, asked_first, digest, sealed(seal, submission), now, now,
                                       case_hash(vault_, submission.registry, submission.case_number));
  if (added == 0) {
    const auto [known, its_digest] = *transaction.row<std::string, Blob>(kKnown, key);
    if (its_digest == digest) return {known};
    if (mend(transaction, known, submission, attachments, digest, now)) return {known, false, true, true};
    return {known, false, false};
  }
  transaction.run(kSentHere, key);
  seal.keep(transaction);
  keep_parts(transaction, seal, submission, attachments);
  note(transaction, id, state, attempt, kGateway, text, now);
  return {id, true, true};
}

void Submissions::keep_parts(Transaction& transaction, const SubmissionSeal& seal,
                             const NewSubmission& submission,
                             const std::vector<SubmissionAttachment>& attachments) {
  int64_t number = 0;
  for (const SubmissionAttachment& attachment : attachments) {
    ++number;
    transaction.run(
        kAddAttachment, seal.id(), number,
        seal.seal(SubmissionSeal::attachment, number,
                  pack(attachment.name, attachment.media_type, attachment.sha256, attachment.bytes)));
  }
  number = 0;
  for (const Finding& finding : submission.findings) {
    ++number;
    transaction.run(kAddFinding, seal.id(), number,
                    seal.seal(SubmissionSeal::finding, number,
                              pack(static_cast<int64_t>(finding.weight), finding.rule, finding.field,
                                   finding.place, finding.english, finding.latvian)));
  }
}

// What waits for a person left nothing with the registry: its mended form may take its place.
bool Submissions::mend(Transaction& transaction, const std::string& id, const NewSubmission& submission,
                       const std::vector<SubmissionAttachment>& attachments, const Blob& digest,
                       Time now) const {
  if (transaction.value<std::string>({}, kStateOf, id) != name(SubmissionState::warned)) return false;
  const SubjectId subject = subjects_.ensure(transaction, submission.code, now);
  const SubmissionSeal seal = SubmissionSeal::of(transaction, vault_, id);
  if (transaction.run(kMend, subject, digest, sealed(seal, submission), now, id) == 0) return false;
  transaction.run(kNoAttachments, id);
  transaction.run(kNoFindings, id);
  keep_parts(transaction, seal, submission, attachments);
  if (submission.warned)
    note(transaction, id, SubmissionState::warned, 0, kGateway, "mended, and still with warnings", now);
  else
    release(transaction, id, kGateway, "mended: nothing warns any more", now);
  return true;
}

std::optional<Submission> Submissions::find(Session& session, std::string_view id) const {
  return first(submissions(session, vault_, kFind, id));
}

std::optional<Submission> Submissions::find_key(Session& session, std::string_view key) const {
  return first(submissions(session, vault_, kFindKey, key));
}

std::optional<Submission> Submissions::find_revision(Session& session, std::string_view registry,
                                                     std::string_view case_number, int64_t revision) const {
  if (auto first = find_key(session, key_of(registry, "submit", case_number, revision))) return first;
  return find_key(session, key_of(registry, "correct", case_number, revision));
}

std::vector<Submission> Submissions::list(Session& session, std::optional<SubmissionState> state,
                                          size_t limit) const {
  return state ? submissions(session, vault_, kListState, name(*state), limit)
               : submissions(session, vault_, kList, limit);
}

std::vector<Submission> Submissions::due(Session& session, SubmissionState state, Time now,
                                         size_t limit) const {
  return submissions(session, vault_, kDue, name(state), now, limit);
}

std::vector<Submission> Submissions::of(Session& session, std::string_view code, size_t limit) const {
  const auto subject = subjects_.find(session, code);
  return subject ? submissions(session, vault_, kOf, *subject, limit) : std::vector<Submission>();
}

Time Submissions::last_change(Session& session) const { return session.value<Time>({}, kLastChange); }

std::map<SubmissionState, int64_t> Submissions::counts(Session& session) const {
  std::map<SubmissionState, int64_t> counts;
  for (const auto& [state, count] : session.rows<std::string, int64_t>(kCounts))
    counts.emplace(submission_state(state), count);
  return counts;
}

std::vector<SubmissionAttachment> Submissions::attachments(Session& session, std::string_view id) const {
  std::vector<SubmissionAttachment> attachments;
  const SubmissionSeal seal = SubmissionSeal::of(session, vault_, id);
  for (const auto& [number, sealed] : session.rows<int64_t, Blob>(kAttachments, id)) {
    const std::string content = seal.open(SubmissionSeal::attachment, number, sealed.bytes);
    Unpacker packed(content);
    SubmissionAttachment& attachment = attachments.emplace_back();
    for (std::string* text :
         {&attachment.name, &attachment.media_type, &attachment.sha256, &attachment.bytes})
      *text = packed.text();
  }
  return attachments;
}

std::vector<Finding> Submissions::findings(Session& session, std::string_view id) const {
  std::vector<Finding> findings;
  const SubmissionSeal seal = SubmissionSeal::of(session, vault_, id);
  for (const auto& [number, sealed] : session.rows<int64_t, Blob>(kFindings, id)) {
    const std::string content = seal.open(SubmissionSeal::finding, number, sealed.bytes);
    Unpacker packed(content);
    Finding& finding = findings.emplace_back();
    finding.weight = static_cast<Weight>(packed.number());
    for (std::string* text :
         {&finding.rule, &finding.field, &finding.place, &finding.english, &finding.latvian})
      *text = packed.text();
  }
  return findings;
}

std::vector<SubmissionEvent> Submissions::history(Session& session, std::string_view id) const {
  std::vector<SubmissionEvent> events;
  const SubmissionSeal seal = SubmissionSeal::of(session, vault_, id);
  for (const auto& [number, at, state, attempt, sealed] :
       session.rows<int64_t, Time, std::string, int64_t, Blob>(kHistory, id)) {
    SubmissionEvent event{at, submission_state(state), attempt, {}, {}};
    if (sealed.bytes != SubmissionSeal::erased) {
      const std::string content = seal.open(SubmissionSeal::event, number, sealed.bytes);
      Unpacker packed(content);
      event.actor = packed.text();
      event.text = packed.text();
    }
    events.push_back(std::move(event));
  }
  return events;
}

void Submissions::note(Transaction& transaction, std::string_view id, SubmissionState state, int64_t attempt,
                       std::string_view actor, std::string_view text, Time now) const {
  const auto number = transaction.value<int64_t>(1, kNext, id);
  transaction.run(
      kNote, id, number, now, name(state), attempt,
      SubmissionSeal::of(transaction, vault_, id).seal(SubmissionSeal::event, number, pack(actor, text)));
}

// One compare-and-set and its line in the history.
struct Submissions::Step {
  std::string_view id;
  int64_t attempt;
  SubmissionState from, or_from, to;
  Time due{};
  std::string_view receipt{};
  std::string_view actor = kGateway;
  std::string text;
};

bool Submissions::take(Transaction& transaction, const Step& step, Time now) const {
  if (transaction.run(kStep, name(step.to), step.due, step.receipt, now, step.id, step.attempt,
                      name(step.from), name(step.or_from)) == 0)
    return false;
  note(transaction, step.id, step.to, step.attempt, step.actor, step.text, now);
  return true;
}

bool Submissions::doubt(Transaction& transaction, const Submission& known, const Submission& then,
                        std::string_view actor, std::string_view text, Time now) const {
  if (transaction.run(kDoubt, name(then.state), then.attempt, then.message_id, then.expires, then.asked_first,
                      then.due, now, known.id, name(known.state), known.attempt) == 0)
    return false;
  note(transaction, known.id, then.state, then.attempt, actor, text, now);
  return true;
}

bool Submissions::start(Transaction& transaction, std::string_view id, const SendJournal::Written& written,
                        Time now) const {
  if (transaction.value<int64_t>(-1, kJournal, written.journal()) < written.opened())
    throw Error(Code::bug,
                "submissions: the send journal was not compared with the store since it was opened; "
                "nothing was sent");
  const SendAttempt& begun = written.attempt();
  if (transaction.run(kStart, begun.message_id, begun.expires, now, id, begun.key, begun.attempt - 1) == 0)
    return false;
  transaction.run(kJournalReached, written.line(), written.checksum(), written.line());
  note(transaction, id, SubmissionState::sending, begun.attempt, kGateway,
       fmt::format("sent as {}", begun.message_id), now);
  return true;
}

bool Submissions::not_sent(Transaction& transaction, std::string_view id, int64_t attempt,
                           std::string_view why, Time again, Time now) const {
  return take(transaction,
              {id,
               attempt,
               SubmissionState::sending,
               SubmissionState::sending,
               SubmissionState::prepared,
               again,
               {},
               kGateway,
               fmt::format("nothing was sent: {}", why)},
              now);
}

bool Submissions::postpone(Transaction& transaction, std::string_view id, int64_t attempt,
                           std::string_view why, Time again, Time now) const {
  return take(transaction,
              {id,
               attempt,
               SubmissionState::prepared,
               SubmissionState::prepared,
               SubmissionState::prepared,
               again,
               {},
               kGateway,
               fmt::format("not sent: {}", why)},
              now);
}

void Submissions::remark(Transaction& transaction, std::string_view id, std::string_view actor,
                         std::string_view text, Time now) const {
  if (const auto known = find(transaction, id))
    note(transaction, id, known->state, known->attempt, actor, text, now);
}

bool Submissions::lost(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view why,
                       Time inquire, Time now) const {
  return take(transaction,
              {id,
               attempt,
               SubmissionState::sending,
               SubmissionState::sending,
               SubmissionState::unknown,
               inquire,
               {},
               kGateway,
               fmt::format("no answer that can be trusted: {}", why)},
              now);
}

bool Submissions::received(Transaction& transaction, std::string_view id, int64_t attempt,
                           std::string_view receipt, std::string_view actor, Time now) const {
  return take(transaction,
              {id,
               attempt,
               SubmissionState::sending,
               SubmissionState::unknown,
               SubmissionState::received,
               {},
               receipt,
               actor,
               fmt::format("received by the registry as {}", receipt)},
              now);
}

bool Submissions::declined(Transaction& transaction, std::string_view id, int64_t attempt,
                           std::string_view reason, Time now) const {
  return take(transaction,
              {id,
               attempt,
               SubmissionState::sending,
               SubmissionState::unknown,
               SubmissionState::declined,
               {},
               {},
               kGateway,
               fmt::format("declined by the registry: {}", reason)},
              now);
}

Submissions::Absence Submissions::absent(Transaction& transaction, std::string_view id, int64_t attempt,
                                         Time asked, const Patience& patience, Time now) const {
  const auto known = find(transaction, id);
  if (!known || known->state != SubmissionState::unknown || known->attempt != attempt) return {};
  // An attempt without a signed Expires is not known to have an end, nor is a registry's work without a
  // settle-time.
  if (known->expires == Time{} || !patience.settle) {
    ask_again(transaction, id, attempt, asked + kUncertain);
    return {.valid = true};
  }
  const Time earliest = std::max(known->expires + patience.skew + *patience.settle,
                                 known->absent == 0 ? Time{} : known->absent_at + *patience.settle);
  if (asked <= earliest) {
    ask_again(transaction, id, attempt, earliest + std::chrono::milliseconds(1));
    return {.valid = true};
  }
  transaction.run(kAbsent, asked, id);
  if (known->absent + 1 < kEnough) {
    note(transaction, id, SubmissionState::unknown, attempt, kGateway,
         "the registry has none; asked once more before it is sent", now);
    ask_again(transaction, id, attempt, asked + *patience.settle + std::chrono::milliseconds(1));
    return {.valid = true, .counted = true};
  }
  take(transaction,
       {id,
        attempt,
        SubmissionState::unknown,
        SubmissionState::unknown,
        SubmissionState::prepared,
        {},
        {},
        kGateway,
        "the registry said twice that it has none: it is sent"},
       now);
  return {.valid = true, .counted = true, .prepared = true};
}

bool Submissions::ask_again(Transaction& transaction, std::string_view id, int64_t attempt,
                            Time again) const {
  return transaction.run(kAgain, again, id, attempt) == 1;
}

bool Submissions::send_warned(Transaction& transaction, std::string_view id, std::string_view user,
                              std::string_view because, Time now) const {
  return release(transaction, id, user, fmt::format("sent in spite of its warnings: {}", because), now);
}

bool Submissions::release(Transaction& transaction, std::string_view id, std::string_view actor,
                          const std::string& text, Time now) const {
  if (const Time until = standing(transaction); until != Time{}) {
    const auto known = find(transaction, id);
    if (!known || known->state != SubmissionState::warned) return false;
    Submission then = *known;
    then.state = SubmissionState::unknown;
    then.expires = until;
    then.asked_first = true;
    return doubt(transaction, *known, then, actor,
                 text + "; the send journal is not whole, so the registry is asked first", now);
  }
  return take(transaction,
              {id,
               0,
               SubmissionState::warned,
               SubmissionState::warned,
               SubmissionState::prepared,
               {},
               {},
               actor,
               text},
              now);
}

bool Submissions::resend(Transaction& transaction, std::string_view id, std::string_view user,
                         std::string_view because, Time now) const {
  const auto known = find(transaction, id);
  return known && take(transaction,
                       {id,
                        known->attempt,
                        SubmissionState::unknown,
                        SubmissionState::unknown,
                        SubmissionState::prepared,
                        {},
                        {},
                        user,
                        fmt::format("sent again: {}", because)},
                       now);
}

bool Submissions::answered_by_hand(Transaction& transaction, std::string_view id, std::string_view receipt,
                                   const Document& document, std::string_view user, Time now) const {
  const auto known = find(transaction, id);
  const std::string digest = hex(sha256(document.bytes));
  const std::string before = !known || known->receipt.empty() ? "" : ", before as " + known->receipt;
  if (!known || !take(transaction,
                      {id,
                       known->attempt,
                       SubmissionState::unknown,
                       SubmissionState::received,
                       SubmissionState::received,
                       {},
                       receipt,
                       user,
                       fmt::format("received by the registry as {}{}, by the document {} (SHA-256 {})",
                                   receipt, before, document.name, digest)},
                      now))
    return false;
  const auto number = transaction.value<int64_t>(1, kNextAttachment, id);
  transaction.run(
      kAddAttachment, id, number,
      SubmissionSeal::of(transaction, vault_, id)
          .seal(SubmissionSeal::attachment, number,
                pack("answer: " + document.name, "application/octet-stream", digest, document.bytes)));
  return true;
}

int64_t Submissions::cut_off(Transaction& transaction, Time now) const {
  int64_t cut = 0;
  for (const auto& [id, attempt] : transaction.rows<std::string, int64_t>(kSending))
    cut += lost(transaction, id, attempt, "the process ended while it was sent", now, now);
  return cut;
}

}  // namespace tilts::store
