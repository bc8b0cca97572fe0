#include "tests/system/command.h"

#include <csignal>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tilts::system_test {
namespace {

using std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Command::Command(const std::filesystem::path& configuration, std::vector<std::string> words,
                 const std::vector<std::string>& environment, std::string_view typed) {
  words.insert(words.begin(), {TILTS_PROGRAM, "--configuration", configuration.string()});
  std::vector<std::string> all = environment;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const std::string out = folder_.write("out", ""), err = folder_.write("err", "");
  const std::string in = folder_.write("in", typed);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_APPEND, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_APPEND, 0);
  const int failure =
      posix_spawn(&process_, TILTS_PROGRAM, &files, nullptr, pointers(words).data(), pointers(all).data());
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) throw std::runtime_error("cannot start " TILTS_PROGRAM);
}

Command::~Command() {
  if (ended()) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

bool Command::ended() {
  if (process_ > 0 && wait4(process_, &status_, WNOHANG, &usage_) == process_) process_ = -1;
  return process_ < 0;
}

int Command::end() {
  const auto deadline = steady_clock::now() + std::chrono::minutes{5};
  while (!ended()) {
    if (steady_clock::now() > deadline) throw std::runtime_error("tilts does not end: " + out() + err());
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return WIFSIGNALED(status_) ? -WTERMSIG(status_) : WEXITSTATUS(status_);
}

void Command::signal(int number) const { kill(process_, number); }

bool Command::says(std::string_view text) {
  const auto deadline = steady_clock::now() + std::chrono::minutes{2};
  for (bool last = false;;) {
    if ((out() + err()).find(text) != std::string::npos) return true;
    if (last || steady_clock::now() > deadline) return false;
    last = ended();
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

std::string Command::out() const { return support::read_file(folder_.path() / "out"); }
std::string Command::err() const { return support::read_file(folder_.path() / "err"); }

Daemon::Daemon(const std::filesystem::path& configuration) : Command(configuration, {"serve"}) {
  const auto deadline = steady_clock::now() + std::chrono::minutes{2};
  while (Command(configuration, {"status"}).says("Daemon    runs") == false)
    if (steady_clock::now() > deadline) throw std::runtime_error("the daemon does not serve: " + err());
}

}  // namespace tilts::system_test
