#include "plugins/request_service/conversation.h"

#include <charconv>

namespace tilts::request_service {

using sdk::Code;
using sdk::Failure;

Conversation::Conversation(sdk::Host& host, std::vector<std::string> about)
    : host_(host), about_(std::move(about)) {
  start();
}
Conversation::Conversation(sdk::Host& host, std::string transaction)
    : host_(host), transaction_(std::move(transaction)) {}

sdk::Request Conversation::own(std::string_view operation, std::string_view name,
                               std::string_view value) const {
  sdk::Request request = one_element(operation, name, value);
  request.subjects = about_;
  return request;
}

Header Conversation::header() { return {host_.uuid(), transaction_}; }

const std::string& Conversation::action(const std::string& operation) {
  const auto found = actions_.find(operation);
  return found != actions_.end() ? found->second
                                 : actions_.emplace(operation, host_.action(operation)).first->second;
}

void Conversation::start() {
  const std::string eservice = host_.name("eservice");
  if (!is_urn(eservice))
    throw Failure(Code::config, "eservice in the profile is no URN:IVIS; nothing was sent, mend it there");
  const std::string& expected = action("StartTransaction");
  std::string id;
  host_.ask(own("StartTransaction", "eServiceID", eservice), [&](const sdk::Answer& answer) {
    id = result_of(body_of(answer, expected, "StartTransaction"), "StartTransaction");
  });
  if (id.empty())
    throw Failure(Code::config, "StartTransaction: the hub gave no transaction for " + eservice +
                                    "; ask its operator whether our certificate's user is linked to it");
  if (!is_urn(id))
    throw Failure(
        Code::untrusted,
        "StartTransaction: the hub's transaction is no URN:IVIS; nothing was asked, ask its operator");
  transaction_ = id;
}

void Conversation::renew(const Answered& lost) {
  if (renewed_) throw Failure(Code::declined, "a new transaction did not help: " + lost.refusal);
  start();
  renewed_ = true;
}

Answered Conversation::ask(const Service& service, const WriteBody& body,
                           const std::vector<std::string>& subjects, const AnswerReader& reader,
                           const Take& take) {
  const std::string& expected = action("SubmitSync");
  for (;;) {
    const Header sent = header();
    Answered answered;
    host_.ask(ivis_request("SubmitSync", service, sent, body, subjects), [&](const sdk::Answer& answer) {
      answered = reader.read({body_of(answer, expected, "SubmitSync"), "SubmitSync", service, sent}, take);
    });
    if (answered.outcome == Answered::Outcome::pending)
      throw misfit("SubmitSync " + sent.id +
                   ": the answer's Result is pending, and the question was not one to wait for");
    if (answered.outcome != Answered::Outcome::transaction_lost) return answered;
    renew(answered);
  }
}

void Conversation::end() {
  const std::string& expected = action("EndTransaction");
  std::string result;
  host_.ask(own("EndTransaction", "transactionID", transaction_), [&](const sdk::Answer& answer) {
    result = result_of(body_of(answer, expected, "EndTransaction"), "EndTransaction");
  });
  int64_t closed = 0;
  std::from_chars(result.data(), result.data() + result.size(), closed);
  if (closed == 0)
    throw Failure(Code::declined, "EndTransaction: the hub did not close " + transaction_ +
                                      "; what was received is kept, ask the hub's operator");
}

}  // namespace tilts::request_service
