#include "plugins/host/read_descriptor.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "plugins/host/text.h"

namespace tilts::host {
namespace {

// Bytes of a descriptor of version 1.0.
constexpr size_t first_version = offsetof(tilts_descriptor, declare);

[[noreturn]] void refuse(const std::string& why) { throw Error(Code::config, why); }

std::string text(tilts_text given, std::string_view what) {
  if (given.data == nullptr && given.size > 0)
    refuse(fmt::format("{} is null with a size; mend the adapter", what));
  if (given.data == nullptr) return {};
  if (!is_clean(view(given))) refuse(fmt::format("{} is not UTF-8; mend the adapter", what));
  return std::string(view(given));
}

std::string name(tilts_text given, std::string_view what, std::set<std::string>& taken) {
  std::string result = text(given, fmt::format("the name of {}", what));
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (result.empty() || !std::all_of(result.begin(), result.end(), allowed))
    refuse(fmt::format("the name of {} is not made of a-z, 0-9, '_' and '-'; mend the adapter", what));
  if (!taken.insert(result).second)
    refuse(fmt::format("two of {} are named {}; mend the adapter", what, result));
  return result;
}

std::string documentation(tilts_text given, const std::string& of) {
  std::string result = text(given, "the documentation of " + of);
  if (result.empty()) refuse(of + " has no documentation; write it in the adapter");
  return result;
}

template <typename T, typename Read>
void each(const T* first, uint32_t count, uint32_t stride, std::string_view what, const Read& read) {
  if (count == 0) return;
  if (!is_readable(first, stride))
    refuse(fmt::format("its table of {} cannot be read; rebuild the adapter", what));
  for (uint32_t index = 0; index < count; ++index) read(strided(first, stride, index));
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) result.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

Setting::Kind kind_of(int32_t kind, const std::string& setting) {
  switch (kind) {
    case TILTS_SETTING_TEXT:
      return Setting::Kind::text;
    case TILTS_SETTING_INTEGER:
      return Setting::Kind::integer;
    case TILTS_SETTING_BOOLEAN:
      return Setting::Kind::boolean;
    case TILTS_SETTING_CHOICE:
      return Setting::Kind::choice;
    default:
      refuse(fmt::format("setting {} is of kind {}, which the contract does not have; mend the adapter",
                         setting, kind));
  }
}

void read_settings(const tilts_descriptor& raw, Descriptor& to) {
  std::set<std::string> taken;
  each(raw.settings, raw.setting_count, raw.setting_stride, "settings", [&](const tilts_setting& given) {
    Setting setting;
    setting.name = name(given.name, "its settings", taken);
    setting.documentation = documentation(given.documentation, "setting " + setting.name);
    setting.default_value = text(given.default_value, "the default of setting " + setting.name);
    setting.choices = words(text(given.choices, "the choices of setting " + setting.name));
    setting.minimum = given.minimum;
    setting.maximum = given.maximum;
    setting.kind = kind_of(given.kind, setting.name);
    setting.required = given.required != 0;
    to.settings.push_back(std::move(setting));
  });
  // a default is a value like any other
  Settings defaults;
  for (const Setting& setting : to.settings)
    if (!setting.required) defaults[setting.name] = setting.default_value;
  Descriptor optional = to;
  std::erase_if(optional.settings, [](const Setting& setting) { return setting.required; });
  if (const std::vector<std::string> wrong = problems(optional, defaults); !wrong.empty())
    refuse("a default is not allowed by its own declaration: " + wrong.front() + "; mend the adapter");
}

template <typename Declares>  // tilts_descriptor or tilts_declaration
void read_record_types(const Declares& raw, Descriptor& to) {
  std::set<std::string> taken;
  each(raw.record_types, raw.record_type_count, raw.record_type_stride, "record types",
       [&](const tilts_record_type& given) {
         RecordType type;
         type.name = name(given.name, "its record types", taken);
         type.documentation = documentation(given.documentation, "record type " + type.name);
         std::set<std::string> taken_fields;
         const std::string fields = "the fields of " + type.name;
         each(given.fields, given.field_count, given.field_stride, fields,
              [&](const tilts_field_type& field) {
                FieldType one;
                one.name = name(field.name, fields, taken_fields);
                one.documentation = documentation(field.documentation, "field " + one.name);
                type.fields.push_back(std::move(one));
              });
         to.record_types.push_back(std::move(type));
       });
}

void read_operations(const tilts_descriptor& raw, Descriptor& to) {
  std::set<std::string> taken;
  each(raw.operations, raw.operation_count, raw.operation_stride, "operations",
       [&](const tilts_operation& given) {
         Operation operation;
         operation.name = name(given.name, "its operations", taken);
         operation.documentation = documentation(given.documentation, "operation " + operation.name);
         operation.pull = (given.entries & TILTS_PULL) != 0;
         operation.push = (given.entries & TILTS_PUSH) != 0;
         operation.inquire = (given.entries & TILTS_INQUIRE) != 0;
         operation.resume = (given.entries & TILTS_RESUME) != 0;
         if (given.entries == 0 || given.entries > (TILTS_PULL | TILTS_PUSH | TILTS_INQUIRE | TILTS_RESUME))
           refuse(fmt::format(
               "operation {} names entry points that the contract does not have; mend the adapter",
               operation.name));
         const auto demand = [&](bool wanted, bool there, const char* entry) {
           if (wanted && !there)
             refuse(fmt::format("operation {} wants the entry point {}, which is null; mend the adapter",
                                operation.name, entry));
         };
         demand(operation.pull, raw.pull != nullptr, "pull");
         demand(operation.push, raw.push != nullptr, "push");
         demand(operation.inquire, raw.inquire != nullptr, "inquire");
         demand(operation.resume, raw.resume != nullptr, "resume");
         to.operations.push_back(std::move(operation));
       });
  if (to.operations.empty()) refuse("it has no operation; mend the adapter");
}

void judge_version(const tilts_descriptor& raw) {
  if (raw.magic != TILTS_ABI_MAGIC)
    refuse(
        "its tilts_adapter is not an adapter's descriptor (wrong magic number); build it with plugins/sdk");
  if (raw.struct_size < first_version)
    refuse(fmt::format("its descriptor has {} bytes where version {}.0 has {}; rebuild the adapter",
                       raw.struct_size, TILTS_ABI_MAJOR, first_version));
  if (raw.abi_major < TILTS_ABI_MAJOR)
    refuse(fmt::format(
        "it was built for version {} of the contract, this gateway speaks {}; rebuild the adapter",
        raw.abi_major, TILTS_ABI_MAJOR));
  if (raw.abi_major > TILTS_ABI_MAJOR)
    refuse(fmt::format(
        "it was built for version {} of the contract, this gateway speaks {}; upgrade the gateway",
        raw.abi_major, TILTS_ABI_MAJOR));
  if (raw.abi_minor > TILTS_ABI_MINOR)
    refuse(fmt::format(
        "it needs version {}.{} of the contract, this gateway speaks up to {}.{}; upgrade the gateway",
        raw.abi_major, raw.abi_minor, TILTS_ABI_MAJOR, TILTS_ABI_MINOR));
}

}  // namespace

Descriptor read_descriptor(const tilts_descriptor& raw, std::string_view id) {
  judge_version(raw);
  Descriptor result;
  std::set<std::string> taken;
  result.id = name(raw.id, "the adapter", taken);
  if (result.id != id)
    refuse(
        fmt::format("it is the adapter {}, the configuration says {}; correct one of them", result.id, id));
  result.version = text(raw.version, "its version");
  if (result.version.empty()) refuse("it has no version; write it in the adapter");
  result.documentation = documentation(raw.documentation, "the adapter");
  result.takes_attachments = raw.abi_minor >= 1;
  result.declares_itself = declare_of(raw) != nullptr;
  if (raw.create == nullptr || raw.destroy == nullptr)
    refuse("it has no create or no destroy; mend the adapter");
  read_settings(raw, result);
  read_record_types(raw, result);
  read_operations(raw, result);
  return result;
}

decltype(tilts_descriptor::declare) declare_of(const tilts_descriptor& raw) {
  return raw.abi_minor >= 2 && raw.struct_size >= first_version + sizeof(raw.declare) ? raw.declare : nullptr;
}

void read_declaration(const tilts_declaration& raw, Descriptor& to) {
  to.remark = text(raw.remark, "its remark");
  if (raw.record_types == nullptr && raw.record_type_count == 0) return;
  to.record_types.clear();
  read_record_types(raw, to);
}

}  // namespace tilts::host
