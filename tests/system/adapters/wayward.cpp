// An adapter that goes astray in one way an operation.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "adapters/population/declaration.h"
#include "plugins/sdk/adapter.h"

namespace {

namespace sdk = tilts::sdk;

class Wayward {
 public:
  static constexpr sdk::About about{"wayward", "1.0.0", "Goes astray, for the tests."};
  static constexpr std::array settings{
      sdk::integer_setting("page-size", "not used", "100", 1, 1000),
      sdk::text_setting("document", "what `proven` verifies: <Person>code</Person> is all of it", ""),
  };
  // What the mappings of the tests read; it emits the code alone.
  static constexpr auto record_types = tilts::population::record_types;
  static constexpr std::array operations{
      sdk::operation("throws", "throws after it emitted half a page", TILTS_PULL),
      sdk::operation("aborts", "calls abort", TILTS_PULL),
      sdk::operation("segfaults", "writes where it may not", TILTS_PULL),
      sdk::operation("loops", "never comes back and never calls the host", TILTS_PULL),
      sdk::operation("nonsense", "emits what is not text", TILTS_PULL),
      sdk::operation("floods", "emits without ever checkpointing", TILTS_PULL),
      sdk::operation("stranger", "emits people nobody asked about", TILTS_PULL),
      sdk::operation("curious", "asks about people who are not on the roster", TILTS_PULL),
      sdk::operation("miscounts", "says that the snapshot holds more than came", TILTS_PULL),
      sdk::operation("proven", "emits whom a signed document names", TILTS_PULL),
      sdk::operation("trusting", "emits whom a document names, whatever is said of its signature",
                     TILTS_PULL),
      sdk::operation("parks", "answers at the third try, each a day after the other",
                     TILTS_PULL | TILTS_RESUME),
      sdk::operation("vain", "parks, and the registry then says no", TILTS_PULL | TILTS_RESUME),
      sdk::operation("stumbles", "parks, and the registry is then out of reach", TILTS_PULL | TILTS_RESUME),
  };

  explicit Wayward(const sdk::Settings& values) : document_(values.text("document")) {}

  void pull(sdk::Host& host, std::string_view operation, std::string_view cursor) {
    if (operation == "parks" || operation == "vain" || operation == "stumbles") {
      host.checkpoint(std::string(cursor) + "x");
      return host.park("once", a_day);
    }
    if (operation == "proven" || operation == "trusting") return read_document(host, operation == "trusting");
    const std::vector<std::string> codes = host.roster(0, host.roster_size());
    for (const std::string& code : codes) emit(host, code);
    if (operation == "throws") throw std::runtime_error("it lost its way");
    if (operation == "aborts") std::abort();
    if (operation == "segfaults") std::raise(SIGSEGV);
    for (volatile bool forever = operation == "loops"; forever;) continue;
    if (operation == "nonsense") emit(host, "\xFF\xFE");
    while (operation == "floods") emit(host, codes.front());
    if (operation == "curious") ask_about(host, {codes.front(), "32999999999"});
    if (operation == "stranger") emit(host, "32999999999");
    host.checkpoint("done", codes.size() + (operation == "miscounts" || operation == "stranger" ? 1 : 0));
  }

  void resume(sdk::Host& host, std::string_view operation, const sdk::Entry*, std::string_view token) {
    if (operation == "vain") throw sdk::Failure(sdk::Code::declined, "it knows of no such question");
    if (operation == "stumbles") throw sdk::Failure(sdk::Code::transient, "no route");
    if (token == "once") return host.park("twice", a_day);
    const std::vector<std::string> codes = host.roster(0, host.roster_size());
    for (const std::string& code : codes) emit(host, code);
    host.checkpoint("done", codes.size());
  }

 private:
  static constexpr std::chrono::seconds a_day{std::chrono::days{1}};

  void read_document(sdk::Host& host, bool trusting) {
    try {
      host.verify_document(document_, [&](const sdk::Answer& answer) {
        if (answer.is_signed()) emit(host, named(answer.part("{urn:proof}Person")));
      });
    } catch (const sdk::Failure&) {
      if (!trusting) throw;
      emit(host, named(document_));
    }
    host.checkpoint("done");
  }

  static std::string named(std::string_view person) {
    return std::string(person.substr(person.find('>') + 1, 11));
  }

  static void ask_about(sdk::Host& host, std::vector<std::string> people) {
    sdk::Request request;
    request.operation = "SubmitSync";
    const sdk::Namespace question = request.content.name("q", "urn:question");
    request.content.start(question, "Question");
    request.content.end();
    request.subjects = std::move(people);
    host.ask(request, [](const sdk::Answer&) {});
  }

  static void emit(sdk::Host& host, const std::string& code) {
    sdk::Record record(record_types[0]);
    record.key = code;
    record.as_of = "2026-11-21";
    record.set(0, code);
    host.emit(record);
  }

  std::string document_;
};

}  // namespace

extern "C" const tilts_descriptor tilts_adapter = sdk::describe<Wayward>();
