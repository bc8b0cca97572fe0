#include "tests/simulator/e_address_messages.h"

#include <charconv>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/simulator/element.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t longest_reference = 100;  // characters
constexpr std::size_t longest_list = 1000;

void demand(bool holds, const std::string& what) {
  if (!holds) throw Refusal(Blame::sender, what);
}

std::size_t number_in(const Element& element, const char* name) {
  const std::string digits = element.value(name);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    element.refuse(std::string(name) + " is not a number");
  return number;
}

bool boolean(const Element& element, const char* name) {
  const std::string said = element.value(name);
  if (said != "true" && said != "false") element.refuse(std::string(name) + " is neither true nor false");
  return said == "true";
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1U : 0U;
  return count;
}

const xmlNode* digest_part(const xmlNode* content, const char* local) {
  const xmlNode* found = child(content, signature_namespace, local);
  demand(found != nullptr, std::string("Content: ") + local + " is missing");
  return found;
}

// By ContentId.
using Attachments = std::map<std::string, std::string>;

Attachments read_attachments(const xmlNode* input) {
  Attachments attachments;
  for (const xmlNode* node : children(input)) {
    demand(is(node, message_namespace, "AttachmentInput"), "AttachmentsInput: something else stands there");
    const Element attachment(node, {"ContentId", "Contents?"});
    attachment.whole();
    demand(attachment.at("Contents") != nullptr, "AttachmentInput: Contents is missing");
    auto bytes = from_base64(attachment.value("Contents"));
    demand(bytes.has_value(), "AttachmentInput: Contents is not base64");
    demand(attachments.emplace(attachment.value("ContentId"), std::move(*bytes)).second,
           "AttachmentInput: a ContentId comes twice");
  }
  return attachments;
}

SentFile read_file(const xmlNode* node, Attachments& left) {
  const Element file(node, {"Name", "MediaType", "Compressed", "Content"});
  file.whole();
  boolean(file, "Compressed");
  const xmlNode* content = file.at("Content");
  const std::string reference = text(child(content, document_namespace, "ContentReference"));
  const auto attached = left.find(reference);
  demand(attached != left.end(),
         "File: its ContentReference names no attachment, or one that was named before");
  try {
    const Hash hash = hash_of_uri(attribute(digest_part(content, "DigestMethod"), "Algorithm"));
    demand(hash != Hash::sha1, "File: DigestMethod is SHA-1");
    demand(from_base64(text(digest_part(content, "DigestValue"))) == digest(hash, attached->second),
           "File: DigestValue is not that of the attachment");
  } catch (const Refusal&) {
    throw;
  } catch (const std::runtime_error& error) {
    demand(false, std::string("File: ") + error.what());
  }
  SentFile sent{file.value("Name"), hex(sha256(attached->second)), attached->second.size()};
  left.erase(attached);
  return sent;
}

void read_metadata(const xmlNode* node, Attachments& left, SentMessage& sent) {
  const Element metadata(node, {"GeneralMetadata", "PayloadReference?"});
  const Element general(metadata.whole().at("GeneralMetadata"), {"Title", "Date", "DocumentKind", "Authors"});
  const Element kind(general.whole().at("DocumentKind"),
                     {"DocumentKindCode", "DocumentKindVersion", "DocumentKindName?"});
  kind.whole();
  try {
    parse_day(general.value("Date"));
  } catch (const std::invalid_argument&) {
    general.refuse("Date is not a day");
  }
  const Element authors(general.at("Authors"), {"AuthorEntry*"});
  demand(!authors.all("AuthorEntry").empty(), "Authors: AuthorEntry is missing");
  for (const xmlNode* entry : authors.all("AuthorEntry")) {
    const Element author(entry, {"Institution"});
    Element(author.whole().at("Institution"), {"Title"}).whole();
  }
  sent.title = general.value("Title");
  sent.kind = kind.value("DocumentKindCode");
  if (const xmlNode* payload = metadata.at("PayloadReference"))
    for (const xmlNode* file : Element(payload, {"File*"}).all("File"))
      sent.files.push_back(read_file(file, left));
}

