// A folder that the municipal system writes entries into, documents and answers beside them.
#pragma once

#include <filesystem>

#include "gateway/push/entry_place.h"
#include "gateway/targets/durable_file.h"

namespace tilts::push {

class EntryFolder : public EntryPlace {
 public:
  // `owner` begins every sentence: "intake rehabilitation". Throws Error(config) when it is not there.
  EntryFolder(const std::filesystem::path& path, const std::string& owner);

  std::vector<Letter> letters() override;
  std::optional<Letter> letter(const std::string& name) override;
  bool has(const std::string& name) override;
  std::string contents() override;
  Reading read(const Letter& letter, size_t most, std::string& bytes) override;
  Reading read_document(const std::string& entry, const std::string& document, size_t most,
                        std::string& bytes) override;
  bool answered(const std::string& name) override;
  void answer(const std::string& name, const Answer& answer, Time at) override;
  bool may_leave(const std::string&) override { return true; }
  void remove(const std::string& name, const std::set<std::string>& documents) override;

 private:
  const targets::Folder folder_;
};

// How an entry is written, by its file's name; nothing when it is no entry's name (an answer, a document).
std::optional<EntryForm> form_of(std::string_view file);

}  // namespace tilts::push
