// How the queue is spoken with: by operations of its own, or as a data service behind the state hub, when the
// profile has the name queue-destination. What is said is the same, element for element.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/request_service/conversation.h"
#include "plugins/sdk/host.h"

namespace tilts::rehabilitation_queue {

// One message of the queue: its element, and about whom it is.
struct Question {
  std::string exchange;  // "SubmitEntry"
  std::vector<std::string> subjects;
  request_service::WriteBody write;
};

// What an answer must be an answer to.
struct Asked {
  std::string exchange;
  std::string_view key;   // the entry's; of one entry alone
  std::string_view then;  // the end of a sentence about an answer that does not fit
  std::string
      message_id;  // of the answer that is being read; empty through the hub, which names the question
};

// What does not fit an answer of the queue: Failure(untrusted).
sdk::Failure misfit(const Asked& asked, const std::string& what);

class Channel {
 public:
  explicit Channel(sdk::Host& host);

  // Paths of `shape` begin at Body, or at i:Body. Before a row is taken, `asked` has the answer's id.
  void ask(const Question& question, Asked& asked, const request_service::BodyShape& shape,
           const request_service::Take& take);
  // The same for what is sent once. Throws request_service::Refused when the hub said no in a trusted answer
  // and so handed nothing on.
  void submit(const Question& question, Asked& asked, const request_service::BodyShape& shape,
              const request_service::Take& take);
  // When all is said, and also when the hub cannot close its transaction: what was said stays said.
  void end();

 private:
  request_service::Service service(const std::string& exchange) const;
  void read(const sdk::Answer& answer, Asked& asked, const request_service::BodyShape& shape,
            const request_service::Take& take) const;

  sdk::Host& host_;
  const std::string destination_;  // empty: no hub
  std::optional<request_service::Conversation> conversation_;
};

}  // namespace tilts::rehabilitation_queue
