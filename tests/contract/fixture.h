// Every test of this folder runs once on each database.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/store/store.h"
#include "tests/support/postgresql.h"
#include "tests/support/temporary_folder.h"

namespace tilts::store {

inline constexpr Time kNow =
    Time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours(2));

// The one server of this program.
support::PostgreSql& postgresql();

// The sentence of the Error(code) that `work` throws.
template <typename F>
std::string sentence(Code code, F&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

class Contract : public testing::TestWithParam<std::string> {
 protected:
  Contract() {
    connection_ = GetParam() == "sqlite" ? "sqlite:" + (folder_.path() / "tilts.db").string()
                                         : postgresql().fresh_database();
    Vault::create(folder_.path() / "master.key");
    open();
  }

  bool sqlite() const { return GetParam() == "sqlite"; }
  Settings settings() const {
    return {connection_, folder_.path() / "master.key", folder_.path() / "checkpoints", "node",
            std::chrono::months(18)};
  }
  void open() {
    store_.reset();
    store_ = std::make_unique<Store>(settings(), Clock([this] { return now_; }));
  }

  template <typename F>
  auto write(F&& work) {
    return store_->write(std::forward<F>(work));
  }
  template <typename F>
  auto read(F&& work) {
    return store_->read(std::forward<F>(work));
  }

  // Puts people on the roster of "night": client K-1 with the first code, and so on.
  void roster(const std::vector<std::string>& codes, std::string_view run = "r0") {
    std::vector<RosterEntry> entries;
    for (const std::string& code : codes)
      entries.push_back({"K-" + std::to_string(entries.size() + 1), code, true});
    write([&](Transaction& t) {
      store_->rosters().put(t, "night", run, entries, now_);
      store_->rosters().complete(t, "night", run, now_);
    });
  }
  Effect put(const Record& record, std::string_view run = "r1") {
    return write([&](Transaction& t) { return store_->records().put(t, "population", run, record, now_); });
  }
  std::vector<StoredSubject> people(std::string_view after = "", size_t limit = 100) {
    return read([&](Session& s) { return store_->records().page(s, "night", "population", after, limit); });
  }

  support::TemporaryFolder folder_;
  std::string connection_;
  Time now_ = kNow;
  std::unique_ptr<Store> store_;
};

inline Record person(const std::string& code, const std::string& surname) {
  return {"person", code, "", true, "2026-11-21T03:00:00+02:00", {{"code", code}, {"surname", surname}}};
}
inline Record address(const std::string& code, const std::string& kind, const std::string& text) {
  return {"address", code + "/" + kind, "", true, "2026-11-21", {{"kind", kind}, {"text", text}}};
}

}  // namespace tilts::store
