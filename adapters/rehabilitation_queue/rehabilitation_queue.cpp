// The adapter: an entry is sent once, whether it arrived is asked by its key, and what became of it is read
// from the registry's feed. README.md has the wire.
#include <string>
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
    Channel channel(host);
    Page page{std::string(since), true};
    while (page.more) {
      page = ask_changes(host, channel, page.next_cursor, page_size_);
      host.checkpoint(page.next_cursor);
    }
    channel.end();
  }

  void push(sdk::Host& host, std::string_view operation, const sdk::Entry& entry) {
    Channel channel(host);
    const Question question = entry_question(operation, entry);
    try {
      settle(host, rehabilitation_queue::submit(channel, question, entry.idempotency_key));
    } catch (const request_service::Refused& refused) {
      settle(host, {sdk::Settled::declined, {}, refused.what()});
    }
    channel.end();
  }

  void inquire(sdk::Host& host, std::string_view, const sdk::Entry& entry) {
    Channel channel(host);
    settle(host, rehabilitation_queue::inquire(channel, inquiry(entry), entry.idempotency_key));
    channel.end();
  }

 private:
  static void settle(sdk::Host& host, const Outcome& outcome) {
    host.settle(outcome.settled, outcome.number, outcome.reason);
  }

  const int64_t page_size_;
};

}  // namespace
}  // namespace tilts::rehabilitation_queue

extern "C" const tilts_descriptor tilts_adapter =
    tilts::sdk::describe<tilts::rehabilitation_queue::RehabilitationQueue>();
