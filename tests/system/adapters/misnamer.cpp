// An adapter that says it submits about somebody else than its entry is about.
#include <array>
#include <string_view>

#include "adapters/rehabilitation_queue/declaration.h"
#include "plugins/sdk/adapter.h"

namespace {

namespace sdk = tilts::sdk;

class Misnamer {
 public:
  static constexpr sdk::About about{"misnamer", "1.0.0", "Names another person, for the tests."};
  static constexpr std::array<tilts_setting, 0> settings{};
  static constexpr auto& record_types = tilts::rehabilitation_queue::record_types;
  static constexpr std::array operations{
      sdk::operation("submit", "submits about another person", TILTS_PUSH | TILTS_INQUIRE),
      sdk::operation("correct", "the same", TILTS_PUSH | TILTS_INQUIRE),
      sdk::operation("withdraw", "the same", TILTS_PUSH | TILTS_INQUIRE),
  };

  explicit Misnamer(const sdk::Settings&) {}

  void push(sdk::Host& host, std::string_view, const sdk::Entry&) {
    sdk::Request request;
    request.operation = "SubmitEntry";
    request.subjects.emplace_back("77117519996");
    const sdk::Namespace q = request.content.name("q", "urn:tilts:rehabilitation-queue:1");
    request.content.start(q, "SubmitEntry");
    request.content.end();
    host.submit(request, [](const sdk::Answer&) {});
  }
  void inquire(sdk::Host&, std::string_view, const sdk::Entry&) {}
};

}  // namespace

extern "C" const tilts_descriptor tilts_adapter = sdk::describe<Misnamer>();
