// The ledger of submissions with its send journal, as a start of the gateway opens them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tests/contract/fixture.h"

namespace tilts::store {

// Codes that cannot be issued: the 81st day of a month.
inline constexpr const char* kCode = "81017012345";
inline constexpr const char* kNewCode = "82017012345";

class LedgerContract : public Contract {
 protected:
  static constexpr std::chrono::minutes kLifetime{5};

  void SetUp() override { open_journal(); }

  std::filesystem::path journal_file() const { return folder_.path() / "sent.journal"; }
  Submissions::Reconciled open_journal() {
    journal_.reset();
    journal_ = std::make_unique<SendJournal>(journal_file(), SendJournal::Missing::create);
    return write([&](Transaction& t) { return ledger().reconcile(t, *journal_, kLifetime, now_); });
  }

  Submissions::Added add(const std::string& case_number, const std::string& content = "<entry/>",
                         bool warned = false, int64_t revision = 1) {
    return write([&](Transaction& t) {
      return ledger().add(t, {"queue", "submit", case_number, revision, kCode, content, warned},
                          {{"pieteikums.pdf", "application/pdf", "00ff", std::string("%PDF\0\xff", 6)}},
                          now_);
    });
  }
  SendJournal::Written journal(const std::string& id, int64_t attempt,
                               std::optional<Time> expires = std::nullopt) {
    return journal_->append(
        {at(id).key, attempt, fmt::format("urn:uuid:{}", attempt), now_, expires.value_or(now_ + kLifetime)});
  }
  // `attempt`: how many were begun before.
  bool start(const std::string& id, int64_t attempt, std::optional<Time> expires = std::nullopt) {
    const auto written = journal(id, attempt + 1, expires);
    return write([&](Transaction& t) { return ledger().start(t, id, written, now_); });
  }
  bool lost(const std::string& id, int64_t attempt) {
    return write([&](Transaction& t) { return ledger().lost(t, id, attempt, "timed out", now_, now_); });
  }
  Submissions::Absence absent(const std::string& id, int64_t attempt) {
    return write([&](Transaction& t) { return ledger().absent(t, id, attempt, now_, patience_, now_); });
  }
  Submission at(const std::string& id) {
    return *read([&](Session& s) { return ledger().find(s, id); });
  }
  const Submissions& ledger() { return store_->submissions(); }

  const Patience patience_{.skew = std::chrono::minutes(1), .settle = std::chrono::minutes(10)};
  std::unique_ptr<SendJournal> journal_;
};

}  // namespace tilts::store
