// Rows and targets that several of these tests use.
#pragma once

#include <string>
#include <vector>

#include "gateway/targets/target.h"

namespace tilts::targets {

inline Layout residents() {
  return {"municipal/resident", {{"client", true, true}, {"name", false, false}, {"code", false, true}}};
}

inline Row row(std::string client, std::string name, std::string code) {
  return {client, {client, std::move(name), std::move(code)}, {0, 0, 0}};
}

inline Settings settings(Kind kind, const std::filesystem::path& folder) {
  Settings made;
  made.name = "residents";
  made.environment = "test";
  made.kind = kind;
  made.folder = folder;
  return made;
}

inline Delivery delivery(std::string run = "17", std::string part = "2-rest") {
  return {std::move(run), std::move(part), "2026-11-21T01:00:00.000Z", std::string(64, 'a')};
}

inline Receipt deliver(Target& target, const std::vector<Row>& rows, const Delivery& as = delivery()) {
  auto writing = target.begin(as);
  for (const Row& each : rows) writing->write(Action::add, each);
  return writing->finish();
}

// `count` rows that fill several buffers.
inline std::vector<Row> many(int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i)
    rows.push_back(row("K-" + std::to_string(i), std::string(200, 'x'), "00" + std::to_string(i)));
  return rows;
}

}  // namespace tilts::targets
