// A municipality that enters people into the rehabilitation queue: configuration, keys, store, send journal
// and an intake's folder of its own, and the simulated queue beside it. Every with() is a process's whole
// life in small.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/JSON/Object.h>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/push/submission_runner.h"
#include "gateway/store/store.h"
#include "tests/support/simulator.h"
#include "tests/support/simulator_pki.h"
#include "tests/support/temporary_folder.h"

namespace tilts::system_test {

struct OfficePlan {
  std::string store = "sqlite:tilts.db";
  std::optional<int> settle_seconds = 5;  // nothing: the profile does not say
  int skew_seconds = 5;                   // the simulator's own is 60
  int lifetime_seconds = 10;              // of our requests
  int answer_seconds = 60;                // a machine that stands still for a while is no fault
  support::KeyKind keys = support::KeyKind::ecdsa;
  std::string adapter = "rehabilitation_queue";
  std::string adapters = TILTS_ADAPTERS;
  std::string spoken = "rehabilitation_queue";  // the adapter's folder that the profile is in
  std::string profile = "profile.xml";          // there
  std::string settings;                         // of the registry, as they stand in the configuration
  std::string entries = "folder=\"entries\"";   // where the intake finds them
  std::vector<std::string> folders;             // that the configuration names beside the usual ones
  bool receives = false;                        // the registry can encrypt for us
  std::string more;  // of the configuration; {certificate}, {key} and {anchor} are the office's own
};

// The same entries as documents through e-address, whose delivery notices are looked for.
OfficePlan through_e_address(std::string profile);

// One line of the registry's truth.
struct Committed {
  std::string case_number;
  std::string operation;
  std::string outcome;
  int times = 0;
  std::vector<std::string> numbers;
  std::vector<std::string> attachments;  // SHA-256, the registry's own
};

class QueueOffice {
 public:
  explicit QueueOffice(OfficePlan plan = {});

  // Writes an ordinary entry with its three documents; every pair replaces a text in it. The file's name.
  std::string enter(const std::string& case_number,
                    const std::vector<std::pair<std::string, std::string>>& changed = {});
  void with(const std::function<void(push::SubmissionRunner&, store::Store&)>& work);
  // So many rounds in one life; what was told.
  std::vector<std::string> rounds(int count = 2);
  // In a process of its own, killed after so long; the exit code, or minus the signal.
  int rounds_in_a_child(int count, std::chrono::microseconds kill_after);
  // The gateway's profile, not the registry's.
  void edit_profile(std::string_view from, std::string_view to);
  // Both clocks go on.
  void later(std::chrono::seconds time);
  // The gateway's alone jumps.
  void gateway_clock_jumps(std::chrono::seconds by) { *ahead_ += by.count(); }

  std::vector<store::Submission> ledger();
  store::Submission only();
  std::map<std::string, Committed> truth() const;  // by key
  std::string answer(const std::string& entry, std::string_view kind = "txt") const;

  support::Simulator& registry() { return *simulator_; }
  std::filesystem::path file(std::string_view name) const { return folder_.path() / name; }
  const config::Configuration& configuration() const { return configuration_; }
  Clock clock() const;

 private:
  std::string configuration_text() const;
  std::map<std::string, Committed> queue() const;
  std::map<std::string, Committed> sent() const;

  const OfficePlan plan_;
  support::TemporaryFolder folder_;
  support::SimulatorPki pki_;
  std::unique_ptr<support::Simulator> simulator_;
  config::Configuration configuration_;
  // Seconds. The gateway's is shared with child processes, whose clocks go on too.
  const std::shared_ptr<std::atomic<int64_t>> ahead_;
  int64_t registry_ahead_ = 0;
};

}  // namespace tilts::system_test