void read_transport(const xmlNode* node, SentMessage& sent) {
  const Element transport(
      node, {"SenderEAddress", "SenderRefNumber", "Recipients", "NotifySenderOnDelivery", "Priority"});
  transport.whole();
  sent.sender = transport.value("SenderEAddress");
  sent.reference = transport.value("SenderRefNumber");
  if (characters(sent.reference) > longest_reference)
    transport.refuse("SenderRefNumber has more than 100 characters");
  sent.wants_notice = boolean(transport, "NotifySenderOnDelivery");
  for (const xmlNode* entry :
       Element(transport.at("Recipients"), {"RecipientEntry*"}).all("RecipientEntry")) {
    const Element recipient(entry, {"RecipientEAddress", "EncryptionInfo?"});
    sent.recipients.push_back(recipient.whole().value("RecipientEAddress"));
    if (const xmlNode* encryption = recipient.at("EncryptionInfo")) {
      const Element info(encryption, {"Key"});
      if (!from_base64(info.whole().value("Key"))) info.refuse("Key is not base64");
    }
  }
  if (sent.recipients.empty()) transport.refuse("Recipients names nobody");
}

std::string open(const char* name) { return fmt::format(R"(<m:{} xmlns:m="{}">)", name, message_namespace); }

void append_records(std::string& xml, const Directory::Page& page) {
  xml += "<m:AddresseeRecords>";
  for (const Institution& one : page.records) {
    xml += "<m:AddresseeRecord>";
    append_element(xml, "m:EAddress", one.address);
    append_element(xml, "m:RegistrationNumber", one.number);
    append_element(xml, "m:Title", one.title);
    append_element(xml, "m:Kind", "institution");
    append_element(xml, "m:Active", one.active && !one.removed ? "true" : "false");
    if (one.removed) append_element(xml, "m:Removed", "true");
    xml += "</m:AddresseeRecord>";
  }
  xml += "</m:AddresseeRecords>";
}

}  // namespace

SentMessage read_sent(const xmlNode* payload) {
  const auto halves = children(payload);
  demand(halves.size() == 2 && is(halves[0], document_namespace, "Envelope") &&
             is(halves[1], message_namespace, "AttachmentsInput"),
         "SendMessageInput holds not an Envelope and AttachmentsInput");
  const Element envelope(halves[0], {"SenderDocument", "Signatures"});
  const Element document(envelope.whole().at("SenderDocument"),
                         {"DocumentMetadata", "SenderTransportMetadata"});
  Attachments left = read_attachments(halves[1]);
  SentMessage sent;
  read_metadata(document.whole().at("DocumentMetadata"), left, sent);
  read_transport(document.at("SenderTransportMetadata"), sent);
  demand(left.empty(), "AttachmentsInput: an attachment that no File names");
  sent.envelope = halves[0];
  return sent;
}

ListWanted read_list(const xmlNode* payload) {
  const Element element(payload, {"MaxResultCount", "StartAfter?"});
  ListWanted wanted{number_in(element, "MaxResultCount"), element.value("StartAfter")};
  if (wanted.most == 0 || wanted.most > longest_list) element.refuse("MaxResultCount is not 1 to 1000");
  return wanted;
}

SectionWanted read_section(const xmlNode* payload) {
  const Element element(payload, {"MessageId", "ContentId", "SectionIndex"});
  element.whole();
  return {element.value("MessageId"), element.value("ContentId"), number_in(element, "SectionIndex")};
}

std::string read_only(const xmlNode* payload, const char* name, bool optional) {
  const std::string wanted = std::string(name) + (optional ? "?" : "");
  const Element element(payload, {wanted});
  return element.whole().value(name);
}

