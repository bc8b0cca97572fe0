// The host's services over the files of a case: requests are kept, answers come from files, what is emitted
// is kept at a checkpoint as the gateway keeps it. Two questions are always on their way at once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/host/services.h"
#include "tests/cases/adapters/case.h"

namespace tilts::cases {

class Replay : public host::Services {
 public:
  // `profile`: the adapter's profile.xml, for names and actions.
  Replay(const Case& data, const std::filesystem::path& profile);

  // Requests by "<Operation>-<n>", and what a store would hold, as records.txt writes it.
  const std::map<std::string, std::string>& requests() const { return requests_; }
  const std::string& kept() const { return kept_; }
  bool parked() const { return parked_; }

  void ask_many(uint64_t count, const MakeRequest& request, const TakeAnswer& answer) override;
  void submit(const host::Request& request, const TakeAnswer& answer) override;
  void emit(const host::Emitted& record) override;
  void checkpoint(std::string_view cursor, std::optional<uint64_t> snapshot_total) override;
  void settle(host::Settled settled, std::string_view receipt, std::string_view reason) override;
  void park(std::string_view token, std::chrono::seconds until) override;
  void wait(std::chrono::milliseconds time) override;
  bool cancelled() override { return false; }
  std::string sign_document(std::string_view document) override;
  void verify_document(std::string_view document, const TakeAnswer& answer) override;
  void collect(std::string_view file, std::string_view received_id) override;
  void collect_bytes(std::string_view file, std::string_view bytes) override;
  std::string keep_file(const host::IncomingFile& file) override;
  void log(host::LogLevel level, std::string_view text) override;
  uint64_t roster_size() override { return data_.roster.size(); }
  std::vector<std::string> roster(uint64_t first, uint64_t count) override;
  std::optional<std::string> name(std::string_view key) override;
  std::optional<std::string> action(std::string_view operation) override;
  Time now() override { return parse_time("2026-11-21T02:30:00Z"); }
  std::string uuid() override;

 private:
  std::string send(const host::Request& request);
  void check_subjects(const std::string& exchange, const host::Request& request,
                      const std::string& body) const;
  void give(const std::string& exchange, uint64_t index, const TakeAnswer& answer);

  const Case& data_;
  std::string document_element_;  // the profile's
  std::map<std::string, std::string, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> actions_;
  std::map<std::string, int> asked_;
  std::map<std::string, std::string> requests_;
  int uuids_ = 0;
  int documents_ = 0;
  int files_ = 0;
  std::string emitted_;
  std::string kept_;
  bool parked_ = false;
};

}  // namespace tilts::cases
