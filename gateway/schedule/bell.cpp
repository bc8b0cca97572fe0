#include "gateway/schedule/bell.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <Poco/Pipe.h>
#include <Poco/PipeStream.h>
#include <Poco/Process.h>
#include <fmt/format.h>

namespace tilts::schedule {

std::string run_alarm_command(const std::string& command, const std::string& text,
                              std::chrono::milliseconds patience) {
  try {
    Poco::Pipe input;
    const Poco::ProcessHandle process =
        Poco::Process::launch("/bin/sh", {"-c", command}, &input, nullptr, nullptr);
    {
      // A text of ours is far smaller than a pipe, so this does not wait for a command that does not read.
      Poco::PipeOutputStream stream(input);
      stream << text << '\n';
    }
    input.close(Poco::Pipe::CLOSE_BOTH);
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const int status = process.tryWait();
      if (status == 0) return {};
      if (status > 0) return fmt::format("the alarm command ended with {}", status);
      if (std::chrono::steady_clock::now() > until) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    Poco::Process::kill(process.id());
    process.wait();
    return fmt::format("the alarm command did not end within {} ms and was stopped", patience.count());
  } catch (const std::exception& failure) {
    return fmt::format("the alarm command did not start: {}", failure.what());
  }
}

Bell::Bell(store::Store& store, std::string command, std::string preface, Journal journal, Clock clock)
    : store_(store),
      command_(std::move(command)),
      preface_(std::move(preface)),
      journal_(std::move(journal)),
      clock_(std::move(clock)) {}

void Bell::ring(const std::string& subject, const std::string& kind, const std::string& sentence) noexcept
    try {
  const std::scoped_lock lock(mutex_);
  bool fresh = true;
  try {
    fresh = store_.write([&](store::Transaction& t) {
      return store_.alarms().raise(t, subject, kind, sentence, clock_.now());
    });
  } catch (const std::exception& failure) {
    // Without a store the alarm cannot stand, but it still rings, once.
    const std::pair alarm(subject, kind);
    fresh = std::exchange(unkept_, alarm) != alarm;
    if (fresh) journal_(fmt::format("alarm not kept: {}", failure.what()));
  }
  if (!fresh) return;
  journal_("alarm: " + sentence);
  if (command_.empty()) return;
  if (const std::string failure = run_alarm_command(command_, preface_ + ": " + sentence); !failure.empty())
    journal_(failure);
} catch (...) {
  // Nothing is left to tell it to.
}

void Bell::quiet(const std::string& subject) noexcept try {
  // Nearly always nothing stands, and a look costs no commit.
  const auto standing = store_.read([&](store::Session& s) { return store_.alarms().standing(s); });
  if (std::ranges::count(standing, subject, &store::Alarm::subject) == 0) return;
  store_.write([&](store::Transaction& t) {
    store_.alarms().clear(t, subject, "a run that went well", clock_.now());
  });
} catch (const std::exception& failure) {
  note(fmt::format("alarms about {} could not be cleared: {}", subject, failure.what()));
}

void Bell::note(const std::string& line) noexcept try {
  const std::scoped_lock lock(mutex_);
  journal_(line);
} catch (...) {
}

}  // namespace tilts::schedule
