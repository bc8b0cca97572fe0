#include "gateway/push/submission_runner.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/push/entry_folder.h"
#include "gateway/push/entry_tables.h"

namespace tilts::push {
namespace {

using store::SubmissionState;

constexpr size_t at_once = 16;
constexpr size_t batch = 64;
constexpr std::chrono::minutes most_backwards{5};
constexpr std::chrono::minutes patience{10};  // before what is not settled becomes an alarm
constexpr size_t most_told = 100;

// The longest that a message of any registry is signed for.
std::chrono::milliseconds longest_lifetime(const config::Configuration& configuration,
                                           const registries::Registries& registries) {
  std::chrono::milliseconds longest{0};
  for (const config::IntakeSettings& intake : configuration.intakes)
    longest = std::max<std::chrono::milliseconds>(
        longest, registries.at(intake.registry).exchange->profile().request.lifetime);
  return longest;
}

}  // namespace

SubmissionRunner::SubmissionRunner(const config::Configuration& configuration, store::Store& store,
                                   const registries::Registries& registries, Clock clock)
    : configuration_(configuration),
      store_(store),
      clock_(std::move(clock)),
      journal_(configuration.send_journal, store::SendJournal::Missing::create),
      sender_(configuration, store, registries, journal_, clock_) {
  for (const config::IntakeSettings& settings : configuration.intakes)
    places_.emplace_back(configuration, settings, store, registries, clock_);
  const auto lifetime = longest_lifetime(configuration, registries);
  store_.write([&](store::Transaction& transaction) {
    store_.submissions().reconcile(transaction, journal_, lifetime, clock_.now());
    store_.submissions().cut_off(transaction, clock_.now());
  });
}

OpenPlace SubmissionRunner::place_of(const config::IntakeSettings& settings) {
  return [&settings]() -> std::unique_ptr<EntryPlace> {
    if (!settings.connection.empty()) return std::make_unique<EntryTables>(settings);
    return std::make_unique<EntryFolder>(settings.folder, "intake " + settings.name);
  };
}

std::chrono::seconds SubmissionRunner::every() const {
  std::chrono::seconds shortest{60};
  for (const config::IntakeSettings& intake : configuration_.intakes)
    shortest = std::min(shortest, intake.every);
  return shortest;
}

SubmissionRunner::Told SubmissionRunner::round(const std::stop_token& stop) {
  const std::scoped_lock lock(mutex_);
  Told told;
  const auto stands = [&](std::vector<std::string> sentences) {
    std::ranges::move(sentences, std::back_inserter(told.standing));
  };
  try {
    // Nothing is under way between rounds: what is `sending` now could not be written down.
    store_.write(
        [&](store::Transaction& transaction) { store_.submissions().cut_off(transaction, clock_.now()); });
    for (Place& place : places_) stands(place.box.look());
    demand_sound_clock();
    told.happened = drain(stop);
    stand(told.standing);
  } catch (const std::exception& error) {
    stands({error.what()});
  }
  for (Place& place : places_) stands(place.box.answer());
  return told;
}

// Submissions are stamped and expire by the wall clock: one that went back would send what a registry takes
// for old, and count "absent" too early.
void SubmissionRunner::demand_sound_clock() const {
  const Time last =
      store_.read([&](store::Session& session) { return store_.submissions().last_change(session); });
  if (clock_.now() + most_backwards < last)
    throw Error(Code::config, fmt::format("submissions: the clock shows {} and the ledger was written at {}; "
                                          "nothing is sent until the clock is right, set it",
                                          to_text(clock_.now()), to_text(last)));
}

std::vector<std::string> SubmissionRunner::drain(const std::stop_token& stop) {
  std::vector<std::string> told;
  std::set<std::string> done;
  for (const SubmissionState state : {SubmissionState::prepared, SubmissionState::unknown}) {
    while (!stop.stop_requested()) {
      std::vector<store::Submission> due = store_.read([&](store::Session& session) {
        return store_.submissions().due(session, state, clock_.now(), batch + done.size());
      });
      std::erase_if(due, [&](const store::Submission& one) { return done.contains(one.id); });
      if (due.empty()) break;
      for (const store::Submission& one : due) done.insert(one.id);
      std::vector<std::string> sentences(due.size());
      std::atomic<size_t> next{0};
      {
        std::vector<std::jthread> threads;
        for (size_t i = 0; i < std::min(at_once, due.size()); ++i)
          threads.emplace_back([&] {
            for (size_t index = next++; index < due.size() && !stop.stop_requested(); index = next++)
              sentences[index] = one(due[index], stop);
          });
      }
      for (std::string& sentence : sentences)
        if (!sentence.empty()) told.push_back(std::move(sentence));
    }
  }
  return told;
}

std::string SubmissionRunner::one(const store::Submission& submission, const std::stop_token& stop) try {
  if (submission.state == SubmissionState::unknown) return sender_.inquire(submission, stop);
  // Once begun it is brought to its end, which the registry's time-out bounds: stopped in the middle it would
  // be unknown.
  return waits(submission) ? std::string() : sender_.send(submission, {});
} catch (const std::exception& error) {
  return fmt::format("submission {}: {}", submission.id, error.what());
}

// A correction or withdrawal goes after what it is about: before that is settled nobody knows what it would
// change.
bool SubmissionRunner::waits(const store::Submission& submission) const {
  const int64_t before = revision_before(entry_of(unpack_entry(submission.content)));
  if (before == 0) return false;
  const auto known = store_.read([&](store::Session& session) {
    return store_.submissions().find_revision(session, submission.registry, submission.case_number, before);
  });
  return known && known->state != SubmissionState::received && known->state != SubmissionState::declined;
}

// By the ledger, so that it is the same after a restart.
void SubmissionRunner::stand(std::vector<std::string>& standing) const {
  const Time now = clock_.now();
  store_.read([&](store::Session& session) {
    const store::Submissions& ledger = store_.submissions();
    for (const store::Break& found : ledger.breaks(session))
      if (found.stands())
        standing.push_back(
            fmt::format("the send journal does not fit the store ({}, noticed {}): every submission is asked "
                        "about before it is sent; when you know why, tilts restore accept --because TEXT",
                        store::name(found.kind), to_text(found.noticed)));
    for (const store::Submission& one : ledger.list(session, SubmissionState::unknown, most_told))
      if (one.changed + patience < now)
        standing.push_back(
            fmt::format("submission {}: nobody knows since {} whether the registry has it; it is "
                        "asked again and again, tilts submissions show {} says how that goes",
                        one.id, to_text(one.changed), one.id));
    for (const store::Submission& one : ledger.list(session, SubmissionState::prepared, most_told))
      if (one.created + patience < now && one.due > now)
        standing.push_back(fmt::format(
            "submission {}: it could not be sent yet; tilts submissions show {} says why", one.id, one.id));
  });
}

SubmissionRunner::Place& SubmissionRunner::place(const std::string& intake) {
  if (intake.empty() && places_.size() == 1) return places_.front();
  for (Place& place : places_)
    if (place.intake.settings().name == intake) return place;
  throw Error(Code::config, intake.empty() ? "several intakes are configured; name one with --intake"
                                           : "no intake is called " + intake);
}

SubmissionRunner::Submitted SubmissionRunner::submit(const std::string& intake,
                                                     const std::filesystem::path& file,
                                                     const std::stop_token& stop) {
  const std::scoped_lock lock(mutex_);
  demand_sound_clock();
  Place& found = place(intake);
  const std::string owner = "intake " + found.intake.settings().name;
  Letterbox beside(found.intake, store_, found.title,
                   [&] { return std::make_unique<EntryFolder>(file.parent_path(), owner); });
  Submitted submitted{beside.take_now(file.filename()), {}};
  if (!submitted.taken.submission.empty()) {
    const auto known = store_.read([&](store::Session& session) {
      return store_.submissions().find(session, submitted.taken.submission);
    });
    if (known && known->state == SubmissionState::prepared) submitted.happened = one(*known, stop);
  }
  beside.answer();
  return submitted;
}

}  // namespace tilts::push
