// `tilts` as a process of its own, as an operator or systemd starts it.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

#include "tests/support/temporary_folder.h"
#include "tests/system/city.h"

namespace tilts::system_test {

class Command {
 public:
  // `environment`: NAME=VALUE, beside what this process has. `typed`: its standard input.
  Command(const std::filesystem::path& configuration, std::vector<std::string> words,
          const std::vector<std::string>& environment = {}, std::string_view typed = {});
  Command(const City& city, std::vector<std::string> words, const std::vector<std::string>& environment = {})
      : Command(city.file("tilts.xml"), std::move(words), environment) {}
  // Kills it when it still runs.
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Waits for its end, five minutes at most: the exit code, or minus the signal.
  int end();
  void signal(int number) const;
  // True as soon as it has printed `text` anywhere, false when it ends or two minutes pass without it.
  bool says(std::string_view text);
  // Of the process that has ended: the most memory it had at once, in KiB.
  long peak_memory() const { return usage_.ru_maxrss; }
  std::string out() const;
  std::string err() const;

 private:
  bool ended();

  support::TemporaryFolder folder_;
  pid_t process_ = -1;
  int status_ = 0;
  rusage usage_{};
};

// A daemon that serves; the constructor returns when it takes work from commands.
class Daemon : public Command {
 public:
  explicit Daemon(const std::filesystem::path& configuration);
  explicit Daemon(const City& city) : Daemon(city.file("tilts.xml")) {}
};

}  // namespace tilts::system_test
