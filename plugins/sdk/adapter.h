// Write an adapter as a class; this makes the C descriptor of it.
//
//   class Echo {
//    public:
//     static constexpr sdk::About about{"echo", "1.0.0", "Says back what it is asked."};
//     static constexpr std::array settings{sdk::integer_setting("page-size", "…", "100", 1, 1000)};
//     static constexpr std::array record_types{sdk::record_type("person", "…", person_fields)};
//     static constexpr std::array operations{sdk::operation("residents", "…", TILTS_PULL)};
//
//     explicit Echo(const sdk::Settings& values);  // throws Failure(config) when they do not go together
//     void pull(sdk::Host& host, std::string_view operation, std::string_view cursor);
//     // and, where an operation takes them:
//     void push(sdk::Host& host, std::string_view operation, const sdk::Entry& entry);
//     void inquire(sdk::Host& host, std::string_view operation, const sdk::Entry& entry);
//     void resume(sdk::Host& host, std::string_view operation, const sdk::Entry* entry, std::string_view
//     token);
//     // where its record types depend on its settings: in place of record_types, kept by the instance
//     const std::vector<tilts_record_type>& declared_record_types() const;
//   };
//   extern "C" const tilts_descriptor tilts_adapter = sdk::describe<Echo>();
//
// One instance belongs to one run and is never entered by two threads. No variable outside the class, no
// thread, no socket, no file. What an entry point throws becomes the run's sentence.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/declare.h"
#include "plugins/sdk/failure.h"
#include "plugins/sdk/host.h"
#include "plugins/sdk/record.h"
#include "plugins/sdk/writer.h"

namespace tilts::sdk {

// The values of the declared settings: checked by the host, defaults filled in.
class Settings {
 public:
  Settings(const tilts_setting_value* values, uint32_t count) {
    for (uint32_t index = 0; index < count; ++index)
      values_.emplace_back(from_abi(values[index].name), from_abi(values[index].value));
  }

  const std::string& text(std::string_view name) const {
    for (const auto& [known, value] : values_)
      if (known == name) return value;
    throw Failure(Code::bug, "the adapter reads a setting that it does not declare: " + std::string(name));
  }
  int64_t integer(std::string_view name) const {
    const std::string& value = text(name);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size())
      throw Failure(Code::bug, "setting " + std::string(name) + " is not declared as an integer");
    return number;
  }
  bool boolean(std::string_view name) const { return text(name) == "yes"; }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

namespace detail {

// The only place where an author's exception becomes a status and a sentence.
template <typename Work>
tilts_status guarded(tilts_sink error, Work&& work) noexcept {
  try {
    work();
    return TILTS_OK;
  } catch (const Failure& failure) {
    error.put(error.context, to_abi(failure.what()));
    return static_cast<tilts_status>(failure.code());
  } catch (const std::exception& exception) {
    error.put(error.context, to_abi(exception.what()));
  } catch (...) {
    error.put(error.context, to_abi("the adapter threw something that is not a std::exception"));
  }
  return TILTS_BUG;
}

// A class whose record types depend on its settings has this member, and keeps what it returns.
template <typename Class>
concept DeclaresItself = requires(const Class& adapter) {
  { adapter.declared_record_types().data() } -> std::convertible_to<const tilts_record_type*>;
};

// One whose settings have a consequence that must be known says it here, in a text that it keeps.
template <typename Class>
concept Remarks = requires(const Class& adapter) {
  { adapter.remark() } -> std::convertible_to<std::string_view>;
};

template <typename Class>
const tilts_record_type* types_of(const Class& adapter) {
  if constexpr (DeclaresItself<Class>)
    return adapter.declared_record_types().data();
  else
    return Class::record_types.data();
}

template <typename Class>
std::optional<Entry> entry_of(const Class& adapter, const tilts_entry* entry) {
  if (entry == nullptr) return std::nullopt;
  return Entry(*entry, types_of(adapter));
}

template <typename Class>
struct Entries {
  static Class& self(void* instance) { return *static_cast<Class*>(instance); }

