#include "adapters/rehabilitation_queue/channel.h"

#include "plugins/sdk/record_reader.h"

namespace tilts::rehabilitation_queue {

using request_service::Answered;
using request_service::BodyShape;
using request_service::Refused;
using request_service::Take;
using sdk::Code;
using sdk::Failure;

sdk::Failure misfit(const Asked& asked, const std::string& what) {
  const std::string answer = asked.message_id.empty() ? "" : "response " + asked.message_id + ": ";
  return Failure(Code::untrusted, asked.exchange + ": " + answer + what + "; " + std::string(asked.then));
}

Channel::Channel(sdk::Host& host)
    : host_(host), destination_(request_service::optional_name(host, "queue-destination")) {}

request_service::Service Channel::service(const std::string& exchange) const {
  request_service::Service service{.destination = destination_,
                                   .message_type = host_.name(exchange + "-message-type"),
                                   .answer_type = host_.name(exchange + "-answer-type"),
                                   .destination_place = "queue-destination in the profile",
                                   .message_type_place = exchange + "-message-type in the profile",
                                   .asynchronous = false,
                                   .sender = request_service::optional_name(host_, "sender")};
  check(service);
  return service;
}

void Channel::ask(const Question& question, Asked& asked, const BodyShape& shape, const Take& take) {
  if (destination_.empty()) {
    sdk::Request request;
    request.operation = question.exchange;
    request.subjects = question.subjects;
    question.write(request.content);
    host_.ask(request, [&](const sdk::Answer& answer) { read(answer, asked, shape, take); });
    return;
  }
  const request_service::Service to = service(question.exchange);
  if (!conversation_) conversation_.emplace(host_, question.subjects);
  const request_service::AnswerReader reader(shape);
  const Answered answered = conversation_->ask(to, question.write, question.subjects, reader, take);
  if (answered.outcome == Answered::Outcome::list_too_big) throw Failure(Code::declined, answered.refusal);
  conversation_->answered();
}

void Channel::submit(const Question& question, Asked& asked, const BodyShape& shape, const Take& take) {
  if (destination_.empty()) {
    sdk::Request request;
    request.operation = question.exchange;
    request.subjects = question.subjects;
    question.write(request.content);
    host_.submit(request, [&](const sdk::Answer& answer) { read(answer, asked, shape, take); });
    return;
  }
  // Whatever fails from here to the submit fails before a byte of the entry has left.
  const request_service::Service to = service(question.exchange);
  conversation_.emplace(host_, question.subjects);
  const std::string action = host_.action("SubmitSync");
  const request_service::Header sent = conversation_->header();
  const sdk::Request request =
      request_service::ivis_request("SubmitSync", to, sent, question.write, question.subjects);
  if (const size_t size = request_service::xml_size(request.content); size > request_service::largest_request)
    throw Failure(Code::config, "the entry has " + std::to_string(size) + " bytes and the hub takes " +
                                    std::to_string(request_service::largest_request) +
                                    "; nothing was sent, enter it with smaller attachments");
  const request_service::AnswerReader reader(shape);
  Answered answered;
  host_.submit(request, [&](const sdk::Answer& answer) {
    answered =
        reader.read({request_service::body_of(answer, action, "SubmitSync"), "SubmitSync", to, sent}, take);
  });
  if (answered.outcome == Answered::Outcome::list_too_big) throw Refused(Code::declined, answered.refusal);
  // Sent again only after an inquiry: the ledger's way is the hub's "new transaction, once".
  if (answered.outcome != Answered::Outcome::answered)
    throw Failure(Code::unknown, answered.refusal.empty()
                                     ? "the hub keeps the entry for later; it is inquired about"
                                     : answered.refusal);
}

void Channel::end() {
  if (!conversation_) return;
  try {
    conversation_->end();
  } catch (const Failure& failure) {
    host_.log(sdk::LogLevel::warning, failure.what());
  }
  conversation_.reset();
}

void Channel::read(const sdk::Answer& answer, Asked& asked, const BodyShape& shape, const Take& take) const {
  asked.message_id = answer.message_id();
  const std::string_view body = answer.part("Body");
  if (body.empty()) throw misfit(asked, "its Body is not among what was verified");
  if (answer.fault()) throw misfit(asked, "a SOAP fault, which says nothing of what was asked");
  if (!answer.action().empty() && answer.action() != host_.action(asked.exchange) + "Response")
    throw misfit(asked, "its Action belongs to another operation");

  sdk::Shape whole{.namespaces = {{"s", std::string(request_service::soap12_namespace)}},
                   .root = {.name = {}, .path = {}, .fields = shape.fields, .groups = shape.groups}};
  whole.namespaces.insert(whole.namespaces.end(), shape.namespaces.begin(), shape.namespaces.end());
  for (std::string& field : whole.root.fields) field.insert(0, "s:Body/");
  for (sdk::Group& group : whole.root.groups) group.path.insert(0, "s:Body/");
  bool reading = true;  // and not judging: what the reader itself refuses is the registry's doing
  Answered answered;
  try {
    const sdk::Whole fields = sdk::RecordReader(std::move(whole)).read(body, [&](const sdk::Row& row) {
      reading = false;
      take.row(row);
      reading = true;
    });
    for (size_t field = 0; field < shape.fields.size(); ++field) answered.fields.emplace_back(fields[field]);
  } catch (const Failure& failure) {
    if (!reading) throw;
    throw misfit(asked, failure.what());
  }
  answered.body = body;
  take.whole(answered);
}

}  // namespace tilts::rehabilitation_queue
