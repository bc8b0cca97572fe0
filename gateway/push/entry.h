// An entry as the municipal system writes it: XML by the intake's XSD, or JSON of the same model. Flat: an
// element a field, named as the adapter's record names it.
//   <entry xmlns="urn:tilts:rehabilitation-entry:1" operation="submit">
//     <case_number>SD-2026-0117</case_number> … <attachments><attachment file="…" kind="…"/></attachments>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/finding.h"
#include "gateway/base/record.h"
#include "gateway/targets/schema.h"

namespace tilts::push {

struct Entry {
  struct Attachment {
    std::string file;  // beside the entry
    std::string kind;
    std::string media_type;
  };

  std::string operation;  // "submit", "correct", "withdraw"
  std::string case_number;
  int64_t revision = 1;
  std::string code;           // personas kods, 11 digits
  std::vector<Field> fields;  // as written, attachments left out
  std::vector<Attachment> attachments;
};

// The revision that a correction replaces, or that a withdrawal takes out: field `corrects`; left out it is
// the one before, and of a withdrawal its own. 0 for an entry that is about no earlier one.
int64_t revision_before(const Entry& entry);

struct ReadEntry {
  std::optional<Entry> entry;     // nothing: it is not one
  std::vector<Finding> findings;  // all that is wrong with its form
};

enum class EntryForm { xml, json };

// Never throws for what the entry says. `schema` judges both forms.
ReadEntry read_entry(std::string_view bytes, EntryForm form, const targets::Schema& schema);
// The same without a judgement, of bytes that had one before; nothing when they cannot be read at all.
std::optional<Entry> read_judged_entry(std::string_view bytes, EntryForm form);

}  // namespace tilts::push
