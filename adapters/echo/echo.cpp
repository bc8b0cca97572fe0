// The smallest adapter: template, reference and test subject. It speaks a protocol of its own,
// urn:tilts:echo:1, that no registry has. docs/writing-an-adapter.md begins with it.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/adapter.h"
#include "plugins/sdk/record_reader.h"

namespace {

namespace sdk = tilts::sdk;

constexpr std::string_view echo_namespace = "urn:tilts:echo:1";

constexpr std::array person_fields{
    sdk::field("code", "personas kods, 11 digits"),
    sdk::field("text", "what the registry says back"),
};

class Echo {
 public:
  static constexpr sdk::About about{"echo", "1.0.0",
                                    "Says back what it is asked; no registry speaks like this."};
  static constexpr std::array settings{
      sdk::integer_setting("page-size", "How many people to a request.", "100", 1, 1000),
      sdk::text_setting("greeting", "The text to be said back.", "sveiki"),
  };
  static constexpr std::array record_types{
      sdk::record_type("person", "One person as the registry echoed it.", person_fields),
  };
  static constexpr std::array operations{
      sdk::operation("everyone", "Asks about the whole roster, page by page.", TILTS_PULL),
      sdk::operation("later", "Leaves a question and fetches the answer when it is ready.",
                     TILTS_PULL | TILTS_RESUME),
      sdk::operation("note", "Enters one note about a person.", TILTS_PUSH | TILTS_INQUIRE),
  };

  explicit Echo(const sdk::Settings& values)
      : page_size_(static_cast<uint64_t>(values.integer("page-size"))), greeting_(values.text("greeting")) {}

  void pull(sdk::Host& host, std::string_view operation, std::string_view cursor) {
    if (operation == "later") {
      std::string ticket;
      host.ask(question("Later", {}), [&](const sdk::Answer& answer) { ticket = read(host, answer).ticket; });
      return host.park(ticket, std::chrono::hours{1});
    }
    everyone(host, cursor);
  }

  void resume(sdk::Host& host, std::string_view, const sdk::Entry*, std::string_view token) {
    uint64_t total = 0;
    host.ask(question("Collect", {}, token),
             [&](const sdk::Answer& answer) { total = read(host, answer).count; });
    host.checkpoint("", total);
  }

  void push(sdk::Host& host, std::string_view, const sdk::Entry& entry) {
    sdk::Request request = question("Note", {std::string(entry.record.key())}, entry.idempotency_key);
    std::string receipt;
    host.submit(request, [&](const sdk::Answer& answer) { receipt = read(host, answer).ticket; });
    settle(host, receipt, sdk::Settled::declined, "the registry gave no receipt");
  }

  void inquire(sdk::Host& host, std::string_view, const sdk::Entry& entry) {
    std::string receipt;
    host.ask(question("FindNote", {std::string(entry.record.key())}, entry.idempotency_key),
             [&](const sdk::Answer& answer) { receipt = read(host, answer).ticket; });
    settle(host, receipt, sdk::Settled::absent, "the registry knows no such note");
  }

 private:
  struct Said {
    uint64_t count = 0;
    std::string ticket;
  };

  // The cursor is the place in the roster to go on from: a page is repeated after a crash, never lost.
  void everyone(sdk::Host& host, std::string_view cursor) {
    const uint64_t size = host.roster_size();
    const uint64_t first = std::min(number(cursor), size);
    const uint64_t pages = (size - first + page_size_ - 1) / page_size_;
    std::vector<uint64_t> asked(pages);
    host.ask_many(
        pages,
        [&](uint64_t page) {
          std::vector<std::string> codes = host.roster(first + page * page_size_, page_size_);
          asked[page] = codes.size();
          return question("Echo", std::move(codes));
        },
        [&](uint64_t page, const sdk::Answer& answer) {
          if (read(host, answer).count != asked[page])
            throw sdk::Failure(sdk::Code::declined,
                               "response " + std::string(answer.message_id()) +
                                   ": not as many people as were asked for; ask the registry");
          host.checkpoint(std::to_string(std::min(first + (page + 1) * page_size_, size)), size);
        });
    if (pages == 0) host.checkpoint(cursor, size);
  }

  // Emits what an answer says, in one pass over its verified Body.
  Said read(sdk::Host& host, const sdk::Answer& answer) const {
    if (answer.fault())
      throw sdk::Failure(sdk::Code::declined,
                         "response " + std::string(answer.message_id()) + ": a SOAP fault");
    Said said;
    const sdk::Whole whole = reader_.read(answer.part("Body"), [&](const sdk::Row& person) {
      sdk::Record record(record_types[0]);
      record.key = person[0];
      for (uint32_t field = 0; field < person.size(); ++field)
        if (person.has(field)) record.set(field, person[field]);
      host.emit(record);
      ++said.count;
    });
    said.ticket = whole[0];
    return said;
  }

  // `reference` is the attribute that says which question, entry or ticket this is about.
  sdk::Request question(std::string_view element, std::vector<std::string> codes,
                        std::string_view reference = {}) const {
    sdk::Request request;
    request.operation = element;
    const sdk::Namespace e = request.content.name("e", echo_namespace);
    request.content.start(e, element);
    request.content.attribute("greeting", greeting_);
    if (!reference.empty()) request.content.attribute("reference", reference);
    for (const std::string& code : codes) request.content.element(e, "Code", code);
    request.content.end();
    request.subjects = std::move(codes);
    return request;
  }

  static void settle(sdk::Host& host, const std::string& receipt, sdk::Settled otherwise,
                     std::string_view reason) {
    if (receipt.empty())
      host.settle(otherwise, "", reason);
    else
      host.settle(sdk::Settled::received, receipt);
  }

  static uint64_t number(std::string_view cursor) {
    uint64_t value = 0;
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), value);
    return value;
  }

  const uint64_t page_size_;
  const std::string greeting_;
  const sdk::RecordReader reader_{sdk::Shape{
      .namespaces = {{"s", "http://www.w3.org/2003/05/soap-envelope"}, {"e", std::string(echo_namespace)}},
      .root = {.name = "",
               .path = "",
               .fields = {"s:Body/e:EchoResponse/e:Ticket"},
               .groups = {{.name = "person",
                           .path = "s:Body/e:EchoResponse/e:Person",
                           .fields = {"e:Code", "e:Text"},
                           .groups = {}}}}}};
};

}  // namespace

extern "C" const tilts_descriptor tilts_adapter = sdk::describe<Echo>();