std::string sent_answer(const std::string& message_id) {
  std::string xml = open("SendMessageOutput");
  append_element(xml, "m:MessageId", message_id);
  return xml + "</m:SendMessageOutput>";
}

std::string list_answer(const Mailbox::Page& page) {
  std::string xml = open("GetMessageListOutput") + "<m:MessageHeaders>";
  for (const Letter& letter : page.letters) {
    xml += "<m:MessageHeader>";
    append_element(xml, "m:MessageId", letter.id);
    append_element(xml, "m:DocumentKindCode", letter.kind);
    append_element(xml, "m:SenderEAddress", letter.sender);
    if (!letter.reference.empty()) append_element(xml, "m:SenderRefNumber", letter.reference);
    append_element(xml, "m:Received", riga(letter.received));
    xml += "</m:MessageHeader>";
  }
  xml += "</m:MessageHeaders>";
  append_element(xml, "m:HasMoreData", page.more ? "true" : "false");
  return xml + "</m:GetMessageListOutput>";
}

Outcome letter_answer(const Letter& letter) {
  Outcome outcome{open("GetMessageOutput") + letter.envelope + "<m:AttachmentsOutput>"};
  for (const LetterFile& file : letter.files) {
    outcome.content += "<m:AttachmentOutput>";
    append_element(outcome.content, "m:ContentId", file.content_id);
    if (file.sections > 0) {
      append_element(outcome.content, "m:IsSeparateCall", "true");
      append_element(outcome.content, "m:SectionCount", std::to_string(file.sections));
    } else {
      outcome.parts.push_back({file.content_id + "@tilts.simulator", file.media_type, file.travels});
      outcome.content += "<m:Contents>" + include(outcome.parts.back().id) + "</m:Contents>";
    }
    outcome.content += "</m:AttachmentOutput>";
  }
  outcome.content += "</m:AttachmentsOutput></m:GetMessageOutput>";
  return outcome;
}

// As equal as they can be.
Outcome section_answer(const SectionWanted& wanted, const LetterFile& file) {
  const std::size_t size = file.travels.size(), first = size * wanted.index / file.sections,
                    end = size * (wanted.index + 1) / file.sections;
  Outcome outcome{open("GetAttachmentSectionOutput")};
  append_element(outcome.content, "m:MessageId", wanted.message_id);
  append_element(outcome.content, "m:ContentId", wanted.content_id);
  append_element(outcome.content, "m:SectionIndex", std::to_string(wanted.index));
  outcome.parts.push_back({fmt::format("{}-{}@tilts.simulator", wanted.content_id, wanted.index),
                           "application/octet-stream", file.travels.stretch(first, end - first)});
  outcome.content +=
      "<m:Contents>" + include(outcome.parts.back().id) + "</m:Contents></m:GetAttachmentSectionOutput>";
  return outcome;
}

std::string confirm_answer(const std::string& message_id, bool done) {
  std::string xml = open("ConfirmMessageOutput");
  append_element(xml, "m:MessageId", message_id);
  append_element(xml, "m:Status", done ? "Confirmed" : "ConfirmError");
  return xml + "</m:ConfirmMessageOutput>";
}

std::string initial_answer(const Directory::Page& page) {
  std::string xml = open("GetInitialAddresseeRecordListOutput");
  append_records(xml, page);
  if (!page.token.empty())
    append_element(xml, "m:Token", page.token);
  else
    append_element(xml, "m:LastVersion", page.version);
  return xml + "</m:GetInitialAddresseeRecordListOutput>";
}

std::string changed_answer(const Directory::Page& page) {
  std::string xml = open("GetChangedAddresseeRecordListOutput");
  append_records(xml, page);
  append_element(xml, "m:LastVersion", page.version);
  append_element(xml, "m:HasMoreData", page.more ? "true" : "false");
  return xml + "</m:GetChangedAddresseeRecordListOutput>";
}

}  // namespace tilts::simulator
