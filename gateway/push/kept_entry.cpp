#include "gateway/push/kept_entry.h"

#include "gateway/base/error.h"
#include "gateway/store/pack.h"

namespace tilts::push {

std::string pack(const KeptEntry& entry) {
  return store::pack(entry.intake, static_cast<int64_t>(entry.form), entry.bytes);
}

KeptEntry unpack_entry(std::string_view content) {
  store::Unpacker packed(content);
  KeptEntry entry;
  entry.intake = packed.text();
  entry.form = static_cast<EntryForm>(packed.number());
  entry.bytes = packed.text();
  return entry;
}

Entry entry_of(const KeptEntry& kept) {
  if (auto entry = read_judged_entry(kept.bytes, kept.form)) return *std::move(entry);
  throw Error(Code::bug, "a kept entry cannot be read again; report it to the gateway's authors");
}

}  // namespace tilts::push
