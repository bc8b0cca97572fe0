// What the gateway does for an adapter that pulls: look-ups over the exchange, records into the store. Every
// function runs on the thread of the run; no transaction is open while the network or the adapter is waited
// for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/record.h"
#include "gateway/config/configuration.h"
#include "gateway/pull/incoming_files.h"
#include "gateway/pull/people.h"
#include "gateway/registries/lookups.h"
#include "gateway/registries/registry_services.h"
#include "gateway/store/store.h"
#include "plugins/host/services.h"

namespace tilts::pull {

// A record that the registry has and that could not be taken, or a person it does not know: for a clerk.
struct NotTaken {
  std::string client;
  std::string type;
  std::string key;  // personal data
  bool unknown_person = false;
  std::string reason;  // without personal data
};

// What the fetch of one run brought.
struct Fetched {
  int64_t asked = 0;    // people
  int64_t answers = 0;  // pages
  int64_t records = 0;
  int64_t dropped = 0;            // people who are not on the roster
  int64_t told_of = 0;            // in a job without a roster: subjects that the registry told of
  int64_t gone = 0;               // people the registry does not know
  int64_t held = 0;               // records that could not be taken
  std::optional<uint64_t> total;  // the registry's own
  std::vector<NotTaken> not_taken;
  std::optional<Time> parked_until;
};

class RunServices : public registries::RegistryServices {
 public:
  struct Run {
    std::string id;
    std::string job;
    std::string operation;
    std::string adapter;
    std::string user;  // who started it by hand
    bool snapshot = false;
    bool no_roster = false;  // the operation names nobody, and every record is kept
    std::string asked_by;    // the run that asked, when this one takes a parked call up
    std::string legal_basis;
    std::optional<config::DocumentsSettings> documents{};  // absent: it brings no files
    std::chrono::days evidence_kept{30};
    std::stop_token stop;
    std::function<void(const Fetched&)> progress;  // after every answer and every checkpoint
  };

  // All borrowed; `people` learns codes that the registry changed.
  RunServices(Run run, const registries::Registry& registry, store::Store& store, People& people,
              Clock clock);

  const Fetched& fetched() const { return fetched_; }

  void ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) override;
  void submit(const host::Request& request, const TakeAnswer& answer) override;
  void emit(const host::Emitted& record) override;
  void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) override;
  void settle(host::Settled settled, std::string_view receipt, std::string_view reason) override;
  void park(std::string_view token, std::chrono::seconds until) override;
  std::string sign_document(std::string_view document) override;
  void collect(std::string_view file, std::string_view received_id) override;
  void collect_bytes(std::string_view file, std::string_view bytes) override;
  std::string keep_file(const host::IncomingFile& file) override;
  uint64_t roster_size() override;
  std::vector<std::string> roster(uint64_t first, uint64_t count) override;

 private:
  // An answer, and the people it told of whom this run had not asked about by name.
  struct Told {
    registries::Lookups::Taken answer;
    std::set<People::Index> people;
  };

  void told() const;
  void emit_unlisted(const host::Emitted& record);
  IncomingFiles& incoming();
  void answered(registries::Lookups::Taken answer);
  void audit_told(store::Transaction& transaction) const;

  const Run run_;
  store::Store& store_;
  People& people_;
  const registries::LookupContext context_;
  Fetched fetched_;
  std::vector<Record> buffer_;                     // emitted since the last checkpoint; the host bounds it
  std::vector<Told> told_;                         // since the last checkpoint, the newest answer last
  std::string last_dropped_;                       // subject of the last dropped record
  const exchange::Verified* answering_ = nullptr;  // whose callback runs
  std::optional<IncomingFiles> incoming_;          // once a file came
  std::unordered_set<std::string> told_of_;        // without a roster: the subjects so far
};

}  // namespace tilts::pull
