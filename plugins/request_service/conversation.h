// A run's conversation with the hub: a transaction that its messages name, so that the hub can say for what
// they were, and questions asked within it.
#pragma once

#include <string>
#include <vector>

#include "plugins/request_service/answer.h"
#include "plugins/sdk/host.h"

namespace tilts::request_service {

class Conversation {
 public:
  // Starts a transaction for the profile's name eservice, or goes on with `transaction`. Throws
  // Failure(config) when the hub gives none. `about`: whom the whole conversation is about, where it is about
  // one person: then its own messages are audited so too.
  explicit Conversation(sdk::Host& host, std::vector<std::string> about = {});
  Conversation(sdk::Host& host, std::string transaction);

  const std::string& transaction() const { return transaction_; }
  // Of the next question.
  Header header();
  const std::string& action(const std::string& operation);

  // The hub lost the transaction: a new one. Throws Failure(declined) with its sentence when nothing was
  // answered since the last time.
  void renew(const Answered& lost);
  // Something was answered.
  void answered() { renewed_ = false; }

  // One question by SubmitSync, again in a new transaction when the hub lost the first.
  Answered ask(const Service& service, const WriteBody& body, const std::vector<std::string>& subjects,
               const AnswerReader& reader, const Take& take);

  // Throws Failure(declined) when the hub could not close it.
  void end();

 private:
  void start();

  sdk::Request own(std::string_view operation, std::string_view name, std::string_view value) const;

  sdk::Host& host_;
  const std::vector<std::string> about_;
  std::string transaction_;
  bool renewed_ = false;
  std::map<std::string, std::string> actions_;
};

}  // namespace tilts::request_service
