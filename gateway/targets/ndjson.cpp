#include "gateway/targets/ndjson.h"

#include <utility>

#include <Poco/JSONString.h>

namespace tilts::targets {
namespace {

std::string json(const std::string& text) { return Poco::toJSON(text, Poco::JSON_WRAP_STRINGS); }

}  // namespace

Ndjson::Ndjson(const Settings& settings, Layout layout)
    : layout_(std::move(layout)), environment_(json(settings.environment)) {
  for (const Column& column : layout_.columns) names_.push_back(json(column.name));
}

void Ndjson::begin(const Delivery&, std::string&) {}

void Ndjson::row(Action action, const Row& row, std::string& out) {
  out += "{\"action\":\"";
  out += name(action);
  out += "\",\"environment\":";
  out += environment_;
  bool any_held = false;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    if (row.held[i] != 0) any_held = true;
    if (row.held[i] != 0 || (action == Action::remove && !layout_.columns[i].key)) continue;
    out += ',';
    out += names_[i];
    out += ':';
    out += row.cells[i].empty() ? "null" : json(row.cells[i]);
  }
  if (any_held) {
    out += ",\"held_back\":[";
    bool first = true;
    for (size_t i = 0; i < row.held.size(); ++i) {
      if (row.held[i] == 0) continue;
      if (!std::exchange(first, false)) out += ',';
      out += names_[i];
    }
    out += ']';
  }
  out += "}\n";
}

void Ndjson::end(std::string&) {}

bool Ndjson::fit(Row&, std::vector<Finding>&) { return true; }

}  // namespace tilts::targets
