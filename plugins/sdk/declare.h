// What an adapter says about itself, declared once: checks, defaults, `tilts adapters` and the documentation
// come from it. All of it is constexpr and lives in the library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/sdk/failure.h"

namespace tilts::sdk {

struct About {
  std::string_view id;  // lower-case letters, digits, '_' and '-'; the file is libtilts_<id>.so
  std::string_view version;
  std::string_view documentation;  // what it speaks with, and how true that is
};

struct Required {};
inline constexpr Required required{};

constexpr tilts_setting text_setting(std::string_view name, std::string_view documentation,
                                     std::string_view default_value, int64_t minimum = 0,
                                     int64_t maximum = 4096) {
  return {to_abi(name),
          to_abi(documentation),
          to_abi(default_value),
          {},
          minimum,
          maximum,
          TILTS_SETTING_TEXT,
          0};
}
constexpr tilts_setting text_setting(std::string_view name, std::string_view documentation, Required,
                                     int64_t minimum = 1, int64_t maximum = 4096) {
  return {to_abi(name), to_abi(documentation), {}, {}, minimum, maximum, TILTS_SETTING_TEXT, 1};
}
// The default is written as text ("100"), as it stands in a configuration.
constexpr tilts_setting integer_setting(std::string_view name, std::string_view documentation,
                                        std::string_view default_value, int64_t minimum, int64_t maximum) {
  return {to_abi(name),
          to_abi(documentation),
          to_abi(default_value),
          {},
          minimum,
          maximum,
          TILTS_SETTING_INTEGER,
          0};
}
constexpr tilts_setting integer_setting(std::string_view name, std::string_view documentation, Required,
                                        int64_t minimum, int64_t maximum) {
  return {to_abi(name), to_abi(documentation), {}, {}, minimum, maximum, TILTS_SETTING_INTEGER, 1};
}
constexpr tilts_setting boolean_setting(std::string_view name, std::string_view documentation,
                                        bool default_value) {
  return {to_abi(name),
          to_abi(documentation),
          to_abi(default_value ? "yes" : "no"),
          {},
          0,
          0,
          TILTS_SETTING_BOOLEAN,
          0};
}
// `choices`: the words, one space between them.
constexpr tilts_setting choice_setting(std::string_view name, std::string_view documentation,
                                       std::string_view choices, std::string_view default_value) {
  return {to_abi(name),
          to_abi(documentation),
          to_abi(default_value),
          to_abi(choices),
          0,
          0,
          TILTS_SETTING_CHOICE,
          0};
}

constexpr tilts_field_type field(std::string_view name, std::string_view documentation) {
  return {to_abi(name), to_abi(documentation)};
}
// `fields` must be static: the descriptor points to it.
template <size_t count>
constexpr tilts_record_type record_type(std::string_view name, std::string_view documentation,
                                        const std::array<tilts_field_type, count>& fields) {
  return {to_abi(name), to_abi(documentation), fields.data(), count, sizeof(tilts_field_type)};
}

// `entries`: TILTS_PULL | TILTS_RESUME, …
constexpr tilts_operation operation(std::string_view name, std::string_view documentation, uint32_t entries) {
  return {to_abi(name), to_abi(documentation), entries, 0};
}

// The index of a declared field, known while compiling: constexpr auto code = field_index(person_fields,
// "code").
template <size_t count>
consteval uint32_t field_index(const std::array<tilts_field_type, count>& fields, std::string_view name) {
  for (uint32_t index = 0; index < count; ++index)
    if (from_abi(fields[index].name) == name) return index;
  throw "no such field";
}

}  // namespace tilts::sdk
