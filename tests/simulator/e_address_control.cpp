#include "tests/simulator/e_address_control.h"

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/simulator/json.h"
#include "tests/simulator/sealing.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t largest_file = 1UL << 30;

FileWish read_file(const Poco::JSON::Object& object) {
  demand_keys(object, {"name", "media_type", "text", "size", "compressed", "encrypted", "sections"});
  if (object.has("text") == object.has("size")) throw std::invalid_argument("a file has either text or size");
  FileWish file{.name = object.getValue<std::string>("name"),
                .media_type = object.optValue<std::string>("media_type", "application/octet-stream"),
                .content = object.optValue<std::string>("text", ""),
                .compressed = object.optValue<bool>("compressed", false),
                .encrypted = object.optValue<bool>("encrypted", false),
                .sections = object.optValue<unsigned>("sections", 0)};
  if (object.has("size")) {
    const std::size_t size = object.getValue<Poco::UInt64>("size");
    if (size > largest_file) throw std::invalid_argument("a file has at most 1 GiB");
    file.content = invented_octets(file.name, size);
  }
  return file;
}

LetterWish read_letter(const std::string& json) {
  const auto object = parse_json(json, {"sender", "kind", "title", "reference", "files", "defect"});
  LetterWish wish{.sender = object->getValue<std::string>("sender"),
                  .author = {},
                  .kind = object->optValue<std::string>("kind", "DOC_EMPTY"),
                  .title = object->optValue<std::string>("title", "Vēstule"),
                  .reference = object->optValue<std::string>("reference", ""),
                  .files = {},
                  .defect = defect_named(object->optValue<std::string>("defect", ""))};
  if (const auto files = object->getArray("files"))
    for (std::size_t place = 0; place < files->size(); ++place)
      wish.files.push_back(read_file(*files->getObject(static_cast<unsigned>(place))));
  return wish;
}

}  // namespace

std::optional<std::string> serve_e_address(EAddress& desk, const std::string& what, const std::string& body) {
  std::ostringstream out;
  if (what == "GET /sent") {
    desk.write_sent(out);
  } else if (what == "GET /mailbox") {
    desk.write_mailbox(out);
  } else if (what == "POST /messages") {
    out << fmt::format("{{\"message_id\":\"{}\"}}\n", desk.put(read_letter(body)));
  } else if (what == "POST /advance") {
    parse_json(body, {});
    const Directory::Turn turn = desk.advance();
    out << fmt::format(R"({{"version":"{}","added":{},"changed":{},"removed":{}}})"
                       "\n",
                       desk.version(), turn.added, turn.changed, turn.removed);
  } else {
    return std::nullopt;
  }
  return out.str();
}

}  // namespace tilts::simulator
