// The ledger of what is to be sent once: states, what leads between them, and the history of each submission.
//
//   warned ─person▶ prepared ─start▶ sending ─▶ received | declined
//                      ▲                └──────▶ unknown ─▶ received | declined
//                      └── not sent ────┘           │
//                      └── twice counted absent, or a person ──┘
//
// A person also enters the number of a letter: unknown or received ─person▶ received.
//
// Before an attempt's first byte its line is in the send journal, which outlives a restored backup of the
// store. At start the two are compared: what only the journal knows is unknown. Without the right journal all
// that is not settled, and all that is new, is unknown before its first send, until a named person accepts
// that.
//
// Every step is one compare-and-set on (state, attempt): whoever comes second changes nothing and is told so.
// Methods that take a Transaction commit with whatever else it does.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/finding.h"
#include "gateway/store/send_journal.h"
#include "gateway/store/session.h"
#include "gateway/store/subjects.h"
#include "gateway/store/vault.h"

namespace tilts::store {

enum class SubmissionState { warned, prepared, sending, unknown, received, declined };
std::string_view name(SubmissionState state);
// Throws Error(bug) for a word that name() never says.
SubmissionState submission_state(std::string_view name);

struct NewSubmission {
  std::string registry;
  std::string operation;    // "submit", "correct", "withdraw"
  std::string case_number;  // the municipality's; sealed
  int64_t revision = 1;
  std::string code;                 // personas kods of the person it is about
  std::string content;              // the entry in the caller's own form; sealed
  bool warned = false;              // waits for a person before it is sent
  std::vector<Finding> findings{};  // what was found in it when it was taken in
  std::string rules{};              // version of the rules that found it
  std::string deadline{};           // YYYY-MM-DD: the last day on which the person may apply; or empty
};

struct SubmissionAttachment {
  std::string name;
  std::string media_type;
  std::string sha256;  // hex, of the bytes
  std::string bytes;
};

struct Submission {
  std::string id;   // 12 hex digits, opaque
  std::string key;  // what the registry knows it by: the same for every attempt
  std::string registry;
  std::string operation;
  int64_t revision = 1;
  SubjectId subject = 0;
  SubmissionState state = SubmissionState::prepared;
  int64_t attempt = 0;       // how many were begun; 0 and unknown: asked about before the first
  std::string message_id;    // of the last one
  Time expires;              // the signed Expires of the last one: the registry takes it no later
  bool asked_first = false;  // unknown only because the send journal is not whole
  int64_t absent = 0;        // answers "absent" that count
  Time absent_at;            // when the last of them was asked for
  Time due;                  // not to be sent or inquired before
  std::string receipt;       // the registry's number
  std::string case_number;
  std::string content;
  std::string rules;     // version of the rules it was judged by; empty: there were none
  std::string deadline;  // YYYY-MM-DD: the last day on which the person may apply; or empty
  Time created;
  Time changed;
  Time looked;  // when a person last looked at it or decided about it; none: nobody did
  Time erased;  // when retention erased what is personal of it; none: it is all there
};

struct SubmissionEvent {
  Time at;
  SubmissionState state = SubmissionState::prepared;  // after it
  int64_t attempt = 0;
  std::string actor;  // an operating-system user, or the gateway
  std::string text;   // what happened; may name the case
};

// How long "absent" proves nothing: the registry may still work on what it accepted. Where nobody knows how
// long, it never does.
struct Patience {
  std::chrono::milliseconds skew{60'000};
  std::optional<std::chrono::milliseconds> settle;
};

// The send journal and the store do not fit together.
enum class BreakKind {
  another_journal,  // gone, or another one than the store goes with
  lines_missing,    // fewer attempts than the ledger began, or others
  store_behind,     // attempts that a store which is not restored would know: nothing is lost, none to accept
};
std::string_view name(BreakKind kind);

struct Break {
  int64_t number = 0;
  Time noticed;
  BreakKind kind = BreakKind::another_journal;
  std::string journal;  // the id of the one that was found
  Time expires;         // no attempt that nobody knows of is taken by a registry later; none: store_behind
  int64_t touched = 0;  // submissions that are unknown for it
  Time accepted;        // none: not yet
  std::string accepted_by;
  std::string because;

