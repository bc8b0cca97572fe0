#include "tests/simulator/queue_messages.h"

#include <fmt/format.h>

#include "tests/simulator/crypto.h"
#include "tests/simulator/element.h"
#include "tests/simulator/request.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

Attachment read_attachment(const xmlNode* node) {
  Attachment attachment{
      .name = attribute(node, "Name"), .claimed_sha256 = attribute(node, "Sha256"), .sha256 = {}};
  if (const auto bytes = from_base64(text(node))) attachment.sha256 = hex(sha256(*bytes));
  return attachment;
}

std::string key_of(const Element& element) {
  std::string key = element.value("Key");
  if (key.empty()) element.refuse("Key is missing");
  return key;
}

Element top(const std::string& operation, const xmlNode* payload) {
  if (operation == "WithdrawEntry")
    return {payload, {"Key", "Withdraws", "CaseNumber?", "Revision", "Reason"}};
  if (operation == "CorrectEntry")
    return {payload, {"Key", "Corrects", "CaseNumber?", "Revision", "Person", "Request", "Attachment*"}};
  return {payload, {"Key", "CaseNumber?", "Revision", "Person", "Request", "Attachment*"}};
}

void append_reason(std::string& xml, const std::string& code, const std::string& words) {
  xml += fmt::format(R"(<q:Reason Code="{}">)", code);
  append_escaped(xml, words);
  xml += "</q:Reason>";
}

void append_verdict(std::string& xml, const KeyedVerdict& said) {
  append_element(xml, "q:Key", said.key);
  append_element(xml, "q:Outcome", said.verdict.outcome());
  if (!said.verdict.number.empty()) {
    append_element(xml, "q:Number", said.verdict.number);
    return;
  }
  append_reason(xml, said.verdict.reason_code, said.verdict.reason);
}

void append_step(std::string& xml, const QueueStep& step) {
  const auto may = [&](const char* name, const std::string& value) {
    if (!value.empty()) append_element(xml, name, value);
  };
  xml += "<q:Step>";
  append_element(xml, "q:Number", step.number);
  may("q:CaseNumber", step.case_number);
  append_element(xml, "q:Code", step.code);
  may("q:PreviousCode", step.previous_code);
  append_element(xml, "q:Sequence", std::to_string(step.sequence));
  append_element(xml, "q:State", step.state);
  append_element(xml, "q:Date", step.date);
  may("q:Order", step.order);
  may("q:Group", step.group);
  may("q:Course", step.course);
  may("q:Place", step.place);
  may("q:From", step.from);
  may("q:To", step.to);
  may("q:Until", step.until);
  may("q:KeepsPlace", step.keeps_place);
  if (!step.reason_code.empty()) append_reason(xml, step.reason_code, step.reason);
  xml += "</q:Step>";
}

}  // namespace

// CaseNumber has a rule and a reason of its own; so it may be missing here.
Submission read_submission(const std::string& operation, const xmlNode* payload) {
  const Element element = top(operation, payload);
  Submission submission{.operation = operation,
                        .key = key_of(element),
                        .case_number = element.value("CaseNumber"),
                        .revision = element.value("Revision"),
                        .corrects = element.value("Corrects"),
                        .withdraws = element.value("Withdraws"),
                        .code = {},
                        .group = {},
                        .course = {},
                        .order = {},
                        .attachments = {},
                        .missing = element.missing()};
  if (operation == "WithdrawEntry") return submission;
  const Element person(element.at("Person"), {"Code", "PreviousCode?", "GivenName", "Surname", "BirthDate",
                                              "Address?", "Phone?", "Email?"});
  const Element request(element.at("Request"), {"Date", "Group", "Course", "Order", "DesiredFrom?",
                                                "MedicalRehabilitationEnd?", "Diagnosis*", "Companion"});
  for (const Element* part : {&person, &request})
    if (submission.missing.empty()) submission.missing = part->missing();
  submission.code = person.value("Code");
  submission.group = request.value("Group");
  submission.course = request.value("Course");
  submission.order = request.value("Order");
  for (const xmlNode* node : children(payload))
    if (is(node, queue_namespace, "Attachment")) submission.attachments.push_back(read_attachment(node));
  return submission;
}

std::string read_inquiry(const xmlNode* payload) { return key_of(Element(payload, {"Key"})); }

StepsWanted read_changes(const xmlNode* payload) {
  const Element element(payload, {"Since?", "MaxCount"});
  const std::string most = element.value("MaxCount");
  if (most.empty() || most.size() > 4 || most.find_first_not_of("0123456789") != std::string::npos)
    element.refuse("MaxCount is not a number up to 9999");
  return {element.value("Since"), std::stoul(most)};
}

std::string submission_answer(const std::string& operation, const KeyedVerdict& said) {
  std::string xml = fmt::format(R"(<q:{}Response xmlns:q="{}">)", operation, queue_namespace);
  append_verdict(xml, said);
  return xml + fmt::format("</q:{}Response>", operation);
}

std::string inquiry_answer(const std::vector<KeyedVerdict>& entries) {
  std::string xml = fmt::format(R"(<q:InquireEntryResponse xmlns:q="{}">)", queue_namespace);
  for (const KeyedVerdict& entry : entries) {
    xml += "<q:Entry>";
    append_verdict(xml, entry);
    xml += "</q:Entry>";
  }
  return xml + "</q:InquireEntryResponse>";
}

std::string changes_answer(std::span<const QueueStep> steps, std::size_t left_out, const std::string& cursor,
                           bool more) {
  std::string xml = fmt::format(R"(<q:QueueChangesResponse xmlns:q="{}">)", queue_namespace);
  append_element(xml, "q:Count", std::to_string(steps.size()));
  for (const QueueStep& step : steps.first(steps.size() - left_out)) append_step(xml, step);
  append_element(xml, "q:NextCursor", cursor);
  append_element(xml, "q:More", more ? "yes" : "no");
  return xml + "</q:QueueChangesResponse>";
}

}  // namespace tilts::simulator
