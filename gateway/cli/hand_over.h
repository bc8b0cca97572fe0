// A command that would write the store, while a daemon holds it: the daemon does the work and the command
// prints what it says, so that whoever typed it sees the same as without one.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/cli/command.h"
#include "gateway/config/configuration.h"
#include "gateway/pull/job_runner.h"

namespace tilts::push {
class SubmissionRunner;
}

namespace tilts::cli {

// The daemon's own things, when it does a command's work (Context::served).
struct Served {
  const config::Configuration& configuration;
  pull::JobRunner& runner;
  store::Store& store;
  push::SubmissionRunner* submissions;  // nullptr: no intake is configured
  std::string user;                     // who asked
  std::stop_token stop;                 // Ctrl-C there, SIGTERM here
};

// The daemon's socket, beside its heartbeat.
std::filesystem::path desk_file(const config::Configuration& configuration);
// What daemon and command must agree upon: the program, and every byte of tilts.xml.
std::string setup_of(const config::Configuration& configuration);

// Whether a daemon is there, however busy. Throws Error(config) when this user may not know.
bool daemon_answers(const config::Configuration& configuration);

// Nothing when no daemon is there. `stop`: Ctrl-C, which finishes the page as it does without a daemon.
// Throws Error: config when the daemon serves another setup, transient when it says nothing within
// `patience` or dies meanwhile.
std::optional<Exit> hand_over(Context& context, const config::Configuration& configuration,
                              const std::vector<std::string>& words, const std::stop_token& stop = {},
                              std::chrono::milliseconds patience = std::chrono::seconds{10});

}  // namespace tilts::cli
