// A record to emit. Keeps views: what it is given must live until Host::emit has returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/failure.h"

namespace tilts::sdk {

enum class Presence : int32_t {
  present = TILTS_PRESENT,
  gone = TILTS_GONE,
  held = TILTS_HELD,  // the registry has it but it cannot be read; say why in `reason`, without personal data
};

class Record {
 public:
  // `type` is one of the adapter's declared record types.
  explicit Record(const tilts_record_type& type) : type_(&type) { fields_.reserve(type.field_count); }

  std::string_view key;  // personas kods in 11 digits, then "/" and more where a person has several
  std::string_view previous_key;
  std::string_view as_of;
  std::string_view reason;
  Presence presence = Presence::present;

  // By the declared index (field_index) or by name. Each field at most once; one not set is absent.
  void set(uint32_t index, std::string_view value) { fields_.push_back({to_abi(value), index, 0}); }
  void set(std::string_view name, std::string_view value) {
    for (uint32_t index = 0; index < type_->field_count; ++index)
      if (from_abi(type_->fields[index].name) == name) return set(index, value);
    throw Failure(Code::bug, "record type " + std::string(from_abi(type_->name)) + " declares no field " +
                                 std::string(name));
  }

  // Empty again, for the next one of its type.
  void clear() {
    key = previous_key = as_of = reason = {};
    presence = Presence::present;
    fields_.clear();
  }

  const tilts_record_type& type() const { return *type_; }
  const std::vector<tilts_field>& fields() const { return fields_; }

 private:
  const tilts_record_type* type_;
  std::vector<tilts_field> fields_;
};

// A record that the host gave to submit; views into the host, valid until the entry point returns.
class GivenRecord {
 public:
  GivenRecord(const tilts_record& record, const tilts_record_type* types)
      : record_(&record), type_(&types[record.type]) {}

  std::string_view type() const { return from_abi(type_->name); }
  std::string_view key() const { return from_abi(record_->key); }
  std::string_view previous_key() const { return from_abi(record_->previous_key); }
  // The value of a field, or nullptr data when it is absent.
  std::string_view field(std::string_view name) const {
    for (uint32_t place = 0; place < record_->field_count; ++place) {
      const tilts_field& given = record_->fields[place];
      if (from_abi(type_->fields[given.index].name) == name) return from_abi(given.value);
    }
    return {};
  }

 private:
  const tilts_record* record_;
  const tilts_record_type* type_;
};

// A file that goes with an entry; views into the host, like GivenRecord.
struct Attachment {
  std::string_view name;  // may say whom it is about: it belongs into the request, never into a sentence
  std::string_view media_type;
  std::string_view bytes;   // any, not UTF-8; base64.h writes them as text
  std::string_view sha256;  // of the bytes, in lower-case hex
};

// What is to be submitted, once.
class Entry {
 public:
  Entry(const tilts_entry& entry, const tilts_record_type* types)
      : record(*entry.record, types), idempotency_key(from_abi(entry.idempotency_key)), entry_(&entry) {}

  GivenRecord record;
  std::string_view idempotency_key;

  // In the order the sender gave them; none from a host of version 1.0, which had no place for them.
  std::vector<Attachment> attachments() const {
    std::vector<Attachment> result;
    if (entry_->struct_size < offsetof(tilts_entry, attachment_stride) + sizeof(entry_->attachment_stride))
      return result;
    const char* place = reinterpret_cast<const char*>(entry_->attachments);
    for (uint32_t index = 0; index < entry_->attachment_count; ++index, place += entry_->attachment_stride) {
      const tilts_attachment& given = *reinterpret_cast<const tilts_attachment*>(place);
      result.push_back(
          {from_abi(given.name), from_abi(given.media_type), from_abi(given.bytes), from_abi(given.sha256)});
    }
    return result;
  }

 private:
  const tilts_entry* entry_;
};

}  // namespace tilts::sdk