  // While a break stands, every submission is asked about before its first send.
  bool stands() const { return expires != Time{} && accepted == Time{}; }
};

class SubmissionSeal;

class Submissions {
 public:
  Submissions(const Vault& vault, const Subjects& subjects) : vault_(vault), subjects_(subjects) {}

  // SHA-256 over (registry, operation, case number, revision), 32 hex digits: made of content alone, so that
  // another node, or a restored store, comes to the same; a personas kods is not in it, because codes change.
  static std::string key_of(std::string_view registry, std::string_view operation,
                            std::string_view case_number, int64_t revision);

  struct Added {
    std::string id;
    bool fresh = false;   // false: it was there already
    bool same = true;     // false: it was there with another content; nothing was changed
    bool mended = false;  // it was there, warned and never sent: this content took the other one's place
  };
  // Prepared or warned; unknown when the send journal knows an attempt of it, or while a break stands.
  Added add(Transaction& transaction, const NewSubmission& submission,
            const std::vector<SubmissionAttachment>& attachments, Time now) const;

  std::optional<Submission> find(Session& session, std::string_view id) const;
  std::optional<Submission> find_key(Session& session, std::string_view key) const;
  // Whichever operation entered it; a withdrawal enters none.
  std::optional<Submission> find_revision(Session& session, std::string_view registry,
                                          std::string_view case_number, int64_t revision) const;
  // The newest first; of one state or (none) of all.
  std::vector<Submission> list(Session& session, std::optional<SubmissionState> state, size_t limit) const;
  // Those in this state whose time has come, the oldest first.
  std::vector<Submission> due(Session& session, SubmissionState state, Time now, size_t limit) const;
  // Of one person, by any code the person has or had, the newest first.
  std::vector<Submission> of(Session& session, std::string_view code, size_t limit) const;
  Time last_change(Session& session) const;
  // How many there are in each state that has any.
  std::map<SubmissionState, int64_t> counts(Session& session) const;
  std::vector<SubmissionAttachment> attachments(Session& session, std::string_view id) const;
  std::vector<Finding> findings(Session& session, std::string_view id) const;
  std::vector<SubmissionEvent> history(Session& session, std::string_view id) const;

  // Each returns false when the submission is not (any more) in the state and attempt that it leads from.

  // prepared → sending, durable before the first byte leaves. Throws Error(bug) when the journal was not
  // compared with this store since it was opened.
  bool start(Transaction& transaction, std::string_view id, const SendJournal::Written& written,
             Time now) const;
  // sending → prepared: the transport proves that no byte of the request left.
  bool not_sent(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view why,
                Time again, Time now) const;
  // sending → unknown: no trusted answer that names it.
  bool lost(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view why,
            Time inquire, Time now) const;
  // sending | unknown → received | declined.
  bool received(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view receipt,
                std::string_view actor, Time now) const;
  bool declined(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view reason,
                Time now) const;
  // unknown: the registry says, asked at `asked`, that it has none. Counts when asked after the attempt's
  // Expires plus skew plus settle-time, and at least settle-time after the last that counted; the second one
  // leads back to prepared. While it does not, `due` says when to ask next.
  struct Absence {
    bool valid = false;  // it was unknown, in this attempt
    bool counted = false;
    bool prepared = false;
  };
  Absence absent(Transaction& transaction, std::string_view id, int64_t attempt, Time asked,
                 const Patience& patience, Time now) const;
  // An inquiry that brought nothing: asked again at `again`.
  bool ask_again(Transaction& transaction, std::string_view id, int64_t attempt, Time again) const;

  // prepared: it cannot be sent now, and nothing was; tried again at `again`.
  bool postpone(Transaction& transaction, std::string_view id, int64_t attempt, std::string_view why,
                Time again, Time now) const;
  // A line of the history that leads nowhere: what happened beside it.
  void remark(Transaction& transaction, std::string_view id, std::string_view actor, std::string_view text,
              Time now) const;

