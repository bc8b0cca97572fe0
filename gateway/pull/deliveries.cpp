#include "gateway/pull/deliveries.h"

#include <algorithm>

#include <Poco/Logger.h>
#include <fmt/format.h>

#include "gateway/registries/registries.h"

namespace tilts::pull {
namespace {

targets::Kind kind_of(config::TargetKind kind) {
  switch (kind) {
    case config::TargetKind::csv:
      return targets::Kind::csv;
    case config::TargetKind::xml:
      return targets::Kind::xml;
    case config::TargetKind::ndjson:
      return targets::Kind::ndjson;
    case config::TargetKind::sql:
      return targets::Kind::sql;
  }
  throw Error(Code::bug, "a kind of target without a writer; report this");
}

}  // namespace

std::unique_ptr<targets::Target> open_target(const config::Configuration& configuration,
                                             const std::string& name, const targets::Layout& layout) {
  const config::TargetSettings* found = configuration.target(name);
  if (!found)
    throw Error(Code::config, "target " + name + ": the configuration has none of this name; add it");
  targets::Settings settings;
  settings.name = found->name;
  settings.environment = config::name(configuration.environment);
  settings.kind = kind_of(found->kind);
  settings.folder = found->folder;
  settings.encoding = found->encoding == config::Encoding::windows_1257 ? targets::Encoding::windows1257
                                                                        : targets::Encoding::utf8;
  settings.reader =
      found->reader == config::Reader::program ? targets::Reader::program : targets::Reader::people;
  settings.stylesheet = found->stylesheet;
  settings.schema = found->schema;
  settings.connection = found->connection;
  settings.table = found->table;
  return targets::Target::open(settings, layout);
}

Emitters emitters(const config::JobSettings& job, const registries::Registries& registries) {
  Emitters found{&registries.at(job.registry).descriptor};
  if (!job.population.empty()) found.push_back(&registries.at(job.population).descriptor);
  return found;
}

std::vector<mapping::Problem> never_emitted(const mapping::Mapping& mapping, const Emitters& emitters) {
  std::string who;
  for (const host::Descriptor* adapter : emitters) who += (who.empty() ? "adapter " : " or ") + adapter->id;
  std::vector<mapping::Problem> problems;
  for (const mapping::Reference& reference : mapping.references()) {
    bool record = false, field = reference.field.empty();
    for (const host::Descriptor* adapter : emitters)
      for (const host::RecordType& type : adapter->record_types) {
        if (type.name != reference.record) continue;
        record = true;
        field = field || std::ranges::count(type.fields, reference.field, &host::FieldType::name) > 0;
      }
    if (record && field) continue;
    if (!record && !reference.field.empty()) continue;  // said once, of the record
    problems.push_back(
        {mapping.file(), reference.line,
         record ? fmt::format("{} emits no field {} of {}", who, reference.field, reference.record)
                : fmt::format("{} emits no record {}", who, reference.record)});
    problems.back().sentence += "; `tilts adapters` lists what it emits";
  }
  return problems;
}

std::optional<mapping::Problem> misses_roster(const mapping::Mapping& mapping,
                                              const config::JobSettings& job) {
  if (job.roster.none.empty() || mapping.roster_line() == 0) return std::nullopt;
  return mapping::Problem{mapping.file(), mapping.roster_line(),
                          fmt::format("job {} has no roster, so there is no subject.…; take a field of the "
                                      "record, or give the job a roster",
                                      job.name)};
}

OpenDeliveries open_deliveries(const config::Configuration& configuration, const config::JobSettings& job,
                               const Emitters& emitters) {
  OpenDeliveries deliveries;
  for (const config::DeliverySettings& settings : job.deliveries) {
    try {
      auto mapping = mapping::Mapping::load(settings.mapping);
      if (!emitters.empty())
        if (const auto problems = never_emitted(*mapping, emitters); !problems.empty())
          throw Error(Code::config, problems.front().text());
      if (const auto problem = misses_roster(*mapping, job)) throw Error(Code::config, problem->text());
      auto writer = open_target(configuration, settings.target, mapping->layout());
      deliveries.open.push_back({settings.target, std::move(mapping), std::move(writer)});
    } catch (const Error& error) {
      Poco::Logger::get("pull").error("job " + job.name + ": " + error.what());
      deliveries.problems.push_back(error);
    }
  }
  return deliveries;
}

void demand_deliveries(const config::Configuration& configuration, const registries::Registries& registries) {
  std::string sentences;
  for (const config::JobSettings& job : configuration.jobs)
    for (const Error& problem : open_deliveries(configuration, job, emitters(job, registries)).problems)
      if (problem.code() == Code::config)
        sentences += fmt::format("{}job {}: {}", sentences.empty() ? "" : "\n", job.name, problem.what());
  if (!sentences.empty()) throw Error(Code::config, sentences);
}

}  // namespace tilts::pull
