#include "gateway/push/sender.h"

#include <algorithm>
#include <cstdlib>

#include <Poco/Logger.h>
#include <fmt/format.h>

#include "gateway/push/kept_entry.h"

namespace tilts::push {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr int bug_exit = 70;  // EX_SOFTWARE
constexpr seconds first_inquiry{5};
constexpr minutes longest_pause{15};
constexpr std::chrono::hours cannot_be_sent{1};
constexpr int64_t many_attempts = 3;

// Doubles with every attempt.
std::chrono::milliseconds pause(int64_t attempt) {
  return std::min<std::chrono::milliseconds>(seconds{15} * (1 << std::min<int64_t>(attempt, 10)),
                                             longest_pause);
}

std::string contradiction(const std::optional<PushServices::Settlement>& settlement) {
  if (!settlement) return "an attempt ended that the ledger does not know as under way";
  return settlement->settled == host::Settled::received
             ? fmt::format("the registry says received as {}, against what is known here", settlement->number)
             : fmt::format("the registry says declined, against what is known here: {}", settlement->reason);
}

// As long again as it is unknown already.
std::chrono::milliseconds inquiry_pause(std::chrono::milliseconds unknown_for) {
  return std::clamp<std::chrono::milliseconds>(unknown_for, first_inquiry, longest_pause);
}

}  // namespace

Sender::Sender(const config::Configuration& configuration, store::Store& store,
               const registries::Registries& registries, store::SendJournal& journal, Clock clock)
    : configuration_(configuration),
      store_(store),
      registries_(registries),
      journal_(journal),
      clock_(std::move(clock)),
      // The adapter's thread cannot be stopped, so the process is: at the next start what was being sent is
      // unknown.
      watchdog_(configuration.adapter_silence, [](const std::string& adapter) {
        Poco::Logger::get("push").fatal(fmt::format(
            "adapter {}: it did not call the gateway for too long while it submitted, the process "
            "was ended; report it to the adapter's author",
            adapter));
        std::_Exit(bug_exit);
      }) {}

host::Entry Sender::entry_of(const store::Submission& submission) const {
  const Entry entry = push::entry_of(unpack_entry(submission.content));
  host::Entry made;
  made.idempotency_key = submission.key;
  made.record.type = "entry";
  made.record.key = entry.code + "/" + submission.key;
  for (const Field& field : entry.fields) {
    if (field.name == "corrects" || field.name == "revision" || field.name == "code") continue;
    made.record.fields.push_back(field);
  }
  made.record.fields.push_back({"code", entry.code});
  made.record.fields.push_back({"revision", std::to_string(entry.revision)});
  store_.read([&](store::Session& session) {
    if (const int64_t revision = revision_before(entry); revision != 0) {
      const auto before =
          store_.submissions().find_revision(session, submission.registry, entry.case_number, revision);
      // One that was not entered here was warned of, and a person sent this all the same.
      made.record.fields.push_back(
          {"corrects",
           before ? before->key
                  : store::Submissions::key_of(submission.registry, revision == 1 ? "submit" : "correct",
                                               entry.case_number, revision)});
    }
    for (store::SubmissionAttachment& attachment : store_.submissions().attachments(session, submission.id))
      made.attachments.push_back({std::move(attachment.name), std::move(attachment.media_type),
                                  std::move(attachment.bytes), std::move(attachment.sha256)});
  });
  return made;
}

registries::LookupContext Sender::context(const store::Submission& submission,
                                          const registries::Registry& registry) const {
  const KeptEntry kept = unpack_entry(submission.content);
  const config::IntakeSettings* intake = configuration_.intake(kept.intake);
  if (!intake)
    throw Error(Code::config,
                fmt::format("the configuration has no intake {} any more, from which it came", kept.intake));
  const config::LegalBasis* basis = configuration_.legal_basis(intake->legal_basis);
  const Date today = day_in(config::country_zone, clock_.now());
  if (!basis || !basis->valid_on(today) || !basis->allows(submission.operation))
    throw Error(Code::config,
                fmt::format("legal-basis {} does not allow {} today; renew it in the configuration",
                            intake->legal_basis, submission.operation));
  return {.actor = "intake " + intake->name,
          .legal_basis = basis->id,
          .registry = submission.registry,
          .run = submission.id,
          .evidence_kept = intake->evidence_kept,
          .profile = registry.exchange->profile().source};
}

