// The adapter: one look-up behind the state hub, described by a file and not by code. README.md has its form.
#include <string>
#include <string_view>
#include <vector>

#include "adapters/vdaa/answer.h"
#include "adapters/vdaa/lookup.h"
#include "plugins/request_service/roster_walk.h"
#include "plugins/sdk/adapter.h"

namespace tilts::vdaa {
namespace {

using request_service::ListQuestion;
using request_service::RosterWalk;

// A look-up's kinds of records in the contract's form; points into the look-up.
class RecordTypes {
 public:
  explicit RecordTypes(const Lookup& lookup) {
    fields_.reserve(lookup.of_person.size() + 1);
    add(lookup.person);
    for (const Kind& kind : lookup.of_person) add(kind);
  }
  const std::vector<tilts_record_type>& types() const { return types_; }

 private:
  void add(const Kind& kind) {
    std::vector<tilts_field_type>& fields = fields_.emplace_back();
    for (const Field& field : kind.fields)
      fields.push_back({sdk::to_abi(field.name), sdk::to_abi(field.documentation)});
    types_.push_back({sdk::to_abi(kind.type), sdk::to_abi(kind.documentation), fields.data(),
                      static_cast<uint32_t>(fields.size()), sizeof(tilts_field_type)});
  }

  std::vector<std::vector<tilts_field_type>> fields_;
  std::vector<tilts_record_type> types_;
};

class Vdaa {
 public:
  static constexpr sdk::About about{
      "vdaa", "1.0.0",
      "A look-up at a registry behind the state hub (VDAA), described by a file: "
      "the hub's envelope is documented but never tried live, the messages of the "
      "look-ups that we ship are modelled by us."};
  static constexpr std::array settings{
      sdk::text_setting("lookup", "the look-up, <setting name=\"lookup\" file=\"lookup.xml\"/>: README.md",
                        sdk::required, 1, 1 << 20),
  };
  // What it emits its look-up says: declared_record_types().
  static constexpr std::array<tilts_record_type, 0> record_types{};
  static constexpr std::array operations{
      sdk::operation("lookup", "everyone on the roster, in lists as long as the look-up says",
                     TILTS_PULL | TILTS_RESUME),
  };

  explicit Vdaa(const sdk::Settings& values) : lookup_(read_lookup(values.text("lookup"))) {}

  const std::vector<tilts_record_type>& declared_record_types() const { return types_.types(); }

  void pull(sdk::Host& host, std::string_view, std::string_view cursor) {
    const ListQuestion question = list(host);
    RosterWalk(host, question).pull(cursor);
  }
  void resume(sdk::Host& host, std::string_view, const sdk::Entry*, std::string_view token) {
    const ListQuestion question = list(host);
    RosterWalk(host, question).resume(token);
  }

 private:
  ListQuestion list(sdk::Host& host) const {
    request_service::Service service = lookup_.service;
    service.sender = request_service::optional_name(host, "sender");
    check(service);
    return {.service = std::move(service),
            .page = static_cast<uint64_t>(lookup_.people),
            .snapshot = lookup_.has_total,
            .write = [this](sdk::Writer& to,
                            const std::vector<std::string>& codes) { lookup_.request.write(to, codes); },
            .read = [this, &host](const request_service::Reply& reply, const std::vector<std::string>& codes,
                                  uint64_t& total) { return people_.read(host, reply, codes, total); }};
  }

  const Lookup lookup_;
  const RecordTypes types_{lookup_};
  const PeopleReader people_{lookup_, types_.types()};
};

}  // namespace
}  // namespace tilts::vdaa

extern "C" const tilts_descriptor tilts_adapter = tilts::sdk::describe<tilts::vdaa::Vdaa>();
