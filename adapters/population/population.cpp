// The adapter: residents and look-ups by the roster, changes by the registry's cursor. README.md has the
// wire.
#include <string>
#include <string_view>

#include "adapters/population/answer.h"
#include "adapters/population/declaration.h"
#include "plugins/request_service/asked.h"
#include "plugins/request_service/roster_walk.h"
#include "plugins/sdk/adapter.h"

namespace tilts::population {
namespace {

using request_service::Answered;
using request_service::Asked;
using request_service::Codes;
using request_service::Conversation;
using request_service::ListQuestion;
using request_service::Reply;
using request_service::RosterWalk;
using request_service::Service;
using request_service::service_of;
using sdk::Code;
using sdk::Failure;

class Population {
 public:
  static constexpr sdk::About about{"population", "1.0.0",
                                    "Residents (PMLP) through the VISS request service: its envelope is "
                                    "documented but never tried live, the "
                                    "messages inside it are modelled by us."};
  static constexpr auto& settings = population::settings;
  static constexpr auto& record_types = population::record_types;
  static constexpr auto& operations = population::operations;

  explicit Population(const sdk::Settings& values)
      : page_size_(static_cast<uint64_t>(values.integer("page-size"))) {}

  void pull(sdk::Host& host, std::string_view operation, std::string_view cursor) {
    if (operation == "changes") return changes(host, std::string(cursor));
    const ListQuestion question = list(host, operation);
    RosterWalk(host, question).pull(cursor);
  }

  void resume(sdk::Host& host, std::string_view operation, const sdk::Entry*, std::string_view token) {
    const ListQuestion question = list(host, operation);
    RosterWalk(host, question).resume(token);
  }

 private:
  ListQuestion list(sdk::Host& host, std::string_view operation) const {
    return {.service = service_of(host, "list"),
            .page = operation == "resident" ? 1 : page_size_,
            .snapshot = operation == "residents",
            .write =
                [](sdk::Writer& to, const Codes& codes) {
                  const sdk::Namespace p = to.name("p", person_namespace);
                  to.start(p, "PersonListRequest");
                  for (const std::string& code : codes) to.element(p, "PersonCode", code);
                  to.end();
                },
            .read =
                [this, &host](const Reply& reply, const Codes& codes, uint64_t& total) {
                  Asked asked(codes);
                  const Taken taken = list_.read(host, reply, &asked);
                  total += taken.total;
                  return taken.answered;
                }};
  }

  // The change feed, from the registry's cursor on; each page's cursor is a checkpoint.
  void changes(sdk::Host& host, std::string cursor) {
    const Service service = service_of(host, "changes");
    if (service.asynchronous)
      throw Failure(
          Code::config,
          "changes-call in the profile is async, and the change feed is asked page by page; mend it "
          "there");
    Conversation conversation(host);
    uint64_t page = page_size_;
    for (bool more = true; more;) {
      const Taken taken = changes_.ask_changes(host, conversation, service, [&](sdk::Writer& to) {
        const sdk::Namespace p = to.name("p", person_namespace);
        to.start(p, "PersonChangesRequest");
        to.element(p, "Since", cursor);
        to.element(p, "MaxCount", std::to_string(page));
        to.end();
      });
      if (taken.answered.outcome == Answered::Outcome::list_too_big) {
        if (page == 1) throw Failure(Code::declined, taken.answered.refusal);
        page /= 2;
        continue;
      }
      if (taken.next_cursor.empty() || (taken.has_more && taken.next_cursor == cursor))
        throw Failure(Code::untrusted,
                      "the change feed does not say where it goes on; nothing of this page was taken, ask "
                      "the registry");
      cursor = taken.next_cursor;
      host.checkpoint(cursor);
      conversation.answered();
      more = taken.has_more;
    }
    conversation.end();
  }

  const uint64_t page_size_;
  const PeopleReader list_{"PersonListResponse"};
  const PeopleReader changes_{"PersonChangesResponse"};
};

}  // namespace
}  // namespace tilts::population

extern "C" const tilts_descriptor tilts_adapter = tilts::sdk::describe<tilts::population::Population>();
