// An adapter whose operations name nobody: a directory, told whole or by its changes. The registry is asked a
// question of the conversation alone; what is told stands in the setting.
#include <array>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "plugins/request_service/conversation.h"
#include "plugins/sdk/adapter.h"

namespace {

namespace sdk = tilts::sdk;

constexpr std::array entry_fields{
    sdk::field("address", "what the entry is called"),
    sdk::field("title", "who it is"),
};

class Directory {
 public:
  static constexpr sdk::About about{"directory", "1.0.0", "Tells of addressees, for the tests."};
  static constexpr std::array settings{
      sdk::integer_setting("page-size", "not used", "100", 1, 1000),
      sdk::text_setting("entries",
                        "a line each: ADDRESS TITLE, or ADDRESS alone for one that is gone, or "
                        "ADDRESS ? for one that cannot be read",
                        ""),
  };
  static constexpr std::array record_types{sdk::record_type("entry", "an addressee", entry_fields)};
  static constexpr std::array operations{
      sdk::operation("directory", "all of them", TILTS_PULL),
      sdk::operation("changes", "what changed", TILTS_PULL),
      sdk::operation("curious", "asks about somebody", TILTS_PULL),
      sdk::operation("files", "keeps a file that it was told, and one that is not what was said", TILTS_PULL),
      sdk::operation("phantom", "collects what did not come", TILTS_PULL),
  };

  explicit Directory(const sdk::Settings& values) : entries_(values.text("entries")) {}

  void pull(sdk::Host& host, std::string_view operation, std::string_view cursor) {
    if (host.roster_size() != 0) throw sdk::Failure(sdk::Code::bug, "there is a roster");
    if (operation == "files" || operation == "phantom") return files(host, operation == "phantom");
    tilts::request_service::Conversation(
        host, operation == "curious" ? std::vector<std::string>{"32999999999"} : std::vector<std::string>())
        .end();
    uint64_t present = 0;
    std::istringstream lines(entries_);
    for (std::string line; std::getline(lines, line);) present += emit(host, line);
    if (operation == "changes") return host.checkpoint(std::string(cursor) + "x");
    host.checkpoint("", present);
  }

 private:
  static void files(sdk::Host& host, bool phantom) {
    sdk::Request request;
    // Any signed answer will do.
    request.operation = "StartTransaction";
    const sdk::Namespace hub = request.content.name("r", "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0");
    request.content.start(hub, "StartTransaction");
    request.content.element(hub, "eServiceID", host.name("eservice"));
    request.content.end();
    host.ask(request, [&](const sdk::Answer& answer) {
      if (!answer.is_signed()) throw sdk::Failure(sdk::Code::bug, "it is not signed");
      if (phantom) host.collect("letter", "nothing@came");
      host.collect_bytes("letter", "Dear ");
      host.collect_bytes("letter", "city,");
      host.collect_bytes("other", "not what was said");
    });
    const std::string name = host.keep_file({.file = "letter", .document = "d-1", .name = "Lēmums.pdf"});
    emit(host, "d-1 " + name);  // while nothing is in doubt
    try {
      host.keep_file({.file = "other",
                      .document = "d-2",
                      .name = "x.pdf",
                      .digest_method = "http://www.w3.org/2001/04/xmlenc#sha256",
                      .digest = std::string(32, 'x')});
      throw std::logic_error("it was kept");
    } catch (const sdk::Failure& failure) {
      if (failure.code() != sdk::Code::untrusted) throw;
    }
    host.checkpoint("", 1);
  }

  // Returns whether it is there.
  static bool emit(sdk::Host& host, const std::string& line) {
    const size_t space = line.find(' ');
    const std::string title = space == std::string::npos ? "" : line.substr(space + 1);
    sdk::Record record(record_types[0]);
    record.key = std::string_view(line).substr(0, space);
    record.as_of = "2026-11-21";
    if (title.empty()) {
      record.presence = sdk::Presence::gone;
    } else if (title == "?") {
      record.presence = sdk::Presence::held;
      record.reason = "its title is not text";
    } else {
      record.set(0, record.key);
      record.set(1, title);
    }
    host.emit(record);
    return !title.empty();
  }

  std::string entries_;
};

}  // namespace

extern "C" const tilts_descriptor tilts_adapter = sdk::describe<Directory>();
