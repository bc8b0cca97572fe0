#include "gateway/pull/deliveries.h"

#include <Poco/Logger.h>

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

OpenDeliveries open_deliveries(const config::Configuration& configuration, const config::JobSettings& job) {
  OpenDeliveries deliveries;
  for (const config::DeliverySettings& settings : job.deliveries) {
    try {
      auto mapping = mapping::Mapping::load(settings.mapping);
      auto writer = open_target(configuration, settings.target, mapping->layout());
      deliveries.open.push_back({settings.target, std::move(mapping), std::move(writer)});
    } catch (const Error& error) {
      Poco::Logger::get("pull").error("job " + job.name + ": " + error.what());
      if (!deliveries.problem) deliveries.problem = error;
    }
  }
  return deliveries;
}

}  // namespace tilts::pull