std::string Sender::send(const store::Submission& submission, const std::stop_token& stop) {
  std::string sentence;
  bool began = false;
  try {
    const registries::Registry& registry = registries_.at(submission.registry);
    const host::Entry entry = entry_of(submission);
    PushServices services(submission, entry, registry, store_, journal_, context(submission, registry),
                          clock_, stop);
    try {
      registry.adapter(watchdog_)->push(services, submission.operation, entry);
    } catch (const Error& error) {
      sentence = error.what();
    }
    began = services.started();
    if (began) return settle(submission, services, sentence);
    if (sentence.empty()) {  // stopped, or an adapter that does nothing
      if (stop.stop_requested()) return {};
      sentence = "the adapter submitted nothing; report it to its author";
    }
  } catch (const Error& error) {
    if (began) throw;  // the ledger could not be written: the next round makes it unknown
    sentence = error.what();
  }
  const Time now = clock_.now();
  store_.write([&](store::Transaction& transaction) {
    store_.submissions().postpone(transaction, submission.id, submission.attempt, sentence,
                                  now + cannot_be_sent, now);
  });
  return fmt::format("submission {}: cannot be sent: {}", submission.id, sentence);
}

std::string Sender::settle(const store::Submission& submission, const PushServices& services,
                           const std::string& failure) {
  const int64_t attempt = submission.attempt + 1;
  const Time now = clock_.now();
  std::string trouble;
  store_.write([&](store::Transaction& transaction) {
    const store::Submissions& ledger = store_.submissions();
    bool taken = true;
    if (services.not_sent()) {
      taken = ledger.not_sent(transaction, submission.id, attempt, services.not_sent()->what(),
                              now + pause(attempt), now);
      trouble = fmt::format("submission {}: {}", submission.id, services.not_sent()->what());
    } else if (!failure.empty() || !services.settlement()) {
      const std::string why = failure.empty() ? "stopped before the answer came" : failure;
      taken = ledger.lost(transaction, submission.id, attempt, why, now + first_inquiry, now);
      trouble =
          fmt::format("submission {}: whether it arrived is not known, it is asked: {}", submission.id, why);
    } else {
      taken = keep(transaction, submission.id, attempt, *services.settlement(), now);
    }
    if (!taken) {
      ledger.remark(transaction, submission.id, "tilts", contradiction(services.settlement()), now);
      trouble = fmt::format(
          "submission {}: the registry's answer to attempt {} contradicts what the ledger knows; look at "
          "tilts submissions show {}",
          submission.id, attempt, submission.id);
    }
  });
  return trouble;
}

bool Sender::keep(store::Transaction& transaction, const std::string& id, int64_t attempt,
                  const PushServices::Settlement& settlement, Time now) const {
  if (settlement.settled == host::Settled::received)
    return store_.submissions().received(transaction, id, attempt, settlement.number, "tilts", now);
  return store_.submissions().declined(transaction, id, attempt, settlement.reason, now);
}

std::string Sender::inquire(const store::Submission& submission, const std::stop_token& stop) {
  std::string sentence;
  std::optional<PushServices::Settlement> settlement;
  std::optional<Time> asked;
  store::Patience patience;
  try {
    const registries::Registry& registry = registries_.at(submission.registry);
    patience = {registry.exchange->profile().answer.skew, registry.exchange->profile().settle};
    const host::Entry entry = entry_of(submission);
    PushServices services(submission, entry, registry, store_, journal_, context(submission, registry),
                          clock_, stop);
    registry.adapter(watchdog_)->inquire(services, submission.operation, entry);
    settlement = services.settlement();
    asked = services.asked();
  } catch (const Error& error) {
    sentence = error.what();
  }
  if (stop.stop_requested() && !settlement) return {};
  const Time now = clock_.now();
  std::string trouble;
  store_.write([&](store::Transaction& transaction) {
    const store::Submissions& ledger = store_.submissions();
    if (!settlement || !asked) {
      const std::string why = sentence.empty() ? "the adapter asked nothing" : sentence;
      ledger.remark(transaction, submission.id, "tilts", "asked, without an answer that counts: " + why, now);
      ledger.ask_again(transaction, submission.id, submission.attempt,
                       now + inquiry_pause(now - submission.changed));
      trouble = fmt::format("submission {}: what became of it is still not known: {}", submission.id, why);
    } else if (settlement->settled != host::Settled::absent) {
      if (!keep(transaction, submission.id, submission.attempt, *settlement, now)) {
        ledger.remark(transaction, submission.id, "tilts", contradiction(settlement), now);
        trouble = fmt::format(
            "submission {}: the registry's answer contradicts what the ledger knows; look at tilts "
            "submissions show {}",
            submission.id, submission.id);
      }
    } else {
      const auto absence =
          ledger.absent(transaction, submission.id, submission.attempt, *asked, patience, now);
      if (absence.prepared && submission.attempt >= many_attempts)
        trouble = fmt::format(
            "submission {}: sent {} times and the registry has none of it; it is sent again, and somebody "
            "should ask the registry why",
            submission.id, submission.attempt);
      else if (!patience.settle)
        trouble = fmt::format(
            "submission {}: the registry has none of it, which proves nothing, for its profile has no "
            "settle-seconds; ask the registry, then tilts submissions resend {}",
            submission.id, submission.id);
    }
  });
  return trouble;
}

}  // namespace tilts::push
