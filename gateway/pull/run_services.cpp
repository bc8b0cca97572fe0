#include "gateway/pull/run_services.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/mapping/personas_kods.h"

namespace tilts::pull {
namespace {

[[noreturn]] void only_when_pushing(const char* service) {
  throw Error(Code::bug,
              fmt::format("the adapter calls {} in a pull, where nothing is submitted; report it to the "
                          "adapter's author",
                          service));
}

void end_of_answer(const exchange::Verified** answering) { *answering = nullptr; }

bool names_person(std::string_view subject) {
  const auto code = mapping::normalise_personas_kods(subject);
  return code && (mapping::birth_date(*code) || mapping::carries_no_date(*code));
}

}  // namespace

RunServices::RunServices(Run run, const registries::Registry& registry, store::Store& store, People& people,
                         Clock clock)
    : RegistryServices(registry, std::move(clock), "run " + run.id, run.stop),
      run_(std::move(run)),
      store_(store),
      people_(people),
      context_{run_.user.empty() ? run_.job : run_.job + " by " + run_.user, run_.legal_basis,
               registry.settings.name, run_.id, run_.evidence_kept} {}

void RunServices::told() const {
  if (run_.progress) run_.progress(fetched_);
}

void RunServices::ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) {
  registries::Lookups lookups(store_, clock(), context_);
  const auto call = [&](size_t index) {
    host::Request made = request(index);
    for (const std::string& subject : made.subjects)
      if (!people_.find(subject))
        throw Error(
            Code::bug,
            "the adapter asks about somebody who is not on the roster of this job; nothing was asked, "
            "report it to the adapter's author");
    exchange::Call asking = call_of(made);
    lookups.planned(index, asking.operation, std::move(made.subjects));
    return asking;
  };
  const auto take = [&](size_t index, const exchange::Verified& verified) {
    answered(lookups.taken(index));
    answering_ = &verified;
    const Handle<const exchange::Verified*, end_of_answer> ended(&answering_);
    hand_over(verified, index, answer);
    told();
  };
  try {
    registry().exchange->ask_many(count, call, take, lookups.hooks(), run_.stop);
  } catch (...) {
    lookups.close();
    if (run_.stop.stop_requested()) throw host::Cancelled();
    throw;
  }
  lookups.close();
}

void RunServices::answered(registries::Lookups::Taken answer) {
  ++fetched_.answers;
  fetched_.asked += static_cast<int64_t>(answer.codes.size());
  for (const std::string& code : answer.codes) people_.asked(*people_.find(code));
  answer.codes.clear();
  if (!told_.empty() && told_.back().people.empty()) told_.pop_back();
  told_.push_back({std::move(answer), {}});
}

// Without a roster nothing says who may be kept, so no person may come: purpose limitation is not one line of
// configuration away.
void RunServices::emit_unlisted(const host::Emitted& record) {
  const std::string subject(subject_of(record.key));
  if (names_person(subject) || names_person(subject_of(record.previous_key)))
    throw Error(
        Code::config,
        fmt::format(
            "operation {} tells of people by their personas kods, and its job has no roster of whom it "
            "may keep; nothing was kept, give it a roster",
            run_.operation));
  told_of_.insert(subject);
  fetched_.told_of = static_cast<int64_t>(told_of_.size());
  if (record.presence == host::Presence::held) {
    ++fetched_.held;
    fetched_.not_taken.push_back(
        {{}, std::string(record.type), std::string(record.key), false, std::string(record.reason)});
    return;
  }
  buffer_.push_back(record.record());
}

void RunServices::emit(const host::Emitted& record) {
  if (run_.no_roster) return emit_unlisted(record);
  const std::string_view subject = subject_of(record.key);
  const People::Index* person = people_.find(subject);
  if (!person && !record.previous_key.empty()) {
    person = people_.find(subject_of(record.previous_key));
    if (person) people_.also_known_as(subject, *person);
  }
  if (!person) {
    // A change feed tells of everybody. Whom the municipality has no case with is none of its business.
    if (last_dropped_ != subject) ++fetched_.dropped;
    last_dropped_ = subject;
    return;
  }
  people_.answered(*person);
  if (!people_.was_asked(*person)) {
    if (told_.empty()) told_.push_back({{run_.operation, {}, {}, {}}, {}});
    told_.back().people.insert(*person);
  }
  if (record.presence == host::Presence::held) {
    ++fetched_.held;
    fetched_.not_taken.push_back({people_.client(*person), std::string(record.type), std::string(record.key),
                                  false, std::string(record.reason)});
    return;
  }
  if (record.presence == host::Presence::gone && record.key == subject) {
    ++fetched_.gone;
    fetched_.not_taken.push_back(
        {people_.client(*person), std::string(record.type), std::string(record.key), true, {}});
  }
  buffer_.push_back(record.record());
}

