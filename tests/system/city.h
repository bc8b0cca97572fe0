// A municipality for one test: configuration, keys, store and targets in a folder of its own, and the
// simulated registry beside it. Every night() is a process's whole life in small: it opens the store and
// closes it again.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/pull/job_runner.h"
#include "gateway/store/store.h"
#include "tests/support/simulator.h"
#include "tests/support/simulator_pki.h"
#include "tests/support/temporary_folder.h"

namespace tilts::system_test {

struct Plan {
  int residents = 300;
  std::string operation = "residents";
  bool snapshot = true;
  std::string date = "2026-11-21";
  std::string adapter = "population";
  std::string adapters = TILTS_ADAPTERS;
  std::string store = "sqlite:tilts.db";
  int page_size = 25;
  int silence_seconds = 300;
  long certificate_days = 30;
  support::KeyKind keys = support::KeyKind::ecdsa;
  int concurrency = 4;
  std::string soap = "1.2";
  // Texts of the registry's profile to replace: what the registry does and what the gateway expects of it.
  std::vector<std::pair<std::string, std::string>> profile;
  // Further words for the simulator, once the keys are made.
  std::function<std::vector<std::string>(const std::filesystem::path& folder)> simulator{};
};

// A run whose first load was announced.
pull::RunOptions initial();

class City {
 public:
  explicit City(Plan plan = {});

  // Opens everything, repairs, runs the job, closes everything.
  pull::RunReport night(pull::RunOptions options = {});
  void with(const std::function<void(pull::JobRunner&, store::Store&)>& work);

  support::Simulator& registry() { return *simulator_; }
  const support::SimulatorPki& pki() const { return pki_; }
  void stop_registry() { simulator_.reset(); }
  // In a process of its own, which may die: the exit code, or minus the signal. `first` is what it does
  // before anything else.
  int night_in_a_child(pull::RunOptions options = {}, const std::function<void()>& first = {});
  // The same, and the child is killed after so long when it has not ended by then.
  int night_in_a_child(pull::RunOptions options, std::chrono::microseconds kill_after,
                       const std::function<void()>& first = {});
  // A night passes in the registry, and a day for both clocks.
  void next_day();
  // Days in which nothing happens in the registry.
  void quiet_days(int days);
  Clock clock() const;

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path file(std::string_view name) const { return folder_.path() / name; }
  // Writes tilts.xml with one text replaced, and reads it again.
  void edit_configuration(std::string_view from, std::string_view to);
  // The same for the registry's profile, as the gateway has it: the registry goes on with what it has read.
  void edit_profile(std::string_view from, std::string_view to);

  // Complete delivery files of a target (those with a manifest), in the order in which to take them. Throws
  // when one is not what its manifest says.
  std::vector<std::filesystem::path> deliveries(const std::string& target) const;
  // The table as a reader of all deliveries would have it: client number to the row's line, without its
  // action.
  // Throws when a delivery tells that reader what it knows: a row added twice, changed to what it is, removed
  // when it is not there.
  std::map<std::string, std::string> table(const std::string& target) const;
  // Lines of the last deliveries of a target that begin with this action.
  std::vector<std::string> lines(const std::filesystem::path& file) const;

 private:
  void load();
  std::string configuration_text() const;

  const Plan plan_;
  support::TemporaryFolder folder_;
  support::SimulatorPki pki_;
  std::unique_ptr<support::Simulator> simulator_;
  config::Configuration configuration_;
  // Shared with the clocks that were handed out: they go on while days pass.
  std::shared_ptr<std::atomic<int64_t>> days_ = std::make_shared<std::atomic<int64_t>>(0);
};

}  // namespace tilts::system_test
