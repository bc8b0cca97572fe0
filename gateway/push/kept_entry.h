// What the ledger keeps of an entry: the bytes as they came, and through which intake. Not the file's name:
// the same under another one is the same entry.
#pragma once

#include <string>
#include <string_view>

#include "gateway/push/entry.h"

namespace tilts::push {

struct KeptEntry {
  std::string intake;  // its name
  EntryForm form = EntryForm::xml;
  std::string bytes;
};

std::string pack(const KeptEntry& entry);
KeptEntry unpack_entry(std::string_view content);

// The fields again. It was judged when it was taken in: throws Error(bug) when it cannot be read.
Entry entry_of(const KeptEntry& kept);

}  // namespace tilts::push
