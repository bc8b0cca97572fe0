// A request that may be believed: who signed it is known, and every part that counts was covered.
#pragma once

#include <memory>
#include <mutex>
#include <queue>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tests/simulator/answer.h"
#include "tests/simulator/dom.h"
#include "tests/simulator/mtom.h"
#include "tests/simulator/signers.h"
#include "tests/simulator/token_check.h"

namespace tilts::simulator {

struct Request {
  Document document;
  const xmlNode* payload = nullptr;  // Body's only child, inside `document`
  std::string operation;             // the profile's name of the Action
  std::string message_id;
  std::string certificate;  // base64 of the signer's
};

// Why a request is not believed; becomes a SOAP fault.
class Refusal : public std::runtime_error {
 public:
  Refusal(Blame blame, const std::string& reason, std::string subcode = {})
      : std::runtime_error(reason), blame_(blame), subcode_(std::move(subcode)) {}
  Blame blame() const { return blame_; }
  const std::string& subcode() const { return subcode_; }  // of WS-Security; mostly empty

 private:
  Blame blame_;
  std::string subcode_;
};

// MessageIDs that were taken, each until its Timestamp has run out. Thread-safe.
class Replays {
 public:
  // False when `id` was taken before and is not forgotten yet.
  bool take(const std::string& id, Clock::Time until, Clock::Time now);

 private:
  using Entry = std::pair<Clock::Time, std::string>;
  std::mutex mutex_;
  std::unordered_set<std::string> taken_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> by_expiry_;
};

class Desk;

class RequestVerifier {
 public:
  // `addresses` are what To may say, `desk` knows what Body may hold. Everything outlives the verifier.
  RequestVerifier(const Profile& profile, Signers& signers, const Clock& clock,
                  std::vector<std::string> addresses, const Desk& desk, TokenFiles tokens);

  // xmlsec checks the cryptography; which nodes count is decided here. Throws Refusal. Thread-safe.
  Request verify(const Incoming& incoming);

 private:
  struct Security;
  Security read_security(const xmlNode* header) const;
  void demand_fresh(const xmlNode* timestamp, Clock::Time now) const;
  void demand_covered(const std::vector<xmlNode*>& covered, const xmlNode* header, const xmlNode* body,
                      const xmlNode* timestamp) const;

  const Profile& profile_;
  Signers& signers_;
  const Clock& clock_;
  std::vector<std::string> addresses_;
  const Desk& desk_;
  const TokenCheck token_check_;
  Replays replays_;
};

// The MessageID as it stands in a message nobody has verified: good for RelatesTo of a fault, for nothing
// else.
std::string claimed_message_id(std::string_view bytes, const Profile& profile);

// Starts libxml2 and xmlsec once and stops them; silences what they print.
class XmlLibraries {
 public:
  XmlLibraries();
  ~XmlLibraries();
  XmlLibraries(const XmlLibraries&) = delete;
  XmlLibraries& operator=(const XmlLibraries&) = delete;
};

}  // namespace tilts::simulator
