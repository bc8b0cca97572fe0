#include "tests/simulator/tests/queue_fixture.h"

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace tilts::simulator::tests {
namespace {

constexpr const char* queue = "urn:tilts:rehabilitation-queue:1";
constexpr const char* person_and_request =
    "<q:CaseNumber>SD-2026-0117</q:CaseNumber><q:Revision>1</q:Revision>"
    "<q:Person><q:Code>81017012345</q:Code><q:GivenName>Ņina</q:GivenName><q:Surname>Bērziņa</q:Surname>"
    "<q:BirthDate>1970-01-21</q:BirthDate></q:Person>"
    "<q:Request><q:Date>2026-03-01</q:Date><q:Group>functional-impairment</q:Group><q:Course>14</q:Course>"
    "<q:Order>ordinary</q:Order><q:Diagnosis>I69.3</q:Diagnosis><q:Diagnosis>G81.1</q:Diagnosis>"
    "<q:Companion>no</q:Companion></q:Request>";

std::string key_element(const std::string& key) { return "<q:Key>" + key + "</q:Key>"; }

}  // namespace

void QueueTest::start_queue(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--profile", QUEUE_PROFILE_FILE});
  start(std::move(arguments));
}

Message QueueTest::queue_message(const std::string& operation, const std::string& fields) const {
  Message message;
  message.action = std::string(queue) + "/" + operation;
  message.message_id = new_message_id();
  message.to = fmt::format("https://127.0.0.1:{}/queue", simulator_->port());
  message.body = fmt::format(R"(<q:{0} xmlns:q="{1}">{2}</q:{0}>)", operation, queue, fields);
  return message;
}

Message QueueTest::submit(const std::string& key, const std::string& further) const {
  return queue_message("SubmitEntry", key_element(key) + person_and_request + further);
}

Message QueueTest::correct(const std::string& key, const std::string& corrects) const {
  return queue_message("CorrectEntry",
                       key_element(key) + "<q:Corrects>" + corrects + "</q:Corrects>" + person_and_request);
}

Message QueueTest::withdraw(const std::string& key, const std::string& withdraws) const {
  return queue_message("WithdrawEntry", key_element(key) + "<q:Withdraws>" + withdraws +
                                            "</q:Withdraws><q:CaseNumber>SD-2026-0117</q:CaseNumber>"
                                            "<q:Revision>2</q:Revision><q:Reason>pārcēlās</q:Reason>");
}

Message QueueTest::inquire(const std::string& key) const {
  return queue_message("InquireEntry", key_element(key));
}

std::string QueueTest::truth(const std::string& key) {
  std::istringstream lines(simulator().get("/queue"));
  for (std::string line; std::getline(lines, line);)
    if (line.find("\"key\":\"" + key + "\"") != std::string::npos) return line;
  return "";
}

Message with(Message message, const std::string& what, const std::string& instead) {
  const std::size_t at = message.body.find(what);
  if (at == std::string::npos) throw std::logic_error("the message has no " + what);
  message.body.replace(at, what.size(), instead);
  return message;
}

}  // namespace tilts::simulator::tests
