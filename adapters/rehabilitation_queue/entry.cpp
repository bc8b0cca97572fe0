#include "adapters/rehabilitation_queue/entry.h"

#include <algorithm>

#include "adapters/rehabilitation_queue/declaration.h"
#include "plugins/sdk/base64.h"

namespace tilts::rehabilitation_queue {
namespace {

using sdk::Code;
using sdk::Failure;

// An element a field, in the order of the wire.
class Fields {
 public:
  Fields(sdk::Writer& to, sdk::Namespace queue, const sdk::Entry& entry)
      : to_(to), queue_(queue), entry_(entry) {}

  std::string_view demand(std::string_view field) const {
    const std::string_view value = entry_.record.field(field);
    if (value.empty())
      throw Failure(Code::config,
                    "the entry has no " + std::string(field) +
                        "; nothing was sent, complete it in the system that the entry comes from");
    return value;
  }
  void must(std::string_view element, std::string_view field) { to_.element(queue_, element, demand(field)); }
  void may(std::string_view element, std::string_view field) {
    if (const std::string_view value = entry_.record.field(field); !value.empty())
      to_.element(queue_, element, value);
  }
  void each(std::string_view element, std::string_view field) {
    std::string_view words = entry_.record.field(field);
    while (!words.empty()) {
      const size_t end = std::min(words.find(' '), words.size());
      if (end > 0) to_.element(queue_, element, words.substr(0, end));
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  }

 private:
  sdk::Writer& to_;
  sdk::Namespace queue_;
  const sdk::Entry& entry_;
};

// Begins every message: under which key.
sdk::Namespace begin(sdk::Writer& to, const std::string& exchange, const sdk::Entry& entry) {
  const sdk::Namespace q = to.name("q", queue_namespace);
  to.start(q, exchange);
  to.element(q, "Key", entry.idempotency_key);
  return q;
}

// About whom it is, for the audit.
std::string subject_of(const sdk::Entry& entry) {
  // An empty key would be the key of every answer that leaves it out.
  if (entry.idempotency_key.empty())
    throw Failure(Code::bug, "the entry has no key; nothing was sent, report it to the gateway's authors");
  const std::string_view key = entry.record.key();
  return std::string(key.substr(0, key.find('/')));
}

void write_person(sdk::Writer& to, sdk::Namespace q, Fields& fields) {
  to.start(q, "Person");
  fields.must("Code", "code");
  fields.may("PreviousCode", "previous_code");
  fields.must("GivenName", "given_name");
  fields.must("Surname", "surname");
  fields.must("BirthDate", "birth_date");
  fields.may("Address", "address");
  fields.may("Phone", "phone");
  fields.may("Email", "email");
  to.end();
}

void write_request(sdk::Writer& to, sdk::Namespace q, Fields& fields) {
  to.start(q, "Request");
  fields.must("Date", "applied");
  fields.must("Group", "group");
  fields.must("Course", "course");
  fields.must("Order", "order");
  fields.may("DesiredFrom", "desired_from");
  fields.may("MedicalRehabilitationEnd", "medical_rehabilitation_end");
  fields.each("Diagnosis", "diagnoses");
  fields.must("Companion", "companion");
  to.end();
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

void write_attachment(sdk::Writer& to, sdk::Namespace q, const sdk::Attachment& attachment) {
  if (!is_sha256(attachment.sha256))
    throw Failure(
        Code::bug,
        "an attachment came without its SHA-256; nothing was sent, report it to the gateway's authors");
  to.start(q, "Attachment");
  to.attribute("Name", attachment.name);
  to.attribute("MediaType", attachment.media_type);
  to.attribute("Sha256", attachment.sha256);
  to.text(sdk::base64(attachment.bytes));
  to.end();
}

std::string exchange_of(std::string_view operation) {
  if (operation == "submit") return "SubmitEntry";
  if (operation == "correct") return "CorrectEntry";
  return "WithdrawEntry";
}

void write_entry(sdk::Writer& to, std::string_view operation, const sdk::Entry& entry) {
  const sdk::Namespace q = begin(to, exchange_of(operation), entry);
  Fields fields(to, q, entry);
  if (operation == "withdraw") {
    // nowhere to put them: sent without, they would be lost and nobody told
    if (!entry.attachments().empty())
      throw Failure(Code::config,
                    "a withdrawal takes no attachments; nothing was sent, enter it without them");
    fields.must("Withdraws", "corrects");
    fields.must("CaseNumber", "case_number");
    fields.must("Revision", "revision");
    fields.must("Reason", "reason");
  } else {
    if (operation == "correct")
      fields.must("Corrects", "corrects");
    else if (!entry.record.field("corrects").empty())
      throw Failure(Code::config,
                    "a first entry names a revision before it; nothing was sent, enter it as a correction");
    // who is audited is who is written about
    if (fields.demand("code") != subject_of(entry))
      throw Failure(
          Code::bug,
          "the entry's key and its code are of two people; nothing was sent, report it to the gateway's "
          "authors");
    fields.must("CaseNumber", "case_number");
    fields.must("Revision", "revision");
    write_person(to, q, fields);
    write_request(to, q, fields);
    for (const sdk::Attachment& attachment : entry.attachments()) write_attachment(to, q, attachment);
  }
  to.end();
}

}  // namespace

Question entry_question(std::string_view operation, const sdk::Entry& entry) {
  return {exchange_of(operation), {subject_of(entry)}, [&entry, operation](sdk::Writer& to) {
            write_entry(to, operation, entry);
          }};
}

Question inquiry(const sdk::Entry& entry) {
  return {"InquireEntry", {subject_of(entry)}, [&entry](sdk::Writer& to) {
            begin(to, "InquireEntry", entry);
            to.end();
          }};
}

}  // namespace tilts::rehabilitation_queue
