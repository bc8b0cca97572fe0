#include "plugins/host/adapter.h"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/base/error.h"
#include "plugins/host/library.h"
#include "plugins/host/read_descriptor.h"
#include "plugins/host/session.h"
#include "plugins/host/text.h"

namespace tilts::host {
namespace {

// An entry in the contract's form; points into `entry` and itself.
class EntryArgument {
 public:
  EntryArgument(const Descriptor& descriptor, const Entry& entry) {
    const Record& record = entry.record;
    uint32_t type = 0;
    while (type < descriptor.record_types.size() && descriptor.record_types[type].name != record.type) ++type;
    if (type == descriptor.record_types.size())
      throw Error(Code::config, fmt::format("record type {} is not one of its", record.type));
    const std::vector<FieldType>& declared = descriptor.record_types[type].fields;
    for (const Field& field : record.fields) {
      uint32_t index = 0;
      while (index < declared.size() && declared[index].name != field.name) ++index;
      if (index == declared.size())
        throw Error(Code::config, fmt::format("record type {} has no field {}", record.type, field.name));
      fields_.push_back({to_abi(field.value), index, 0});
    }
    record_ = {sizeof(tilts_record),
               type,
               to_abi(record.key),
               to_abi(record.previous_key),
               to_abi(record.as_of),
               {},
               fields_.data(),
               static_cast<uint32_t>(fields_.size()),
               sizeof(tilts_field),
               record.present ? TILTS_PRESENT : TILTS_GONE,
               0};
    for (const Attachment& attachment : entry.attachments)
      attachments_.push_back({to_abi(attachment.name), to_abi(attachment.media_type),
                              to_abi(attachment.bytes), to_abi(attachment.sha256)});
    entry_ = {sizeof(tilts_entry),
              0,
              &record_,
              to_abi(entry.idempotency_key),
              attachments_.data(),
              static_cast<uint32_t>(attachments_.size()),
              sizeof(tilts_attachment)};
  }
  EntryArgument(const EntryArgument&) = delete;
  EntryArgument& operator=(const EntryArgument&) = delete;

  const tilts_entry* get() const { return &entry_; }

