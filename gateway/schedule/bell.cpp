#include "gateway/schedule/bell.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tilts::schedule {
namespace {

// The reading end of a pipe that holds `text`. A text of ours is far smaller than a pipe; what does not fit
// is cut, so that nobody waits for a command that does not read.
int pipe_with(const std::string& text) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  // With the other end still open here, this cannot end in a SIGPIPE.
  [[maybe_unused]] const ssize_t written = write(ends[1], text.data(), text.size());
  close(ends[1]);
  return ends[0];
}

// Like posix_spawn(): 0, or what errno would be.
int spawn_shell(const std::string& command, int input, pid_t& process) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  // Our threads block SIGTERM and SIGINT, and a child would inherit that: nothing that it starts could be
  // ended. A group of its own, so that all of it can be stopped.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh", option = "-c", words = command;
  char* arguments[] = {shell.data(), option.data(), words.data(), nullptr};
  const int error = posix_spawn(&process, "/bin/sh", &files, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("the alarm command was ended by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) == 0) return {};
  return fmt::format("the alarm command ended with {}", WEXITSTATUS(status));
}

// The number of the newest alarm; 0: there was none.
int64_t newest(const store::Store& store) {
  const auto alarms = store.read([&](store::Session& s) { return store.alarms().list(s, 1); });
  return alarms.empty() ? 0 : alarms.front().number;
}

}  // namespace

std::string run_alarm_command(const std::string& command, const std::string& text,
                              std::chrono::milliseconds patience) {
  const int input = pipe_with(text + '\n');
  if (input < 0) return fmt::format("the alarm command did not start: {}", std::strerror(errno));
  pid_t process = 0;
  const int error = spawn_shell(command, input, process);
  close(input);
  if (error != 0) return fmt::format("the alarm command did not start: {}", std::strerror(error));

  int status = 0;
  for (const auto until = std::chrono::steady_clock::now() + patience;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return how_it_ended(status);
    if (ended < 0 && errno != EINTR)
      return fmt::format("the alarm command could not be waited for: {}", std::strerror(errno));
    if (std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  kill(-process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return fmt::format("the alarm command did not end within {} ms and was stopped", patience.count());
}

Bell::Bell(store::Store& store, std::string command, std::string preface, Journal journal, Clock clock)
    : store_(store),
      command_(std::move(command)),
      preface_(std::move(preface)),
      journal_(std::move(journal)),
      clock_(std::move(clock)),
      rung_(newest(store)),
      caller_([this](const std::stop_token& stop) { run_commands(stop); }) {}

void Bell::ring(const std::string& subject, const std::string& kind, const std::string& sentence) noexcept
    try {
  const std::scoped_lock lock(mutex_);
  std::vector<store::Alarm> standing;
  try {
    standing = store_.write([&](store::Transaction& t) {
      store_.alarms().raise(t, subject, kind, sentence, clock_.now());
      return store_.alarms().standing(t);
    });
    unkept_.clear();
  } catch (const std::exception& failure) {
    // Without a store the alarm cannot stand, but it still rings, once.
    if (!unkept_.try_emplace({subject, kind}, sentence).second) return;
    journal_(fmt::format("alarm not kept: {}", failure.what()));
    return sound(sentence);
  }
  sound_new(standing);
} catch (...) {
  // Nothing is left to tell it to.
}

void Bell::ring_what_others_raised() noexcept try {
  const std::scoped_lock lock(mutex_);
  sound_new(store_.read([&](store::Session& s) { return store_.alarms().standing(s); }));
} catch (...) {
  // A store that is down has an alarm of its own.
}

// Numbers ascend: what is above the last one has not rung.
void Bell::sound_new(const std::vector<store::Alarm>& standing) {
  for (const store::Alarm& alarm : standing) {
    if (alarm.number <= rung_) continue;
    rung_ = alarm.number;
    sound(alarm.sentence);
  }
}

void Bell::sound(const std::string& sentence) {
  journal_("alarm: " + sentence);
  if (command_.empty()) return;
  texts_.push_back(preface_ + ": " + sentence);
  wake_.notify_one();
}

// One after another, and what is left at the end too: systemd waits for that (TimeoutStopSec).
void Bell::run_commands(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !texts_.empty(); })) {
    const std::string text = std::move(texts_.front());
    texts_.pop_front();
    lock.unlock();
    if (const std::string failure = run_alarm_command(command_, text); !failure.empty()) note(failure);
    lock.lock();
  }
}

void Bell::announce(const std::string& subject, const std::vector<std::string>& sentences) noexcept {
  for (const std::string& sentence : sentences) ring(subject, sentence, sentence);
  end(subject, sentences);
}

void Bell::quiet(const std::string& subject) noexcept { end(subject, {}); }

void Bell::end(const std::string& subject, const std::vector<std::string>& kept) noexcept try {
  const std::scoped_lock lock(mutex_);
  // What rang while the store was down is in the list of alarms at least as one that has ended.
  std::map<std::string, std::string> unkept;
  std::set<std::string> gone;
  for (const auto& [alarm, sentence] : unkept_)
    if (alarm.first == subject) unkept.emplace(alarm.second, sentence);
  for (const auto& [kind, sentence] : unkept) gone.insert(kind);
  for (const store::Alarm& alarm :
       store_.read([&](store::Session& s) { return store_.alarms().standing(s); }))
    if (alarm.subject == subject) gone.insert(alarm.kind);
  for (const std::string& kind : kept) gone.erase(kind);
  if (gone.empty()) return;  // nearly always, and a look costs no commit
  store_.write([&](store::Transaction& t) {
    for (const std::string& kind : gone) {
      if (unkept.contains(kind)) store_.alarms().raise(t, subject, kind, unkept.at(kind), clock_.now());
      store_.alarms().clear(t, subject, kind, "its cause is gone", clock_.now());
    }
  });
  unkept_.clear();
} catch (const std::exception& failure) {
  note(fmt::format("alarms about {} could not be cleared: {}", subject, failure.what()));
}

void Bell::note(const std::string& line) noexcept try {
  const std::scoped_lock lock(mutex_);
  journal_(line);
} catch (...) {
}

}  // namespace tilts::schedule
