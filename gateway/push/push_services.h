// What the gateway does for an adapter that submits an entry or asks what became of one. The attempt is in
// the send journal and `sending` in the ledger, both durable, before the first byte leaves; what the adapter
// settles is kept here until the call has ended well.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/error.h"
#include "gateway/registries/lookups.h"
#include "gateway/registries/registry_services.h"
#include "gateway/store/send_journal.h"
#include "gateway/store/store.h"

namespace tilts::push {

class PushServices : public registries::RegistryServices {
 public:
  struct Settlement {
    host::Settled settled;
    std::string number;  // received: the registry's own
    std::string reason;
  };

  // All borrowed.
  PushServices(const store::Submission& submission, const host::Entry& entry,
               const registries::Registry& registry, store::Store& store, store::SendJournal& journal,
               registries::LookupContext context, Clock clock, std::stop_token stop);
  ~PushServices() override;

  // Of submit: it was begun, and this is how it went. Nothing: the adapter did not come to it.
  bool started() const { return started_; }
  // Of submit: the transport proves that no byte left. The sentence says why.
  const std::optional<Error>& not_sent() const { return not_sent_; }
  // When the last question was asked, which is what an answer "absent" is good for.
  std::optional<Time> asked() const { return asked_; }
  const std::optional<Settlement>& settlement() const { return settlement_; }

  void ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) override;
  void submit(const host::Request& request, const TakeAnswer& answer) override;
  void settle(host::Settled settled, std::string_view receipt, std::string_view reason) override;
  void emit(const host::Emitted& record) override;
  void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) override;
  void park(std::string_view token, std::chrono::seconds until) override;
  std::string sign_document(std::string_view document) override;
  void collect(std::string_view file, std::string_view received_id) override;
  void collect_bytes(std::string_view file, std::string_view bytes) override;
  std::string keep_file(const host::IncomingFile& file) override;
  uint64_t roster_size() override;
  std::vector<std::string> roster(uint64_t first, uint64_t count) override;

 private:
  // sending, durable. Throws Error(transient) when somebody else began it meanwhile: then nothing is sent.
  void begin(const exchange::Asked& asked);
  void demand_person(const std::vector<std::string>& subjects) const;

  const store::Submission& submission_;
  const std::string person_;  // personas kods of whom the entry is about
  store::Store& store_;
  store::SendJournal& journal_;
  const registries::LookupContext context_;
  bool started_ = false;
  std::optional<Error> not_sent_;
  std::optional<Time> asked_;
  std::optional<Settlement> settlement_;
};

}  // namespace tilts::push