 private:
  std::vector<tilts_field> fields_;
  tilts_record record_{};
  std::vector<tilts_attachment> attachments_;
  tilts_entry entry_{};
};

// What the adapter says of its own failure: the first text counts.
class Said {
 public:
  tilts_sink sink() {
    return {this, [](void* self, tilts_text text) {
              Said& said = *static_cast<Said*>(self);
              if (said.text_.empty() && (text.data != nullptr || text.size == 0))
                said.text_ = sentence(view(text));
            }};
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

struct Adapter::Implementation {
  Implementation(std::shared_ptr<const Library> from, const Limits& limits, Watchdog* watched_by)
      : library(std::move(from)),
        raw(*library->implementation().raw),
        descriptor(library->descriptor()),
        activity(descriptor.id),
        session(descriptor, limits, activity),
        watchdog(watched_by) {
    if (watchdog != nullptr) watchdog->watch(activity);
  }
  ~Implementation() {
    if (instance != nullptr) {
      activity.adapter_runs();
      raw.destroy(instance);
      activity.host_runs();
    }
    if (watchdog != nullptr) watchdog->forget(activity);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void create(const Settings& settings);
  template <typename Enter>
  Ended run(Services& services, Entrance entrance, std::string_view operation, const Enter& enter);

  const std::shared_ptr<const Library> library;
  const tilts_descriptor& raw;
  Descriptor descriptor;  // the session keeps a reference to it
  Activity activity;
  Session session;
  Watchdog* const watchdog;
  void* instance = nullptr;
  bool broken = false;
};

void Adapter::Implementation::create(const Settings& settings) {
  if (const std::vector<std::string> wrong = problems(descriptor, settings); !wrong.empty())
    throw Error(Code::config, fmt::format("{}", fmt::join(wrong, "; ")));
  std::vector<tilts_setting_value> values;
  for (const Setting& setting : descriptor.settings) {
    const auto given = settings.find(setting.name);
    values.push_back(
        {to_abi(setting.name), to_abi(given == settings.end() ? setting.default_value : given->second)});
  }
  Said said;
  activity.adapter_runs();
  const tilts_status status =
      raw.create(values.data(), static_cast<uint32_t>(values.size()), said.sink(), &instance);
  activity.host_runs();
  const auto refuse = [&](std::string_view why) {
    throw Error(Code::config, fmt::format("adapter {}: {}", descriptor.id, why));
  };
  if (status != TILTS_OK) {
    instance = nullptr;
    refuse(said.text().empty() ? "did not start and gave no reason; mend the adapter" : said.text());
  }
  if (instance == nullptr) refuse("started without an instance; mend the adapter");
  const auto declare = declare_of(raw);
  if (declare == nullptr) return;
  Said of_itself;
  tilts_declaration declaration{sizeof(tilts_declaration), 0, nullptr, 0, 0, {}};
  activity.adapter_runs();
  const tilts_status told = declare(instance, &declaration, of_itself.sink());
  activity.host_runs();
  if (told != TILTS_OK)
    refuse(of_itself.text().empty() ? "does not say what it emits, and gave no reason; mend the adapter"
                                    : of_itself.text());
  try {
    read_declaration(declaration, descriptor);
  } catch (const Error& error) {
    refuse(error.what());
  }
}

template <typename Enter>
Ended Adapter::Implementation::run(Services& services, Entrance entrance, std::string_view operation,
                                   const Enter& enter) {
  try {
    if (broken) throw Error(Code::bug, "took another call after one that failed; make a new instance");
    const Operation* known = descriptor.operation(operation);
    const bool taken = known != nullptr && (entrance == Entrance::pull      ? known->pull
                                            : entrance == Entrance::push    ? known->push
                                            : entrance == Entrance::inquire ? known->inquire
                                                                            : known->resume);
    if (!taken)
      throw Error(Code::config, fmt::format("has no such operation to {}; `tilts adapters` lists what it has",
                                            entrance == Entrance::pull      ? "pull"
                                            : entrance == Entrance::push    ? "push"
                                            : entrance == Entrance::inquire ? "inquire"
                                                                            : "resume"));
    broken = true;  // until it has come back well
    Said said;
    session.begin(services, entrance);
    activity.adapter_runs();
    tilts_status status = TILTS_BUG;
    try {
      status = enter(said.sink());
    } catch (const Error&) {
      activity.host_runs();
      throw;  // the host's own, from before the adapter was entered
    } catch (...) {
      said.sink().put(&said, to_abi("let an exception cross the boundary; mend the adapter"));
    }
    activity.host_runs();
    const Ended ended = session.end(status, said.text());
    broken = ended == Ended::cancelled;
    return ended;
  } catch (const Error& error) {
    throw error.inside(fmt::format("adapter {}: operation {}", descriptor.id, operation));
  }
}

Adapter::Adapter(std::shared_ptr<const Library> library, const Settings& settings, const Limits& limits,
                 Watchdog* watchdog)
    : implementation_(std::make_unique<Implementation>(std::move(library), limits, watchdog)) {
  implementation_->create(settings);
}

Adapter::~Adapter() = default;

const Descriptor& Adapter::descriptor() const { return implementation_->descriptor; }
const Activity& Adapter::activity() const { return implementation_->activity; }

Descriptor declared(const std::shared_ptr<const Library>& library, const Settings& settings) {
  if (!library->descriptor().declares_itself) return library->descriptor();
  return Adapter(library, settings).descriptor();
}

Ended Adapter::pull(Services& services, std::string_view operation, std::string_view cursor) {
  Implementation& self = *implementation_;
  return self.run(services, Entrance::pull, operation, [&](tilts_sink error) {
    return self.raw.pull(self.instance, &self.session.table(), to_abi(operation), to_abi(cursor), error);
  });
}

Ended Adapter::push(Services& services, std::string_view operation, const Entry& entry) {
  Implementation& self = *implementation_;
  // It would not look at them, and nobody would know that they were left out.
  if (!entry.attachments.empty() && !self.descriptor.takes_attachments)
    throw Error(Code::config,
                fmt::format("adapter {}: it was built for version 1.0 of the contract, which has no "
                            "attachments; nothing was sent, rebuild the adapter",
                            self.descriptor.id));
  return self.run(services, Entrance::push, operation, [&](tilts_sink error) {
    const EntryArgument argument(self.descriptor, entry);
    return self.raw.push(self.instance, &self.session.table(), to_abi(operation), argument.get(), error);
  });
}

Ended Adapter::inquire(Services& services, std::string_view operation, const Entry& entry) {
  Implementation& self = *implementation_;
  return self.run(services, Entrance::inquire, operation, [&](tilts_sink error) {
    const EntryArgument argument(self.descriptor, entry);
    return self.raw.inquire(self.instance, &self.session.table(), to_abi(operation), argument.get(), error);
  });
}

Ended Adapter::resume(Services& services, std::string_view operation, const Entry* entry,
                      std::string_view token) {
  Implementation& self = *implementation_;
  const Entrance entrance = entry != nullptr ? Entrance::resume_push : Entrance::resume_pull;
  return self.run(services, entrance, operation, [&](tilts_sink error) {
    std::optional<EntryArgument> argument;
    if (entry != nullptr) argument.emplace(self.descriptor, *entry);
    return self.raw.resume(self.instance, &self.session.table(), to_abi(operation),
                           argument ? argument->get() : nullptr, to_abi(token), error);
  });
}

}  // namespace tilts::host
