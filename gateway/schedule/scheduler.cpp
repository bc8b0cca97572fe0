#include "gateway/schedule/scheduler.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::schedule {

using std::chrono::days;
using std::chrono::floor;

namespace {

constexpr std::chrono::minutes pause_after_failed_duties{10};

}  // namespace

Outcome outcome_of(const pull::RunReport& report) {
  using Kind = Outcome::Kind;
  const auto outcome = [&](Kind kind) {
    return Outcome{kind, report.run, report.sentence, std::string(pull::name(report.state))};
  };
  switch (report.state) {
    case pull::RunState::done:
    case pull::RunState::done_held_back:
    case pull::RunState::preview:
      return outcome(Kind::done);
    case pull::RunState::parked:
      return outcome(Kind::parked);
    case pull::RunState::waiting:
      return outcome(Kind::waiting);
    case pull::RunState::transient:
      return outcome(Kind::unreachable);
    case pull::RunState::interrupted:
      return outcome(Kind::stopped);
    case pull::RunState::untrusted:
    case pull::RunState::declined:
    case pull::RunState::config:
    case pull::RunState::bug:
      break;
  }
  return outcome(Kind::failed);
}

Scheduler::Scheduler(Planner& planner, Bell& bell, Duties duties, std::filesystem::path heartbeat,
                     Clock clock, std::chrono::milliseconds interval)
    : planner_(planner),
      bell_(bell),
      duties_(std::move(duties)),
      heartbeat_(std::move(heartbeat)),
      clock_(std::move(clock)),
      interval_(interval) {}

void Scheduler::serve(std::stop_token stop) {
  std::vector<std::jthread> lanes;
  for (const std::string& lane : planner_.lanes())
    lanes.emplace_back([this, lane, stop] { work(lane, stop); });
  do look();
  while (pause(stop));
}

void Scheduler::look() noexcept {
  const Time now = clock_.now();
  guarded("schedule", [&] { planner_.look(now); });
  bell_.ring_what_others_raised();
  if (const auto today = floor<days>(now); today != last_day_ && now >= daily_not_before_) {
    if (guarded("daily duties", duties_.daily))
      last_day_ = today;
    else
      daily_not_before_ = now + pause_after_failed_duties;
  }
  // Whoever watches from outside looks at its age. Written even when looking failed: the alarm says that,
  // while a heartbeat that stops says that nobody is here.
  guarded("heartbeat", [&] {
    const std::filesystem::path fresh = heartbeat_.string() + ".new";
    std::ofstream stream(fresh, std::ios::trunc);
    stream << to_text(now) << '\n';
    if (!stream.flush()) throw Error(Code::config, fresh.string() + " cannot be written");
    std::filesystem::rename(fresh, heartbeat_);
  });
}

// Whatever happens inside becomes an alarm about `subject`, which ends when it went well again.
bool Scheduler::guarded(const std::string& subject, const std::function<void()>& work) noexcept {
  try {
    work();
    if (end_trouble(subject)) bell_.quiet(subject);
    return true;
  } catch (const std::exception& failure) {
    bell_.ring(subject, "failed", fmt::format("{}: {}; it is tried again", subject, failure.what()));
  } catch (...) {
    bell_.ring(subject, "failed", subject + ": failed for a reason without words; it is tried again");
  }
  begin_trouble(subject);
  return false;
}

void Scheduler::begin_trouble(const std::string& subject) {
  const std::scoped_lock lock(mutex_);
  troubled_.insert(subject);
}

bool Scheduler::end_trouble(const std::string& subject) {
  const std::scoped_lock lock(mutex_);
  return troubled_.erase(subject) > 0;
}

void Scheduler::work(const std::string& lane, std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      if (const std::optional<Due> due = planner_.take(lane, clock_.now())) {
        Outcome outcome{.kind = Outcome::Kind::failed,
                        .run = {},
                        .sentence = "job " + due->job + ": ended for a reason without words",
                        .trouble = std::string(pull::name(pull::RunState::bug))};
        try {
          outcome = outcome_of(duties_.run(*due, stop));
        } catch (const std::exception& failure) {
          outcome.sentence = fmt::format("job {}: {}", due->job, failure.what());
        } catch (...) {
        }
        planner_.ended(*due, outcome, clock_.now());
        continue;
      }
    } catch (const std::exception& failure) {
      bell_.ring("schedule", "registry " + lane,
                 fmt::format("registry {}: the ledger could not be written: {}", lane, failure.what()));
      begin_trouble("schedule");  // the next look that goes well ends it
    }
    pause(stop);
  }
}

bool Scheduler::pause(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, interval_, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace tilts::schedule
