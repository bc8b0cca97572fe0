// The adapter: an entry is sent once, whether it arrived is asked by its key, and what became of it is read
// from the registry's feed. README.md has the wire.
#include <optional>
#include <string_view>

#include "adapters/rehabilitation_queue/answer.h"
#include "adapters/rehabilitation_queue/changes.h"
#include "adapters/rehabilitation_queue/declaration.h"
#include "adapters/rehabilitation_queue/entry.h"
#include "plugins/sdk/adapter.h"

namespace tilts::rehabilitation_queue {
namespace {

class RehabilitationQueue {
 public:
  static constexpr sdk::About about{"rehabilitation_queue", "1.0.0",
                                    "The queue for state-paid social rehabilitation (SIVA): modelled by us, "
                                    "no interface for programs is public."};
  static constexpr auto& settings = rehabilitation_queue::settings;
  static constexpr auto& record_types = rehabilitation_queue::record_types;
  static constexpr auto& operations = rehabilitation_queue::operations;

  explicit RehabilitationQueue(const sdk::Settings& values) : page_size_(values.integer("page-size")) {}

  // Each page's cursor is a checkpoint.
  void pull(sdk::Host& host, std::string_view, std::string_view since) {
    ChangesReader::Page page{std::string(since), true};
    while (page.more) {
      const sdk::Request request = changes_request(page.next_cursor, page_size_);
      host.ask(request, [&](const sdk::Answer& answer) {
        page = changes_.read(host, answer, host.action(request.operation), page.next_cursor);
      });
      host.checkpoint(page.next_cursor);
    }
  }

  void push(sdk::Host& host, std::string_view operation, const sdk::Entry& entry) {
    const sdk::Request request = entry_request(operation, entry);
    const Asked asked{request.operation, host.action(request.operation), entry.idempotency_key};
    std::optional<Outcome> outcome;
    host.submit(request, [&](const sdk::Answer& answer) { outcome = read_receipt(answer, asked); });
    settle(host, outcome);
  }

  void inquire(sdk::Host& host, std::string_view, const sdk::Entry& entry) {
    const sdk::Request request = inquiry(entry);
    const Asked asked{request.operation, host.action(request.operation), entry.idempotency_key};
    std::optional<Outcome> outcome;
    host.ask(request, [&](const sdk::Answer& answer) { outcome = read_inquiry(answer, asked); });
    settle(host, outcome);
  }

 private:
  static void settle(sdk::Host& host, const std::optional<Outcome>& outcome) {
    // no answer is not the answer "absent"
    if (!outcome)
      throw sdk::Failure(sdk::Code::bug,
                         "the gateway handed over no answer; nothing is settled, report it to its authors");
    host.settle(outcome->settled, outcome->number, outcome->reason);
  }

  const int64_t page_size_;
  const ChangesReader changes_;
};

}  // namespace
}  // namespace tilts::rehabilitation_queue

extern "C" const tilts_descriptor tilts_adapter =
    tilts::sdk::describe<tilts::rehabilitation_queue::RehabilitationQueue>();
