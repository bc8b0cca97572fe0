// One source, compiled once for each sentence with which the host refuses a library: DEFECT says what is
// wrong with this one. `none` is right, so that a test which refuses everything would be seen.
#include <cstddef>
#include <cstdint>

#include "plugins/abi/adapter_abi.h"

#define QUOTE(word) #word
#define TEXT_OF(word) QUOTE(word)

namespace {

// Whether this library has the defect of that name.
constexpr bool has(const char* name) {
  const char* defect = TEXT_OF(DEFECT);
  while (*name != '\0' && *name == *defect) ++name, ++defect;
  return *name == *defect;
}

template <uint64_t size>
constexpr tilts_text text(const char (&literal)[size]) {
  return {literal, size - 1};
}

constexpr tilts_field_type fields[] = {
    {text("code"), text("the code")},
    {has("two_fields_of_a_name") ? text("code") : text("text"), text("the text")},
};

constexpr tilts_setting settings[] = {
    {has("setting_name_not_plain") ? text("Page Size") : text("page-size"),
     has("setting_without_documentation") ? tilts_text{} : text("how many"),
     has("default_not_allowed") ? text("0") : text("10"),
     {},
     1,
     20,
     has("setting_of_no_kind") ? 9 : TILTS_SETTING_INTEGER,
     0},
    {has("two_settings_of_a_name") ? text("page-size") : text("mode"), text("which way"), text("slow"),
     text("slow quick"), 0, 0, TILTS_SETTING_CHOICE, 0},
    {text("who"), text("who asks"), {}, {}, 2, 8, TILTS_SETTING_TEXT, 1},
    {text("loud"), text("say more"), text("no"), {}, 0, 0, TILTS_SETTING_BOOLEAN, 0},
};

constexpr tilts_record_type record_types[] = {
    {text("person"), text("one person"), fields, 2,
     has("field_table_cut_short") ? uint32_t{4}
     : has("field_table_crooked") ? uint32_t{sizeof(tilts_field_type) + 1}
                                  : uint32_t{sizeof(tilts_field_type)}},
};

constexpr tilts_operation operations[] = {
    {text("everyone"), text("all of them"),
     has("operation_of_no_entry") ? uint32_t{64} : uint32_t{TILTS_PULL}, 0},
};

tilts_status create(const tilts_setting_value*, uint32_t, tilts_sink error, void** instance) {
  static char one;
  if (has("create_fails")) {
    error.put(error.context, text("cannot start: page-size and mode do not go together"));
    return TILTS_CONFIG;
  }
  if (has("create_fails_silently")) return TILTS_BUG;
  if (!has("create_gives_nothing")) *instance = &one;
  return TILTS_OK;
}
void destroy(void*) {}
// Another record type than the descriptor's.
constexpr tilts_record_type own_types[] = {
    {has("declaration_name_not_plain") ? text("Look Up") : text("lookup"), text("of this instance"), fields,
     2, sizeof(tilts_field_type)},
};
tilts_status declare(void*, tilts_declaration* declaration, tilts_sink error) {
  if (has("declare_fails")) {
    error.put(error.context, text("line 3: nobody declares the prefix b"));
    return TILTS_CONFIG;
  }
  declaration->record_types = own_types;
  declaration->record_type_count = 1;
  declaration->record_type_stride = has("declaration_crooked") ? 3 : sizeof(tilts_record_type);
  return TILTS_OK;
}
constexpr bool declares = has("declares") || has("declare_fails") || has("declaration_crooked") ||
                          has("declaration_name_not_plain") || has("declares_by_an_older_version");
tilts_status pull(void*, const tilts_host*, tilts_text, tilts_text, tilts_sink) { return TILTS_OK; }

}  // namespace

#if defined(NEEDS_A_FUNCTION)
extern "C" int tilts_nobody_has_this();
extern "C" TILTS_EXPORT int tilts_use() { return tilts_nobody_has_this(); }
#endif

extern "C" const tilts_descriptor tilts_adapter = {
    has("wrong_magic") ? 0x464C457Fu : TILTS_ABI_MAGIC,
    has("descriptor_too_small") ? uint32_t{64}
    : has("first_minor")        ? uint32_t{offsetof(tilts_descriptor, declare)}
                                : uint32_t{sizeof(tilts_descriptor)},
    has("older_major")   ? TILTS_ABI_MAJOR - 1
    : has("newer_major") ? TILTS_ABI_MAJOR + 1
                         : TILTS_ABI_MAJOR,
    has("newer_minor")                    ? TILTS_ABI_MINOR + 1
    : has("first_minor")                  ? 0u
    : has("declares_by_an_older_version") ? 1u
                                          : TILTS_ABI_MINOR,
    has("other_id")       ? text("somebody_else")
    : has("id_null")      ? tilts_text{nullptr, 4}
    : has("id_not_plain") ? text("Defect!")
                          : text("defect"),
    has("no_version") ? tilts_text{} : text("1.0.0"),
    has("no_documentation")         ? tilts_text{}
    : has("documentation_not_utf8") ? text("caf\xE9")
                                    : text("Wrong in one way."),
    settings,
    4,
    sizeof(tilts_setting),
    record_types,
    1,
    sizeof(tilts_record_type),
    has("operation_table_null") ? nullptr : operations,
    has("no_operation") ? 0u : 1u,
    sizeof(tilts_operation),
    has("no_create") ? nullptr : create,
    has("no_destroy") ? nullptr : destroy,
    has("entry_point_null") ? nullptr : pull,
    nullptr,
    nullptr,
    nullptr,
    declares ? declare : nullptr,
};
