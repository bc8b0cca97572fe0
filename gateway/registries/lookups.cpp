#include "gateway/registries/lookups.h"

namespace tilts::registries {
namespace {

constexpr size_t batch = 64;

}  // namespace

void Lookups::planned(size_t index, std::string operation, std::vector<std::string> codes) {
  const std::scoped_lock lock(mutex_);
  Lookup& lookup = open_[index];
  lookup.operation = std::move(operation);
  lookup.codes = std::move(codes);
}

exchange::Hooks Lookups::hooks() {
  return {.asked = [this](const exchange::Asked& asked_now) { asked(asked_now); },
          .evidence = [this](const exchange::Traffic& traffic) { keep(traffic); },
          .answered = [this](const exchange::Answered& answered_now) { answered(answered_now); },
          // What comes in by a look-up stands where its job puts it, or not at all.
          .keep_files = !context_.profile.empty()};
}

void Lookups::asked(const exchange::Asked& now) {
  store::Asked row{context_.actor, context_.legal_basis, context_.registry, {}, context_.run, {}};
  {
    const std::scoped_lock lock(mutex_);
    Lookup& lookup = open_.at(now.index);
    lookup.message_ids.emplace_back(now.message_id);
    if (lookup.asked) return;  // another attempt of the same look-up
    row.operation = lookup.operation;
    row.codes = lookup.codes;
  }
  // Not under the lock: look-ups of the other threads join the same commit.
  const auto ids = store_.write([&](store::Transaction& transaction) {
    return store_.audit().asked(transaction, {row}, clock_.now());
  });
  const std::scoped_lock lock(mutex_);
  Lookup& lookup = open_.at(now.index);
  lookup.asked = true;
  lookup.id = ids.at(0);
}

void Lookups::answered(const exchange::Answered& now) {
  const std::scoped_lock lock(mutex_);
  Lookup& lookup = open_.at(now.asked.index);
  lookup.outcome = now.outcome;
  if (!now.message_id.empty()) lookup.message_ids.emplace_back(now.message_id);
}

void Lookups::keep(const exchange::Traffic& traffic) {
  store::Exchanged exchanged{.id = std::string(traffic.asked.message_id),
                             .registry = context_.registry,
                             .operation = {},
                             .run = context_.run,
                             .at = traffic.judged,
                             .until = clock_.now() + context_.evidence_kept,
                             .request = traffic.request,
                             .response = traffic.answer,
                             .outcome = std::string(traffic.outcome),
                             .submits = context_.submits,
                             .of_submission = !context_.profile.empty()};
  std::string only_code;
  {
    const std::scoped_lock lock(mutex_);
    const Lookup& lookup = open_.at(traffic.asked.index);
    exchanged.operation = lookup.operation;
    exchanged.asked = lookup.id;
    if (lookup.codes.size() == 1) only_code = lookup.codes.front();
  }
  const std::string trust = context_.profile.empty() ? std::string() : traffic.trust->pem();
  std::string digest = store_.write([&](store::Transaction& transaction) {
    if (!context_.profile.empty()) {
      exchanged.profile = store_.evidence().keep_terms(transaction, context_.profile);
      exchanged.trust = store_.evidence().keep_terms(transaction, trust);
    }
    exchanged.subject =
        only_code.empty() ? 0 : store_.subjects().ensure(transaction, only_code, clock_.now());
    return store_.evidence().put(transaction, exchanged);
  });
  const std::scoped_lock lock(mutex_);
  open_.at(traffic.asked.index).evidence += digest;
}

Lookups::Taken Lookups::taken(size_t index) {
  Taken taken;
  bool full = false;
  {
    const std::scoped_lock lock(mutex_);
    auto found = open_.extract(index);
    Lookup& lookup = found.mapped();
    if (lookup.asked) finished_.push_back({lookup.id, lookup.outcome, lookup.message_ids, lookup.evidence});
    taken = {std::move(lookup.operation), std::move(lookup.codes), std::move(lookup.message_ids),
             std::move(lookup.evidence)};
    full = finished_.size() >= batch;
  }
  if (full) write_finished();
  return taken;
}

void Lookups::close() {
  for (auto& [index, lookup] : open_)
    if (lookup.asked)
      finished_.push_back(
          {lookup.id, lookup.outcome, std::move(lookup.message_ids), std::move(lookup.evidence)});
  open_.clear();
  write_finished();
}

void Lookups::write_finished() {
  if (finished_.empty()) return;
  store_.write([&](store::Transaction& transaction) {
    store_.audit().answered(transaction, finished_, clock_.now());
  });
  finished_.clear();
}

}  // namespace tilts::registries
