// One submission, one step: sent, or inquired about. Whatever happens, the ledger says it before anybody else
// hears of it.
//   prepared ─send─▶ received | declined | unknown, or prepared when the transport proves that nothing left
//   unknown ─inquire─▶ received | declined | unknown, or prepared after two counted answers "absent"
#pragma once

#include <stop_token>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/config/configuration.h"
#include "gateway/push/push_services.h"
#include "gateway/registries/registries.h"
#include "gateway/store/send_journal.h"
#include "gateway/store/store.h"
#include "plugins/host/adapter.h"
#include "plugins/host/watchdog.h"

namespace tilts::push {

class Sender {
 public:
  // All borrowed. Thread-safe: several submissions may be under way; of one, the ledger lets only one step
  // count.
  Sender(const config::Configuration& configuration, store::Store& store,
         const registries::Registries& registries, store::SendJournal& journal, Clock clock);

  // Never throws for what the registry or the entry does. Returns what somebody must be told of, one sentence
  // without personal data, or nothing.
  std::string send(const store::Submission& submission, const std::stop_token& stop);
  std::string inquire(const store::Submission& submission, const std::stop_token& stop);

 private:
  host::Entry entry_of(const store::Submission& submission) const;
  registries::LookupContext context(const store::Submission& submission,
                                    const registries::Registry& registry) const;
  std::string settle(const store::Submission& submission, const PushServices& services,
                     const std::string& failure);
  bool keep(store::Transaction& transaction, const std::string& id, int64_t attempt,
            const PushServices::Settlement& settlement, Time now) const;

  const config::Configuration& configuration_;
  store::Store& store_;
  const registries::Registries& registries_;
  store::SendJournal& journal_;
  const Clock clock_;
  host::Watchdog watchdog_;
};

}  // namespace tilts::push