  // A person looked at it, or decided about it: retention may take what went wrong.
  void looked(Transaction& transaction, std::string_view id, Time now) const;
  // Its key is destroyed, and all that lay under it: the entry, its documents, the case number, findings and
  // the words of the history, and the registry's number and whom it was about. What is left says that under
  // this key, at these times, something with this keyed digest stood in these states: it is never sent again.
  void erase(Transaction& transaction, std::string_view id, Time now) const;
  // At start: one that was sealed under the store's own key, as all were before schema 7, gets a key of its
  // own. False when none is left.
  bool give_a_key(Transaction& transaction) const;

  // A named person's decisions, kept in the history with their reason. A warned one, too, is asked about
  // first while a break stands.
  bool send_warned(Transaction& transaction, std::string_view id, std::string_view user,
                   std::string_view because, Time now) const;
  bool resend(Transaction& transaction, std::string_view id, std::string_view user, std::string_view because,
              Time now) const;

  // unknown or received → received, by an answer that came on paper, as often as one comes: its number takes
  // the place of the one before, which stays in the history, and its document is kept with the submission.
  struct Document {
    std::string name;
    std::string bytes;
  };
  bool answered_by_hand(Transaction& transaction, std::string_view id, std::string_view receipt,
                        const Document& document, std::string_view user, Time now) const;

  // At start: what was being sent when the process ended is unknown. Returns how many.
  int64_t cut_off(Transaction& transaction, Time now) const;

  // At start, before anything is sent (reconcile.cpp): what only the journal knows is unknown here, and a
  // break is noticed. `lifetime`: the longest that a message of ours is signed for; an attempt that nobody
  // knows of is taken as begun at the last moment before `now`. A break gives the journal a new id, so that a
  // store from before it does not fit a journal that has forgotten something.
  struct Reconciled {
    int64_t met = 0;       // submissions of which the journal knew a later attempt
    int64_t not_here = 0;  // keys with such an attempt that the ledger has not; unknown when they are added
    std::optional<BreakKind> broken;
  };
  Reconciled reconcile(Transaction& transaction, SendJournal& journal, std::chrono::milliseconds lifetime,
                       Time now) const;
  // Ends every standing break: what is asked about for nothing else may be sent. Returns how many ended.
  int64_t accept(Transaction& transaction, std::string_view user, std::string_view because, Time now) const;
  std::vector<Break> breaks(Session& session) const;  // the newest first

 private:
  struct Step;
  // warned → prepared, or unknown while a break stands.
  bool release(Transaction& transaction, std::string_view id, std::string_view actor, const std::string& text,
               Time now) const;
  static void keep_parts(Transaction& transaction, const SubmissionSeal& seal,
                         const NewSubmission& submission,
                         const std::vector<SubmissionAttachment>& attachments);
  bool mend(Transaction& transaction, const std::string& id, const NewSubmission& submission,
            const std::vector<SubmissionAttachment>& attachments, const Blob& digest, Time now) const;
  struct Begun;
  bool take(Transaction& transaction, const Step& step, Time now) const;
  // One compare-and-set on `known` to what is to be believed instead; absences are counted anew.
  bool doubt(Transaction& transaction, const Submission& known, const Submission& then,
             std::string_view actor, std::string_view text, Time now) const;
  // False when an ordinary end of the process explains it.
  bool meet(Transaction& transaction, const Submission& known, const Begun& begun, Time now) const;
  bool keep_for_later(Transaction& transaction, const Begun& begun) const;
  int64_t doubt_all(Transaction& transaction, Time expires, BreakKind kind, Time now) const;
  // Until when an attempt that nobody knows of may be taken by a registry; none while no break stands.
  static Time standing(Session& session);
  void note(Transaction& transaction, std::string_view id, SubmissionState state, int64_t attempt,
            std::string_view actor, std::string_view text, Time now) const;

  const Vault& vault_;
  const Subjects& subjects_;
};

}  // namespace tilts::store
