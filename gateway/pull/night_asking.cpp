#include <Poco/Logger.h>
#include <fmt/format.h>

#include "gateway/pull/night.h"

// The steps of a night that ask the registry.
namespace tilts::pull {
namespace {

Finding finding_of(const NotTaken& record) {
  if (record.unknown_person)
    return {Weight::record,
            "person-unknown",
            record.type,
            record.key,
            "",
            "registry",
            "The registry knows nobody with this personas kods; check it in the case.",
            "Reģistrs personu ar šādu personas kodu nepazīst; pārbaudiet kodu klienta lietā."};
  if (record.client.empty())
    return {Weight::record,
            "registry-record-held",
            record.type,
            record.key,
            "",
            "registry",
            "This record of the registry cannot be taken: " + record.reason,
            "Šo reģistra ierakstu nevarēja pieņemt: " + record.reason};
  return {Weight::record,
          "registry-record-held",
          record.type,
          record.key,
          "",
          "registry",
          "The registry's answer about this person cannot be taken: " + record.reason,
          "Reģistra atbildi par šo personu nevarēja pieņemt: " + record.reason};
}

}  // namespace

void Night::check_legal_basis() const {
  const config::LegalBasis* basis = configuration_.legal_basis(job_.legal_basis);
  const Date today = day_in(job_.zone(), started_);
  if (!basis || !basis->valid_on(today) || !basis->allows(job_.operation))
    throw Error(
        Code::config,
        fmt::format("legal basis {}: it does not allow operation {} on {}; nobody was asked about, renew it",
                    job_.legal_basis, job_.operation, to_text(today)));
}

void Night::fetch() {
  check_legal_basis();
  const registries::Registry& registry = registries_.at(job_.registry);
  const std::string& adapter_id = registry.library->descriptor().id;
  // One question at a time: while its answer is awaited the registry is not asked again.
  auto parked = store_.read(
      [&](store::Session& session) { return store_.parked().find(session, job_.name, job_.operation); });
  if (parked && parked->adapter != adapter_id) parked.reset();  // another adapter cannot read its token
  if (parked && parked->due > clock_.now()) return answers_later(parked->due);
  const store::Parked* resumed = parked ? &*parked : nullptr;
  const auto adapter = registry.adapter(watchdog_);
  const auto tell = [this](const Fetched& fetched) {
    if (options_.progress)
      options_.progress({.stage = Progress::Stage::asking,
                         .pages = fetched.answers,
                         .records = fetched.records,
                         .total = report_.counts.roster,
                         .done = fetched.asked});
  };
  RunServices services({.id = report_.run,
                        .job = job_.name,
                        .operation = job_.operation,
                        .adapter = adapter_id,
                        .user = options_.user,
                        .snapshot = job_.snapshot,
                        .no_roster = no_roster(),
                        .asked_by = resumed ? resumed->run : std::string(),
                        .legal_basis = job_.legal_basis,
                        .documents = job_.documents,
                        .evidence_kept = configuration_.store.evidence_kept,
                        .stop = options_.stop,
                        .progress = tell},
                       registry, store_, people_, clock_);
  const auto keep_counts = [&] {
    const Fetched& fetched = services.fetched();
    report_.counts.asked = fetched.asked;
    report_.counts.pages = fetched.answers;
    report_.counts.records = fetched.records;
    report_.counts.dropped = fetched.dropped;
    report_.counts.gone = fetched.gone;
    tell_not_taken(fetched.not_taken);
  };
  host::Ended ended;
  try {
    ended = enter(*adapter, services, resumed);
  } catch (...) {
    keep_counts();
    throw;
  }
  keep_counts();
  if (ended == host::Ended::cancelled) throw host::Cancelled();
  if (ended == host::Ended::parked) return answers_later(*services.fetched().parked_until);
  report_.fetched = true;
  for (const std::string& problem : registry.problems()) Poco::Logger::get("pull").warning(problem);
  if (job_.snapshot) judge_snapshot(services.fetched(), resumed);
}

// Where the operation goes on. What a feed told of people who joined since was dropped.
std::string Night::cursor() const {
  if (job_.snapshot) return {};
  return store_.read([&](store::Session& session) {
    const bool joined = newest_joined_ > store_.runs().last_good_end(session, job_.name);
    return job_.joiners_from_the_beginning && joined ? std::string()
                                                     : store_.cursors().get(session, job_.name);
  });
}

void Night::answers_later(Time due) {
  report_.answer_later = fmt::format(
      "registry {}: its answer comes later, {} after {}", job_.registry,
      job_.schedule ? "the schedule takes it up" : "take it up with tilts run " + job_.name, to_text(due));
}

host::Ended Night::enter(host::Adapter& adapter, RunServices& services, const store::Parked* parked) {
  const std::string& id = adapter.descriptor().id;
  store_.write([&](store::Transaction& transaction) { store_.runs().enter(transaction, report_.run, id); });
  marks_.entered(id, report_.run);
  const auto leave = [&] {
    marks_.left(report_.run);
    store_.write([&](store::Transaction& transaction) { store_.runs().enter(transaction, report_.run, ""); });
  };
  const auto settled = [&] {
    store_.write([&](store::Transaction& transaction) {
      store_.parked().remove(transaction, job_.name, job_.operation);
    });
  };
  host::Ended ended;
  try {
    ended = parked ? adapter.resume(services, job_.operation, nullptr, parked->token)
                   : adapter.pull(services, job_.operation, cursor());
  } catch (const Error& error) {
    leave();
    // The registry's own no is an end; whatever else went wrong may be mended, and the answer still come.
    if (parked && error.code() == Code::declined) settled();
    throw;
  } catch (...) {
    leave();
    throw;
  }
  leave();
  if (parked && ended == host::Ended::done) settled();
  return ended;
}

void Night::tell_not_taken(const std::vector<NotTaken>& not_taken) {
  for (const NotTaken& record : not_taken)
    sink_->add({"", record.client, std::string(subject_of(record.key)), ""}, finding_of(record));
  sink_->flush();
}

// Only a snapshot that is whole beyond doubt says who is not in the registry any more.
void Night::judge_snapshot(const Fetched& fetched, const store::Parked* parked) {
  const uint64_t named = people_.answered() + static_cast<uint64_t>(fetched.dropped + fetched.told_of);
  const char* what = no_roster() ? "entries" : "people";
  if (!fetched.total)
    report_.why_no_removals = fmt::format("the registry did not say how many {} its snapshot holds", what);
  else if (*fetched.total != named)
    report_.why_no_removals =
        fmt::format("the registry counts {} {} and {} came, ask it", *fetched.total, what, named);
  else if (fetched.held > 0)
    report_.why_no_removals = fmt::format("{} records of the snapshot could not be taken", fetched.held);
  else if (parked && joined_since(*parked))
    report_.why_no_removals = "people joined the roster after the registry was asked";
  whole_snapshot_ = report_.why_no_removals.empty();
  if (whole_snapshot_)
    store_.write([&](store::Transaction& transaction) {
      store_.records().mark_unseen_gone(transaction, job_.name, job_.registry, report_.run);
    });
}

// Of them an answer to an older question says nothing.
bool Night::joined_since(const store::Parked& parked) const {
  const auto asked =
      store_.read([&](store::Session& session) { return store_.runs().find(session, parked.run); });
  return !asked || newest_joined_ > asked->ended.value_or(asked->started);
}

}  // namespace tilts::pull
