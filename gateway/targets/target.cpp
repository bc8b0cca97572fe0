#include "gateway/targets/target.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/targets/csv.h"
#include "gateway/targets/file_target.h"
#include "gateway/targets/names.h"
#include "gateway/targets/ndjson.h"
#include "gateway/targets/sql.h"
#include "gateway/targets/xml.h"

namespace tilts::targets {
namespace {

bool plain(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

}  // namespace

void check_names(const Delivery& delivery) {
  if (!plain(delivery.run) || !plain(delivery.part))
    throw Error(Code::bug, "a delivery's run and part may hold letters, digits, \"-\" and \"_\" only");
}

bool Target::fit(Row&, std::vector<Finding>&) { return true; }

std::unique_ptr<Target> Target::open(const Settings& settings, Layout layout) {
  if (!plain(settings.name) || !plain(settings.environment))
    throw Error(
        Code::config,
        fmt::format(
            "target \"{}\": its name and the environment may hold letters, digits, \"-\" and \"_\" only; "
            "they become file names",
            settings.name));
  if (settings.encoding != Encoding::utf8 && settings.kind != Kind::csv)
    throw Error(Code::config,
                fmt::format("target {}: only csv can be windows-1257; take encoding=\"windows-1257\" away",
                            settings.name));
  switch (settings.kind) {
    case Kind::csv:
      return std::make_unique<FileTarget>(settings, std::make_unique<Csv>(settings, std::move(layout)));
    case Kind::ndjson:
      return std::make_unique<FileTarget>(settings, std::make_unique<Ndjson>(settings, std::move(layout)));
    case Kind::xml:
      return std::make_unique<FileTarget>(settings, std::make_unique<Xml>(settings, std::move(layout)));
    case Kind::sql:
      return std::make_unique<Sql>(settings, std::move(layout));
  }
  throw Error(Code::bug, "a kind of target that nobody makes");
}

}  // namespace tilts::targets
