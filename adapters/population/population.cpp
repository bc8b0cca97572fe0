// The adapter: residents and look-ups by the roster, changes by the registry's cursor. README.md has the
// wire.
#include <algorithm>
#include <charconv>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/population/answer.h"
#include "adapters/population/asked.h"
#include "adapters/population/declaration.h"
#include "adapters/population/envelope.h"
#include "plugins/sdk/adapter.h"

namespace tilts::population {
namespace {

using sdk::Code;
using sdk::Failure;

// Where in the roster a run is. Written as "asked/size/total", no personal data in it; a roster of another
// size is another roster, and is asked from its beginning.
struct Position {
  uint64_t asked = 0;
  uint64_t size = 0;
  uint64_t total = 0;  // people, by the registry's own count of each page

  static Position read(std::string_view cursor, uint64_t roster_size) {
    Position position;
    for (uint64_t* number : {&position.asked, &position.size, &position.total}) {
      const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), *number);
      if (error != std::errc{}) return {0, roster_size, 0};
      cursor.remove_prefix(std::min(cursor.size(), static_cast<size_t>(end - cursor.data()) + 1));
    }
    if (position.size != roster_size || position.asked >= roster_size) return {0, roster_size, 0};
    return position;
  }
  std::string text() const {
    return std::to_string(asked) + '/' + std::to_string(size) + '/' + std::to_string(total);
  }
};

// What a kind of SubmitSync is called in the registry's profile.
struct Names {
  std::string action;
  std::string message_type;
  std::string destination;
  std::string answer_type;

  Names(sdk::Host& host, const std::string& kind)
      : action(host.action("SubmitSync")),
        message_type(host.name(kind + "-message-type")),
        destination(host.name(kind + "-destination")),
        answer_type(host.name(kind + "-answer-type")) {}

  SubmitHeader header(sdk::Host& host, const std::string& transaction) const {
    return {host.uuid(), message_type, transaction, destination, answer_type};
  }
};

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
    if (operation == "changes")
      changes(host, std::string(cursor));
    else
      people(host, cursor, operation == "resident" ? 1 : page_size_, operation == "residents");
  }

 private:
  // Page after page of the roster. Every answered page is a checkpoint; the last one carries the registry's
  // total.
  void people(sdk::Host& host, std::string_view cursor, uint64_t page, bool snapshot) {
    Position at = Position::read(cursor, host.roster_size());
    const auto total = [&] { return snapshot ? std::optional(at.total) : std::nullopt; };
    if (at.size == 0) return host.checkpoint("", total());
    const Names names(host, "list");
    std::string transaction = Transaction::start(host);
    uint64_t renewed_at = at.size;
    while (at.asked < at.size) {
      const Taken last = ask_window(host, names, transaction, page, at, total);
      switch (last.outcome) {
        case Taken::Outcome::people:
          break;
        case Taken::Outcome::transaction_lost:
          if (renewed_at == at.asked)
            throw Failure(Code::declined, "a new transaction did not help: " + last.refusal);
          renewed_at = at.asked;
          transaction = Transaction::start(host);
          break;
        case Taken::Outcome::list_too_big:
          if (page == 1) throw Failure(Code::declined, last.refusal);
          page /= 2;
          host.log(sdk::LogLevel::warning,
                   "the registry found a list too big; lists of " + std::to_string(page) + " from here on");
      }
    }
    Transaction::end(host, transaction);
  }

  // Asks the next pages, as many at once as the registry allows. Stops at the first answer that is not
  // people; `at` says how far it came. Pages are bounded, so that little is asked twice after such an answer.
  template <typename Total>
  Taken ask_window(sdk::Host& host, const Names& names, const std::string& transaction, uint64_t page,
                   Position& at, const Total& total) {
    struct Question {
      SubmitHeader header;
      std::vector<std::string> codes;
    };
    const uint64_t first = at.asked;
    const uint64_t count = std::min((at.size - first + page - 1) / page, pages_of_window);
    std::deque<Question> open;  // asked and not yet answered
    Taken last;
    host.ask_many(
        count,
        [&](uint64_t index) {
          open.push_back({names.header(host, transaction), host.roster(first + index * page, page)});
          const Question& question = open.back();
          sdk::Request request;
          request.operation = "SubmitSync";
          request.subjects = question.codes;
          request.content = submit_sync(question.header, [&](sdk::Writer& to, sdk::Namespace p) {
            to.start(p, "PersonListRequest");
            for (const std::string& code : question.codes) to.element(p, "PersonCode", code);
            to.end();
          });
          return request;
        },
        [&](uint64_t, const sdk::Answer& answer) {
          const Question question = std::move(open.front());
          open.pop_front();
          if (last.outcome != Taken::Outcome::people) return;
          Asked asked(question.codes);
          last = list_.read(host, body_of(answer, names.action, "SubmitSync"), question.header, &asked);
          if (last.outcome != Taken::Outcome::people) return;
          at.asked += question.codes.size();
          at.total += last.total;
          const bool done = at.asked >= at.size;
          host.checkpoint(done ? "" : at.text(), done ? total() : std::nullopt);
        });
    return last;
  }

  // The change feed, from the registry's cursor on; each page's cursor is a checkpoint.
  void changes(sdk::Host& host, std::string cursor) {
    const Names names(host, "changes");
    std::string transaction = Transaction::start(host);
    uint64_t page = page_size_;
    bool renewed = false;
    for (bool more = true; more;) {
      const Taken taken = ask_changes(host, names, transaction, cursor, page);
      if (taken.outcome == Taken::Outcome::transaction_lost) {
        if (renewed) throw Failure(Code::declined, "a new transaction did not help: " + taken.refusal);
        transaction = Transaction::start(host);
        renewed = true;
        continue;
      }
      if (taken.outcome == Taken::Outcome::list_too_big) {
        if (page == 1) throw Failure(Code::declined, taken.refusal);
        page /= 2;
        continue;
      }
      if (taken.next_cursor.empty() || (taken.has_more && taken.next_cursor == cursor))
        throw Failure(Code::untrusted,
                      "the change feed does not say where it goes on; nothing of this page was taken, ask "
                      "the registry");
      cursor = taken.next_cursor;
      host.checkpoint(cursor);
      more = taken.has_more;
      renewed = false;
    }
    Transaction::end(host, transaction);
  }

  Taken ask_changes(sdk::Host& host, const Names& names, const std::string& transaction,
                    const std::string& since, uint64_t page) {
    const SubmitHeader header = names.header(host, transaction);
    sdk::Request request;
    request.operation = "SubmitSync";
    request.content = submit_sync(header, [&](sdk::Writer& to, sdk::Namespace p) {
      to.start(p, "PersonChangesRequest");
      to.element(p, "Since", since);
      to.element(p, "MaxCount", std::to_string(page));
      to.end();
    });
    Taken taken;
    host.ask(request, [&](const sdk::Answer& answer) {
      taken = changes_.read(host, body_of(answer, names.action, "SubmitSync"), header, nullptr);
    });
    return taken;
  }

  static constexpr uint64_t pages_of_window = 32;

  const uint64_t page_size_;
  const AnswerReader list_{"PersonListResponse"};
  const AnswerReader changes_{"PersonChangesResponse"};
};

}  // namespace
}  // namespace tilts::population

extern "C" const tilts_descriptor tilts_adapter = tilts::sdk::describe<tilts::population::Population>();