  static tilts_status create(const tilts_setting_value* values, uint32_t count, tilts_sink error,
                             void** instance) {
    return guarded(error, [&] { *instance = new Class(Settings(values, count)); });
  }
  static void destroy(void* instance) { delete static_cast<Class*>(instance); }
  static tilts_status pull(void* instance, const tilts_host* host, tilts_text operation, tilts_text cursor,
                           tilts_sink error) {
    return guarded(error, [&] {
      Host served(*host, types_of(self(instance)));
      self(instance).pull(served, from_abi(operation), from_abi(cursor));
    });
  }
  static tilts_status push(void* instance, const tilts_host* host, tilts_text operation,
                           const tilts_entry* entry, tilts_sink error) {
    return guarded(error, [&] {
      Host served(*host, types_of(self(instance)));
      self(instance).push(served, from_abi(operation), *entry_of(self(instance), entry));
    });
  }
  static tilts_status inquire(void* instance, const tilts_host* host, tilts_text operation,
                              const tilts_entry* entry, tilts_sink error) {
    return guarded(error, [&] {
      Host served(*host, types_of(self(instance)));
      self(instance).inquire(served, from_abi(operation), *entry_of(self(instance), entry));
    });
  }
  static tilts_status resume(void* instance, const tilts_host* host, tilts_text operation,
                             const tilts_entry* entry, tilts_text token, tilts_sink error) {
    return guarded(error, [&] {
      Host served(*host, types_of(self(instance)));
      const std::optional<Entry> given = entry_of(self(instance), entry);
      self(instance).resume(served, from_abi(operation), given ? &*given : nullptr, from_abi(token));
    });
  }
  static tilts_status declare(void* instance, tilts_declaration* declaration, tilts_sink error) {
    return guarded(error, [&] {
      if constexpr (DeclaresItself<Class>) {
        const auto& types = self(instance).declared_record_types();
        declaration->record_types = types.data();
        declaration->record_type_count = static_cast<uint32_t>(types.size());
        declaration->record_type_stride = sizeof(tilts_record_type);
      }
      if constexpr (Remarks<Class>) {
        if (declaration->struct_size >= offsetof(tilts_declaration, remark) + sizeof(declaration->remark))
          declaration->remark = to_abi(self(instance).remark());
      }
    });
  }
};

}  // namespace detail

// The descriptor of an adapter class, made while compiling.
template <typename Class>
constexpr tilts_descriptor describe() {
  using Entries = detail::Entries<Class>;
  tilts_descriptor result{};
  result.magic = TILTS_ABI_MAGIC;
  result.struct_size = sizeof(tilts_descriptor);
  result.abi_major = TILTS_ABI_MAJOR;
  result.abi_minor = TILTS_ABI_MINOR;
  result.id = to_abi(Class::about.id);
  result.version = to_abi(Class::about.version);
  result.documentation = to_abi(Class::about.documentation);
  result.settings = Class::settings.data();
  result.setting_count = static_cast<uint32_t>(Class::settings.size());
  result.setting_stride = sizeof(tilts_setting);
  result.record_types = Class::record_types.data();
  result.record_type_count = static_cast<uint32_t>(Class::record_types.size());
  result.record_type_stride = sizeof(tilts_record_type);
  result.operations = Class::operations.data();
  result.operation_count = static_cast<uint32_t>(Class::operations.size());
  result.operation_stride = sizeof(tilts_operation);
  result.create = &Entries::create;
  result.destroy = &Entries::destroy;
  if constexpr (requires(Class adapter, Host host) {
                  adapter.pull(host, std::string_view(), std::string_view());
                })
    result.pull = &Entries::pull;
  if constexpr (requires(Class adapter, Host host, Entry entry) {
                  adapter.push(host, std::string_view(), entry);
                })
    result.push = &Entries::push;
  if constexpr (requires(Class adapter, Host host, Entry entry) {
                  adapter.inquire(host, std::string_view(), entry);
                })
    result.inquire = &Entries::inquire;
  if constexpr (requires(Class adapter, Host host, const Entry* entry) {
                  adapter.resume(host, std::string_view(), entry, std::string_view());
                })
    result.resume = &Entries::resume;
  if constexpr (detail::DeclaresItself<Class> || detail::Remarks<Class>) result.declare = &Entries::declare;
  return result;
}

}  // namespace tilts::sdk
