#include "gateway/schedule/scheduler.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::schedule {

using std::chrono::days;
using std::chrono::floor;

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
  guarded("schedule", [&] { planner_.look(clock_.now()); });
  if (const auto today = floor<days>(clock_.now()); today != last_day_) {
    last_day_ = today;
    guarded("daily duties", duties_.daily);
  }
  // Whoever watches from outside looks at its age. Written even when looking failed: the alarm says that,
  // while a heartbeat that stops says that nobody is here.
  guarded("heartbeat", [&] {
    const std::filesystem::path fresh = heartbeat_.string() + ".new";
    std::ofstream stream(fresh, std::ios::trunc);
    stream << to_text(clock_.now()) << '\n';
    if (!stream.flush()) throw Error(Code::config, fresh.string() + " cannot be written");
    std::filesystem::rename(fresh, heartbeat_);
  });
}

// Whatever happens inside becomes an alarm about `subject`, which ends when it went well again.
void Scheduler::guarded(const std::string& subject, const std::function<void()>& work) noexcept {
  try {
    work();
    if (troubled_.erase(subject) > 0) bell_.quiet(subject);
    return;
  } catch (const std::exception& failure) {
    bell_.ring(subject, "failed", fmt::format("{}: {}; it is tried again", subject, failure.what()));
  } catch (...) {
    bell_.ring(subject, "failed", subject + ": failed for a reason without words; it is tried again");
  }
  troubled_.insert(subject);
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
