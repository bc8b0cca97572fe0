#include "adapters/e_address/directory.h"

#include "adapters/e_address/answer.h"
#include "adapters/e_address/declaration.h"
#include "adapters/e_address/names.h"
#include "plugins/sdk/day.h"
#include "plugins/sdk/record_reader.h"
#include "plugins/sdk/text.h"

namespace tilts::e_address {
namespace {

constexpr std::string_view all = "GetInitialAddresseeRecordList";
constexpr std::string_view changed = "GetChangedAddresseeRecordList";
constexpr std::string_view token_word = "token ";
constexpr std::string_view version_word = "version ";

// The places of the fields in the reader.
enum Field : size_t { token, last_version, more };
enum RecordField : size_t { e_address, registration_number, title, kind, active, removed };

struct Page {
  std::string token;  // of the first time: there is more
  std::string version;
  bool more = false;
};

sdk::RecordReader reader(std::string_view operation) {
  const std::string output = "s:Body/m:" + std::string(operation) + "Output";
  return sdk::RecordReader(
      {.namespaces = with_soap(),
       .root = {.name = {},
                .path = {},
                .fields = {output + "/m:Token", output + "/m:LastVersion", output + "/m:HasMoreData"},
                .groups = {{.name = "addressee",
                            .path = output + "/m:AddresseeRecords/m:AddresseeRecord",
                            .fields = {"m:EAddress", "m:RegistrationNumber", "m:Title", "m:Kind", "m:Active",
                                       "m:Removed"},
                            .groups = {}}}}});
}

bool is_true(std::string_view word) { return word == "true" || word == "1"; }

void emit(sdk::Host& host, std::string_view operation, const sdk::Row& row, std::string_view as_of) {
  const std::string_view address = row[e_address];
  if (address.empty() || address.size() > 200) throw misfit(operation, "an addressee without an e-address");
  sdk::Record record(addressee_type);
  record.key = address;
  record.as_of = as_of;
  if (is_true(row[removed])) {
    record.presence = sdk::Presence::gone;
  } else {
    record.set("e_address", address);
    for (const auto& [name, field] : {std::pair{"registration_number", registration_number},
                                      std::pair{"title", title}, std::pair{"kind", kind}})
      if (row.has(field)) record.set(name, row[field]);
    record.set("active", is_true(row[active]) ? "yes" : "no");
  }
  host.emit(record);
}

Page ask(sdk::Host& host, std::string_view operation, std::string_view element, std::string_view value) {
  const std::string as_of = sdk::day_in_latvia(host.now());
  sdk::Request request;
  request.operation = operation;
  const sdk::Namespace m = request.content.name("m", messages_namespace);
  request.content.start(m, std::string(operation) + "Input");
  if (!value.empty()) request.content.element(m, element, value);
  request.content.end();
  Page page;
  host.ask(request, [&](const sdk::Answer& answer) {
    bool any = false;
    const sdk::Whole whole = reader(operation).read(body_of(answer, operation), [&](const sdk::Row& row) {
      any = true;
      emit(host, operation, row, as_of);
    });
    page = {std::string(whole[token]), std::string(whole[last_version]), is_true(whole[more])};
    if (page.token.empty() && page.version.empty())
      throw misfit(operation, "it does not say where the directory goes on");
    if (!any && page.more) throw misfit(operation, "there is more, and nobody in it");
  });
  return page;
}

}  // namespace

void pull_directory(sdk::Host& host, std::string_view cursor) {
  std::string version;
  if (cursor.starts_with(version_word)) {
    version = cursor.substr(version_word.size());
  } else {
    std::string at(cursor.starts_with(token_word) ? cursor.substr(token_word.size()) : "");
    while (true) {
      const Page page = ask(host, all, "Token", at);
      if (page.token.empty()) return host.checkpoint(std::string(version_word) + page.version);
      if (page.token == at) throw misfit(all, "it leads back to the page that was asked for");
      host.checkpoint(std::string(token_word) + page.token);
      at = page.token;
    }
  }
  for (bool more = true; more;) {
    const Page page = ask(host, changed, "LastVersion", version);
    if (page.version.empty()) throw misfit(changed, "it names no version");
    if (page.more && page.version == version)
      throw misfit(changed, "it leads back to the page that was asked for");
    host.checkpoint(std::string(version_word) + page.version);
    version = page.version;
    more = page.more;
  }
}

}  // namespace tilts::e_address
