// The audit and the proof of the look-ups of one ask_many: "asked" is durable before the first byte leaves,
// "answered" follows with outcome and message ids, in batches.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/exchange/exchange.h"
#include "gateway/store/store.h"

namespace tilts::registries {

// What is the same in every look-up of a run.
struct LookupContext {
  std::string actor;  // the job, and who started it by hand: "residents by anna"
  std::string legal_basis;
  std::string registry;
  std::string run;
  std::chrono::days evidence_kept{30};
  // Of a submission: the registry's profile, kept with every exchange, as are the trust files of its time.
  // Empty: neither is.
  std::string profile{};
  bool submits = false;  // false: it asks
};

class Lookups {
 public:
  Lookups(store::Store& store, Clock clock, const LookupContext& context)
      : store_(store), clock_(std::move(clock)), context_(context) {}

  // The caller's thread, before the exchange knows the call.
  void planned(size_t index, std::string operation, std::vector<std::string> codes);
  // For the exchange's threads.
  exchange::Hooks hooks();
  struct Taken {
    std::string operation;
    std::vector<std::string> codes;  // of the people asked about
    std::vector<std::string> message_ids;
    std::string evidence;  // a digest an attempt
  };
  // The caller's thread: the answer came, and is about to be handed on.
  Taken taken(size_t index);
  // What is not written yet; nothing is under way any more.
  void close();

 private:
  struct Lookup {
    std::string operation;
    std::vector<std::string> codes;
    bool asked = false;
    store::LookupId id;
    std::string outcome = "not answered";
    std::vector<std::string> message_ids;
    std::string evidence;
  };

  void asked(const exchange::Asked& asked);
  void answered(const exchange::Answered& answered);
  void keep(const exchange::Traffic& traffic);
  void write_finished();

  store::Store& store_;
  const Clock clock_;
  const LookupContext& context_;
  std::mutex mutex_;
  std::map<size_t, Lookup> open_;
  std::vector<store::Answered> finished_;
};

}  // namespace tilts::registries
