#include "tests/simulator/faults.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tilts::simulator {
namespace {

struct Named {
  FaultKind kind;
  std::string_view name;
  long value;  // when the rule gives none
};

constexpr std::array<Named, 37> kinds{{{FaultKind::slow, "slow", 3000},
                                       {FaultKind::reset_before, "reset-before", 0},
                                       {FaultKind::reset_after, "reset-after", 0},
                                       {FaultKind::close_reused, "close-reused", 0},
                                       {FaultKind::truncated, "truncated", 0},
                                       {FaultKind::http_status, "http-status", 503},
                                       {FaultKind::unsigned_answer, "unsigned", 0},
                                       {FaultKind::wrong_signer, "wrong-signer", 0},
                                       {FaultKind::expired_certificate, "expired-certificate", 0},
                                       {FaultKind::wrapped, "wrapped", 0},
                                       {FaultKind::replayed, "replayed", 0},
                                       {FaultKind::stale, "stale", 0},
                                       {FaultKind::wrong_encoding, "wrong-encoding", 0},
                                       {FaultKind::oversized, "oversized", 0},
                                       {FaultKind::malformed, "malformed", 0},
                                       {FaultKind::entities, "entities", 0},
                                       {FaultKind::nested, "nested", 5000},
                                       {FaultKind::stuffed, "stuffed", 2000},
                                       {FaultKind::missing_page, "missing-page", 0},
                                       {FaultKind::ivis_error, "ivis-error", 13},
                                       {FaultKind::unsigned_fault, "unsigned-fault", 0},
                                       {FaultKind::signed_fault, "signed-fault", 0},
                                       {FaultKind::http_status_after, "http-status-after", 502},
                                       {FaultKind::close_reused_after, "close-reused-after", 0},
                                       {FaultKind::late, "late", 3000},
                                       {FaultKind::two_entries, "two-entries", 0},
                                       {FaultKind::other_key, "other-key", 0},
                                       {FaultKind::other_audience, "other-audience", 0},
                                       {FaultKind::ended_token, "ended-token", 0},
                                       {FaultKind::future_token, "token-from-the-future", 0},
                                       {FaultKind::replayed_token, "token-replayed", 0},
                                       {FaultKind::mtom_cut, "mtom-cut", 0},
                                       {FaultKind::part_missing, "part-missing", 0},
                                       {FaultKind::content_id_twice, "content-id-twice", 0},
                                       {FaultKind::part_changed, "part-changed", 0},
                                       {FaultKind::part_unreferenced, "part-unreferenced", 0},
                                       {FaultKind::include_beside_text, "include-beside-text", 0}}};

const Named& entry(FaultKind kind) {
  return *std::find_if(kinds.begin(), kinds.end(), [kind](const Named& named) { return named.kind == kind; });
}

constexpr std::array<std::string_view, 6> hub_operations{"StartTransaction", "SubmitSync",  "Submit",
                                                         "GetStatus",        "GetResponse", "EndTransaction"};

// Of what travels beside a message.
bool of_parts(FaultKind kind) {
  return kind == FaultKind::mtom_cut || kind == FaultKind::part_missing ||
         kind == FaultKind::content_id_twice || kind == FaultKind::part_changed ||
         kind == FaultKind::part_unreferenced || kind == FaultKind::include_beside_text;
}

// The kinds that only the queue can do, or only another one; all others are the door's.
bool fits(FaultKind kind, const std::string& operation) {
  const bool entry = operation.ends_with("Entry");
  const bool token = operation == "Issue";
  if (of_parts(kind)) return operation == "GetMessage" || operation == "GetAttachmentSection";
  if (kind == FaultKind::other_audience || kind == FaultKind::ended_token ||
      kind == FaultKind::future_token || kind == FaultKind::replayed_token)
    return token;
  if (kind == FaultKind::ivis_error)
    return std::find(hub_operations.begin(), hub_operations.end(), operation) != hub_operations.end();
  if (kind == FaultKind::late) return entry && operation != "InquireEntry";
  if (kind == FaultKind::other_key) return entry;
  return true;
}

}  // namespace

std::string_view name(FaultKind kind) { return entry(kind).name; }

FaultKind fault_kind(std::string_view name) {
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [name](const Named& named) { return named.name == name; });
  if (found == kinds.end()) throw std::invalid_argument("no fault is called " + std::string(name));
  return found->kind;
}

void Faults::add(FaultRule rule) {
  if (rule.value == 0) rule.value = entry(rule.kind).value;
  if (rule.kind == FaultKind::missing_page && rule.operation.empty()) rule.operation = "SubmitSync";
  if (rule.kind == FaultKind::two_entries || (rule.kind == FaultKind::other_key && rule.operation.empty()))
    rule.operation = "InquireEntry";
  if (of_parts(rule.kind) && rule.operation.empty()) rule.operation = "GetMessage";
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(rule));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
}

std::vector<FaultRule> Faults::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

unsigned long Faults::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

std::optional<Fault> Faults::strike(const std::string& operation, bool reused, bool answered) {
  const std::lock_guard lock(mutex_);
  for (FaultRule& rule : rules_) {
    if (!rule.operation.empty() && rule.operation != operation) continue;
    if (!fits(rule.kind, operation)) continue;
    if ((rule.kind == FaultKind::close_reused || rule.kind == FaultKind::close_reused_after) && !reused)
      continue;
    if ((rule.kind == FaultKind::replayed || rule.kind == FaultKind::replayed_token) && !answered) continue;
    if (++rule.seen < rule.nth || (rule.count != 0 && rule.done >= rule.count)) continue;
    if (!random_.chance(rule.probability)) continue;
    ++rule.done;
    ++done_;
    return Fault{rule.kind, rule.value};
  }
  return std::nullopt;
}

}  // namespace tilts::simulator
