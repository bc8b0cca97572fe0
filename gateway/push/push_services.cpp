#include "gateway/push/push_services.h"

#include <utility>

#include <fmt/format.h>

#include "gateway/exchange/document_signer.h"

namespace tilts::push {
namespace {

[[noreturn]] void only_when_pulling(const char* service) {
  throw Error(
      Code::bug,
      fmt::format("the adapter calls {} while it submits; report it to the adapter's author", service));
}

}  // namespace

PushServices::PushServices(const store::Submission& submission, const host::Entry& entry,
                           const registries::Registry& registry, store::Store& store,
                           store::SendJournal& journal, registries::LookupContext context, Clock clock,
                           std::stop_token stop)
    : RegistryServices(registry, std::move(clock), "submission " + submission.id, std::move(stop)),
      submission_(submission),
      person_(subject_of(entry.record.key)),
      store_(store),
      journal_(journal),
      context_(std::move(context)) {}

PushServices::~PushServices() = default;

// Who is audited is whom the submission is about, and nobody else.
void PushServices::demand_person(const std::vector<std::string>& subjects) const {
  if (subjects != std::vector{person_})
    throw Error(
        Code::bug,
        "the adapter does not name the one person that the entry is about; nothing was sent, report it "
        "to the adapter's author");
}

void PushServices::submit(const host::Request& request, const TakeAnswer& answer) {
  demand_person(request.subjects);
  registries::LookupContext context = context_;
  context.submits = true;
  registries::Lookups lookups(store_, clock(), context);
  const exchange::Call call = call_of(request);
  lookups.planned(0, call.operation, request.subjects);
  exchange::Hooks hooks = lookups.hooks();
  hooks.asked = [&, audited = hooks.asked](const exchange::Asked& asked) {
    audited(asked);
    begin(asked);
  };
  std::optional<exchange::Verified> verified;
  try {
    verified = registry().exchange->submit(call, exchange::fresh_message_id(registry().exchange->profile()),
                                           hooks, stop());
  } catch (const Error& error) {
    // A trusted fault speaks of our message and not of our entry: only an inquiry can tell.
    if (started_ && error.code() != Code::unknown && error.code() != Code::declined) not_sent_ = error;
    lookups.close();
    throw;
  }
  lookups.close();
  hand_over(*verified, 0, answer);
}

void PushServices::begin(const exchange::Asked& asked) {
  const auto written = journal_.append({submission_.key, submission_.attempt + 1,
                                        std::string(asked.message_id), clock().now(), asked.expires});
  started_ = store_.write([&](store::Transaction& transaction) {
    return store_.submissions().start(transaction, submission_.id, written, clock().now());
  });
  if (!started_)
    throw Error(Code::transient, "somebody else began to send it meanwhile; nothing was sent from here");
}

void PushServices::ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) {
  registries::Lookups lookups(store_, clock(), context_);
  const auto call = [&](size_t index) {
    host::Request made = request(index);
    demand_person(made.subjects);
    exchange::Call asking = call_of(made);
    lookups.planned(index, asking.operation, std::move(made.subjects));
    return asking;
  };
  const auto take = [&](size_t index, const exchange::Verified& verified) {
    lookups.taken(index);
    hand_over(verified, index, answer);
  };
  // Not later than the registry can have looked.
  asked_ = clock().now();
  try {
    registry().exchange->ask_many(count, call, take, lookups.hooks(), stop());
  } catch (...) {
    lookups.close();
    if (stop().stop_requested()) throw host::Cancelled();
    throw;
  }
  lookups.close();
}

void PushServices::settle(host::Settled settled, std::string_view receipt, std::string_view reason) {
  settlement_ = {settled, std::string(receipt), std::string(reason)};
}

void PushServices::emit(const host::Emitted&) { only_when_pulling("emit"); }
void PushServices::checkpoint(std::string_view, std::optional<uint64_t>) { only_when_pulling("checkpoint"); }
void PushServices::collect(std::string_view, std::string_view) { only_when_pulling("collect"); }
void PushServices::collect_bytes(std::string_view, std::string_view) { only_when_pulling("collect_bytes"); }
std::string PushServices::keep_file(const host::IncomingFile&) { only_when_pulling("keep_file"); }
uint64_t PushServices::roster_size() { only_when_pulling("roster_size"); }
std::vector<std::string> PushServices::roster(uint64_t, uint64_t) { only_when_pulling("roster"); }
void PushServices::park(std::string_view, std::chrono::seconds) {
  throw Error(Code::bug,
              "the adapter parks a submission, which is settled by inquiries; report it to the adapter's "
              "author");
}
std::string PushServices::sign_document(std::string_view document) {
  const auto& signing = registry().exchange->profile().document;
  if (!signing)
    throw Error(Code::config,
                "the adapter signs a document, and its profile does not say how; add <document> there");
  return exchange::sign_document(document, *signing, *registry().keys->current()->identity, clock().now());
}

}  // namespace tilts::push
