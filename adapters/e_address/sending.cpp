#include "adapters/e_address/sending.h"

#include <optional>

#include "adapters/e_address/answer.h"
#include "adapters/e_address/declaration.h"
#include "adapters/e_address/envelope.h"
#include "adapters/e_address/mailbox.h"
#include "adapters/e_address/names.h"
#include "adapters/e_address/xml_text.h"
#include "plugins/sdk/base64.h"
#include "plugins/sdk/day.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::e_address {
namespace {

using sdk::Code;
using sdk::Failure;

std::string subject_of(const sdk::Entry& entry) {
  const std::string_view key = entry.record.key();
  return std::string(key.substr(0, key.find('/')));
}

// All that the entry says, in the order that the adapter declares: the form that a program of the recipient
// reads.
std::string entry_xml(std::string_view operation, const sdk::Entry& entry) {
  XmlText to;
  to.start("entry", " xmlns=\"urn:tilts:entry:1\" operation=\"" + std::string(operation) + "\"");
  to.element("key", entry.idempotency_key);
  for (const tilts_field_type& field : entry_fields) {
    const std::string_view name = sdk::from_abi(field.name);
    const std::string_view value = entry.record.field(name);
    if (!value.empty() && name != "recipient" && name != "title") to.element(name, value);
  }
  to.end();
  return to.take();
}

std::string either(const sdk::Entry& entry, std::string_view field, const std::string& setting) {
  const std::string_view value = entry.record.field(field);
  std::string chosen = value.empty() ? setting : std::string(value);
  if (chosen.empty())
    throw Failure(Code::config,
                  "the entry has no " + std::string(field) +
                      ", and the registry's setting has none either; nothing was sent, add one");
  return chosen;
}

// Of two files of one name the second could not be told from the first.
std::string content_id(size_t place) { return "file-" + std::to_string(place + 1); }

}  // namespace

void send_document(sdk::Host& host, const Letterhead& letterhead, std::string_view operation,
                   const sdk::Entry& entry) {
  if (entry.record.field("code") != subject_of(entry))
    throw Failure(Code::bug,
                  "the entry's key and its code are of two people; nothing was sent, report it to the "
                  "gateway's authors");
  Document document{.title = either(entry, "title", letterhead.title),
                    .date = sdk::day_in_latvia(host.now()),
                    .kind = letterhead.kind,
                    .author = letterhead.institution,
                    .sender = letterhead.address,
                    .reference = std::string(entry.idempotency_key),
                    .recipients = {either(entry, "recipient", letterhead.recipient)},
                    .files = {},
                    .wrapped_key = {}};
  sdk::Request request;
  request.operation = "SendMessage";
  request.subjects = {subject_of(entry)};
  const std::string fields = entry_xml(operation, entry);
  if (!letterhead.entry_file.empty())
    request.attachments.push_back({letterhead.entry_file, "application/xml", fields, {}});
  for (const sdk::Attachment& attachment : entry.attachments()) request.attachments.push_back(attachment);
  for (const sdk::Attachment& attachment : request.attachments)
    document.files.push_back({.id = content_id(document.files.size()),
                              .name = std::string(attachment.name),
                              .media_type = std::string(attachment.media_type),
                              .compressed = false,
                              .digest_method = std::string(sha512),
                              .digest = sdk::base64(host.digest(sha512, attachment.bytes))});

  const sdk::Namespace m = request.content.name("m", messages_namespace);
  request.content.start(m, "SendMessageInput");
  request.content.element(host.sign_document(write_envelope(document)));
  request.content.start(m, "AttachmentsInput");
  for (uint32_t place = 0; place < document.files.size(); ++place) {
    request.content.start(m, "AttachmentInput");
    request.content.element(m, "ContentId", document.files[place].id);
    request.content.start(m, "Contents");
    request.content.attachment(place);
    request.content.end();
    request.content.end();
  }
  request.content.end();
  request.content.end();

  const sdk::RecordReader reader(
      {.namespaces = with_soap(),
       .root = {.name = {}, .path = {}, .fields = {"s:Body/m:SendMessageOutput/m:MessageId"}, .groups = {}}});
  std::string message_id;
  host.submit(request, [&](const sdk::Answer& answer) {
    const sdk::Whole whole = reader.read(body_of(answer, "SendMessage"), [](const sdk::Row&) {});
    message_id = whole[0];
    if (message_id.empty()) throw misfit("SendMessage", "it has no MessageId");
  });
  host.settle(sdk::Settled::received, message_id);
}

void find_notice(sdk::Host& host, std::string_view notices, int64_t page_size, const sdk::Entry& entry) {
  if (notices.empty())
    throw Failure(
        Code::transient,
        "whether the document was sent cannot be asked: the registry's settings name no kind of "
        "delivery notices; look into the mailbox, and say it with tilts submissions answer or resend");
  std::optional<std::string> found;
  read_headers(host, page_size, {subject_of(entry)}, [&](const Header& header) {
    if (header.kind == notices && header.reference == entry.idempotency_key) found = header.id;
    return !found;
  });
  if (!found)
    throw Failure(
        Code::transient,
        "no delivery notice about the document is in the mailbox; when none comes, ask the recipient, "
        "and say it with tilts submissions answer or resend");
  host.settle(sdk::Settled::received, "notice " + *found);
}

}  // namespace tilts::e_address
