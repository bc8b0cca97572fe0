// Entries from where they lie to the registry, once each, and their answers back: one SubmissionRunner serves
// a process.
//   folder or tables ▶ Intake ▶ ledger ▶ Sender ─ send, inquire ─▶ ledger ▶ answer
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/push/letterbox.h"
#include "gateway/push/sender.h"
#include "gateway/registries/registries.h"
#include "gateway/store/send_journal.h"
#include "gateway/store/store.h"

namespace tilts::push {

class SubmissionRunner {
 public:
  // All borrowed. Opens the send journal and compares the ledger with it: until then nothing is sent. Throws
  // Error(config): an intake or the journal is wrong.
  SubmissionRunner(const config::Configuration& configuration, store::Store& store,
                   const registries::Registries& registries, Clock clock);

  // Sentences without personal data.
  struct Told {
    std::vector<std::string> happened;  // for the journal
    std::vector<std::string> standing;  // what somebody must see to: the same words as long as it is so
  };
  // One round: takes in, sends and inquires what is due, answers. Thread-safe: rounds come one after the
  // other.
  Told round(const std::stop_token& stop);
  struct Submitted {
    TakenIn taken;
    std::string happened;  // what went wrong with sending it; empty when nothing did
  };
  // One file, wherever it lies, by the intake of this name (empty: the only one): taken in, and sent when
  // nothing warns. Its answer is written beside it. Throws Error(config).
  Submitted submit(const std::string& intake, const std::filesystem::path& file, const std::stop_token& stop);

  // How long until the next round.
  std::chrono::seconds every() const;

 private:
  struct Place {
    Intake intake;
    const std::string title;  // of the registry
    Letterbox box;

    Place(const config::Configuration& configuration, const config::IntakeSettings& settings,
          store::Store& store, const registries::Registries& registries, const Clock& clock)
        : intake(configuration, settings, store, registries, clock),
          title(registries.at(settings.registry).exchange->profile().title),
          box(intake, store, title, place_of(settings)) {}
  };

  static OpenPlace place_of(const config::IntakeSettings& settings);
  std::vector<std::string> drain(const std::stop_token& stop);
  void stand(std::vector<std::string>& standing) const;
  std::string one(const store::Submission& submission, const std::stop_token& stop);
  bool waits(const store::Submission& submission) const;
  void demand_sound_clock() const;
  Place& place(const std::string& intake);

  const config::Configuration& configuration_;
  store::Store& store_;
  const Clock clock_;
  store::SendJournal journal_;
  Sender sender_;
  std::list<Place> places_;
  std::mutex mutex_;  // of rounds and steps
};

}  // namespace tilts::push
