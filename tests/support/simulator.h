// Starts the simulated registry as a process of its own and stops it again; its control port in three calls.
// What the paths and JSON fields mean: tests/simulator/README.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tests/support/temporary_folder.h"

namespace tilts::support {

class Simulator {
 public:
  // Runs `program` with `arguments` (free ports are added) and returns when it is ready; throws when it ends
  // first or is not ready in a minute. It ends with the thread that made it, so no killed test leaves one
  // behind.
  Simulator(const std::filesystem::path& program, const std::vector<std::string>& arguments);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  int port() const { return port_; }
  std::string endpoint() const;  // https://127.0.0.1:PORT/population

  // The control port; each throws with the simulator's own sentence unless the answer is 200.
  std::string get(std::string_view path) const;
  std::string post(std::string_view path, std::string_view json) const;
  std::string remove(std::string_view path) const;

  // One number out of GET /counters.
  long counter(std::string_view name) const;
  // POST /faults, e.g. fault(R"({"kind":"unsigned","count":1})").
  void fault(std::string_view json) const { post("/faults", json); }
  void advance(int nights) const;

  pid_t process() const { return process_; }
  // User and system time it took so far.
  double cpu_seconds() const;
  // SIGTERM and wait; the exit code.
  int stop();

 private:
  TemporaryFolder folder_;
  pid_t process_ = -1;
  int port_ = 0;
  int control_port_ = 0;
};

}  // namespace tilts::support
