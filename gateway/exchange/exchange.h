// The exchange with one registry: sign, send, verify. The only way out and the only way in.
//
// Thread-safe: one object serves all runs of a registry and holds its limits (concurrency, requests a
// second).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/exchange/byte_budget.h"
#include "gateway/exchange/envelope.h"
#include "gateway/exchange/greeting.h"
#include "gateway/exchange/keyring.h"
#include "gateway/exchange/mtom.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/truststore.h"
#include "gateway/exchange/verified.h"

namespace tilts::exchange {

class TokenSource;

struct Call {
  std::string operation;                  // its name in the profile, or its action
  std::string path;                       // appended to the endpoint; mostly empty
  Content content;                        // called once an attempt, on the thread that exchanges
  std::vector<Attachment> attachments{};  // that the content names with xop:Include; of an MTOM profile
  // A trusted fault is thrown, as Error(declined), or (transient) when it is the receiver's; true: handed
  // back.
  bool return_faults = false;
};

struct Asked {
  size_t index = 0;  // of the call in ask_many; 0 for ask and submit
  unsigned attempt = 1;
  std::string_view action;
  std::string_view message_id;
  Time expires{};  // of the request's Timestamp
};

struct Answered {
  Asked asked;
  std::string_view outcome;     // "answered", "fault", or the name of the error's code
  std::string_view message_id;  // the answer's own, when it is trusted
  std::string_view signer_sha256;
  bool sent = false;  // some byte of the request may have reached the registry
};

// What went over the wire. `answer` is empty when none came.
struct Traffic {
  Asked asked;
  std::string_view request;
  std::string_view answer;
  std::string_view outcome{};            // as in Answered
  Time judged{};                         // the moment that the answer was judged for
  std::shared_ptr<const Trust> trust{};  // by which it was judged
};

// What the caller records; views are good during the call only. Called on the thread that exchanges: for
// ask_many on several at once. What `asked` throws keeps the request from being sent; what the others throw
// ends the call.
struct Hooks {
  std::function<void(const Asked&)> asked;  // before the first byte of every attempt: durable when it returns
  std::function<void(const Traffic&)> evidence;   // after every attempt of which a byte may have left
  std::function<void(const Answered&)> answered;  // after every attempt that was asked
  bool keep_files = true;  // false: the evidence has size and SHA-256 alone of files beside an answer
};

struct Settings {
  std::string registry;  // its name, for sentences
  std::string endpoint;
  Profile profile;
  std::shared_ptr<Keyring> keys;
  std::shared_ptr<Truststore> trust;
  std::shared_ptr<ByteBudget> budget;     // one for the whole process
  std::shared_ptr<TokenSource> tokens{};  // when the profile wants a token
  std::string part_folder{};              // on the data disk: for files that come beside answers
  Clock clock = Clock::system();
  std::chrono::milliseconds first_pause{
      500};  // before the second attempt; doubles, and is shortened at random
  std::chrono::milliseconds longest_pause{30'000};
};

class Exchange {
 public:
  // Throws Error(config) when the endpoint or the profile cannot be used.
  explicit Exchange(Settings settings);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Repeats what is transient, up to the profile's attempts, each with a fresh MessageID. Throws Error:
  // transient (attempts used up, or stopped), untrusted, declined, config.
  Verified ask(const Call& call, const Hooks& hooks, const std::stop_token& stop) const;

  // Asks `count` times, up to the registry's concurrency at once. `call` and `answer` run on the caller's
  // thread, answers in the order of the calls; at most twice the concurrency is held. After a failure nothing
  // more is asked; what was asked before it is still answered, then the failure is thrown.
  void ask_many(size_t count, const std::function<Call(size_t)>& call,
                const std::function<void(size_t, Verified)>& answer, const Hooks& hooks,
                const std::stop_token& stop) const;

  // Sends once. Throws Error: transient when no byte of the request left, untrusted when none left because
  // the server's TLS certificate is not the one we trust, declined in a trusted fault, and unknown for
  // everything else that is not a trusted answer. `message_id` is the caller's, who wrote "sending" down.
  Verified submit(const Call& call, const std::string& message_id, const Hooks& hooks,
                  const std::stop_token& stop) const;

  // One plain GET over the same TLS, for `tilts check --online`. Throws Error(config) when no pair is active.
  Greeting greet() const;

  const Profile& profile() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace tilts::exchange