// Whom a feed tells of nobody named beforehand: what came of them is a look-up all the same, and is audited
// with the records.
void RunServices::audit_told(store::Transaction& transaction) const {
  for (const auto& [answer, people] : told_) {
    if (people.empty()) continue;
    store::Asked asked{
        context_.actor, context_.legal_basis, context_.registry, answer.operation, run_.id, {}};
    for (const People::Index person : people) asked.codes.push_back(people_.code(person));
    const auto ids = store_.audit().asked(transaction, {asked}, clock().now());
    store_.audit().answered(transaction, {{ids.at(0), "told unasked", answer.message_ids, answer.evidence}},
                            clock().now());
  }
}

void RunServices::checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) {
  store_.write([&](store::Transaction& transaction) {
    audit_told(transaction);
    for (const Record& record : buffer_) {
      store_.records().put(transaction, registry().settings.name, run_.id, record, clock().now());
      if (run_.no_roster && record.present)
        store_.rosters().tell(transaction, run_.job, subject_of(record.key), clock().now());
    }
    // A snapshot starts at the beginning every night: only so can it be known to be whole.
    if (!run_.snapshot) store_.cursors().put(transaction, run_.job, cursor);
  });
  fetched_.records += static_cast<int64_t>(buffer_.size());
  if (snapshot_total) fetched_.total = snapshot_total;
  buffer_.clear();
  if (incoming_) incoming_->drop();  // of what was held nothing waits on the disk
  // The rest of the last answer may still be told.
  if (told_.size() > 1) told_.erase(told_.begin(), told_.end() - 1);
  if (!told_.empty()) told_.back().people.clear();
  told();
}

void RunServices::park(std::string_view token, std::chrono::seconds until) {
  fetched_.parked_until = clock().now() + until;
  const store::Parked parked{.run = run_.asked_by.empty() ? run_.id : run_.asked_by,
                             .job = run_.job,
                             .adapter = run_.adapter,
                             .operation = run_.operation,
                             .record = {},
                             .token = std::string(token),
                             .due = *fetched_.parked_until};
  store_.write([&](store::Transaction& transaction) { store_.parked().put(transaction, parked); });
}

std::string RunServices::sign_document(std::string_view) { only_when_pushing("sign_document"); }

IncomingFiles& RunServices::incoming() {
  if (!run_.documents)
    throw Error(Code::config,
                fmt::format("operation {} brings files, and its job has no folder for them; say <documents "
                            "folder=\"…\"/> below its roster",
                            run_.operation));
  if (!incoming_)
    incoming_.emplace(IncomingFiles::Terms{.owner = "documents",
                                           .folder = run_.documents->folder,
                                           .quota = run_.documents->quota_megabytes << 20,
                                           .keys = registry().keys->identities(),
                                           .legacy = registry().exchange->profile().answer.legacy});
  return *incoming_;
}

void RunServices::collect(std::string_view file, std::string_view received_id) {
  if (answering_ != nullptr)
    for (const exchange::ReceivedPart& part : answering_->received())
      if (part.id == received_id)
        return incoming().collect(file, part.covered,
                                  [&](const IncomingFiles::Take& take) { part.read(take); });
  throw Error(Code::bug,
              "the adapter collects a part that the answer does not have; report it to the adapter's author");
}

// What stood in an answer that is signed was covered by that signature.
void RunServices::collect_bytes(std::string_view file, std::string_view bytes) {
  const bool covered =
      answering_ != nullptr && answering_->assurance() == exchange::Assurance::message_signed;
  incoming().collect(file, covered, [&](const IncomingFiles::Take& take) { take(bytes); });
}

std::string RunServices::keep_file(const host::IncomingFile& file) { return incoming().keep(file); }

void RunServices::submit(const host::Request&, const TakeAnswer&) { only_when_pushing("submit"); }
void RunServices::settle(host::Settled, std::string_view, std::string_view) { only_when_pushing("settle"); }

uint64_t RunServices::roster_size() { return people_.size(); }

std::vector<std::string> RunServices::roster(uint64_t first, uint64_t count) {
  std::vector<std::string> codes;
  const uint64_t end = first >= people_.size() ? first : first + std::min(count, people_.size() - first);
  for (uint64_t person = first; person < end; ++person)
    codes.push_back(people_.code(static_cast<People::Index>(person)));
  return codes;
}

}  // namespace tilts::pull
