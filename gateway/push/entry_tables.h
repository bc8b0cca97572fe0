// Entries as rows of tables that the municipality fills, on SQLite or PostgreSQL. TABLE has id and entry (the
// text of what would be a file, XML or JSON), TABLE_document the documents by the entry's id (entry, name,
// bytes). TABLE_answer (id, state, number, text, xml, changed) is written here, and no other. All are the
// municipality's own, or views of its own on what it has (mappings/rehabilitation_queue/intake.sql).
#pragma once

#include <memory>

#include "gateway/config/configuration.h"
#include "gateway/push/entry_place.h"

namespace tilts::push {

class EntryTables : public EntryPlace {
 public:
  // Borrows the settings. Throws Error: transient when the database is out of reach, config when it does not
  // let us in.
  explicit EntryTables(const config::IntakeSettings& settings);
  ~EntryTables() override;

  // Throws Error(config) when a table, a column or a right is missing. Changes nothing.
  void check();

  std::vector<Letter> letters() override;
  std::optional<Letter> letter(const std::string& id) override;
  bool has(const std::string& id) override;
  std::string contents() override;
  Reading read(const Letter& letter, size_t most, std::string& bytes) override;
  Reading read_document(const std::string& id, const std::string& document, size_t most,
                        std::string& bytes) override;
  bool answered(const std::string& id) override;
  void answer(const std::string& id, const Answer& answer, Time at) override;
  // Rows are the municipality's to remove: only the answer to one that is gone leaves.
  bool may_leave(const std::string& id) override { return !has(id); }
  void remove(const std::string& id, const std::set<std::string>& documents) override;

 private:
  class Conversation;

  std::set<std::string> ids(const std::string& table);

  const config::IntakeSettings& settings_;
  const std::string entries_, documents_, answers_;  // quoted
  const std::unique_ptr<Conversation> conversation_;
  std::optional<std::set<std::string>> there_, answered_;  // as they were when first asked for
};

}  // namespace tilts::push
