// Where entries lie with their documents, and where their answers go: a folder (entry_folder.h) or tables
// (entry_tables.h). Opened for one look; at the next it may be gone.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/push/answer.h"
#include "gateway/push/entry.h"
#include "gateway/push/plain_file.h"

namespace tilts::push {

// An entry as it lies there. Another stamp means that somebody wrote it.
struct Letter {
  std::string name;
  EntryForm form = EntryForm::xml;
  std::string stamp;
};

// Throws Error (config or transient) when the place cannot be used.
class EntryPlace {
 public:
  virtual ~EntryPlace() = default;

  virtual std::vector<Letter> letters() = 0;
  virtual std::optional<Letter> letter(const std::string& name) = 0;
  virtual bool has(const std::string& name) = 0;
  // Another text when something came or changed that a refused entry may have lacked.
  virtual std::string contents() = 0;

  // `most` in bytes. `changing`: it is not what the letter was any more.
  virtual Reading read(const Letter& letter, size_t most, std::string& bytes) = 0;
  virtual Reading read_document(const std::string& entry, const std::string& document, size_t most,
                                std::string& bytes) = 0;

  virtual bool answered(const std::string& name) = 0;
  virtual void answer(const std::string& name, const Answer& answer, Time at) = 0;
  // Whether an entry that was settled long ago may leave, and its answer with it.
  virtual bool may_leave(const std::string& name) = 0;
  // `documents`: what it alone names.
  virtual void remove(const std::string& name, const std::set<std::string>& documents) = 0;
};

using OpenPlace = std::function<std::unique_ptr<EntryPlace>()>;

}  // namespace tilts::push
