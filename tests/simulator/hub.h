// The state hub's request service: transactions, the IVIS envelope, questions that are answered at once or
// later. Which data services stand behind it, by destination and message type, is told by whoever makes it.
// Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/simulator/clock.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/profile.h"

namespace tilts::simulator {

// One data service behind the hub.
struct DataService {
  std::string destination;
  std::string message_type;
  std::string space;    // of the only element in i:Body, canonical
  std::string element;  // its name
  // What stands in the answer's i:Body. Throws IvisError for a request that cannot be served.
  std::function<Outcome(const xmlNode* question, const Request& request, const Twist& twist)> serve;
};

// How the hub answers what is handed over by Submit.
struct Patience {
  std::chrono::seconds ready{0};  // until a result is there
  std::chrono::seconds poll{5};   // PollInterval; 0: none is said
  bool strict = false;            // whoever asks before PollInterval has passed gets a fault
};

class Hub {
 public:
  // Throws std::runtime_error when the profile lacks the name of the e-service.
  Hub(const Profile& profile, const Clock& clock, std::vector<DataService> services);

  std::vector<std::string_view> operations() const;
  // A request that cannot be served is answered too: with an IVIS error, an empty result, or 0.
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist);
  void set_patience(Patience patience);

 private:
  // What an answer repeats of the request.
  struct Named {
    std::string message_type, transaction, correlation;
  };
  // Handed over and answered later.
  struct Pending {
    Named named;
    std::string body;  // of the answer: i:Body or i:ErrorList
    std::string result;
    std::size_t rows = 0;
    Clock::Time ready;
    Clock::Time not_before;  // when the client may ask next
  };
  struct Served {
    std::string body;
    std::string result = "success";
    std::size_t rows = 0;
  };

  std::string start_transaction(const xmlNode* payload);
  std::string end_transaction(const xmlNode* payload);
  void demand_transaction(const std::string& id) const;
  const DataService& route(const xmlNode* envelope, std::size_t bytes) const;
  Served serve(const Request& request, std::size_t bytes, const Twist& twist) const;
  Outcome submit_sync(const Request& request, std::size_t bytes, const Twist& twist) const;
  Outcome submit(const Request& request, std::size_t bytes, const Twist& twist);
  Outcome later(const std::string& operation, const xmlNode* payload, const Twist& twist);
  std::string response(const std::string& operation, const Named& named, const std::string& result,
                       const std::string& body, std::chrono::seconds poll) const;

  const Profile& profile_;
  const Clock& clock_;
  const std::vector<DataService> services_;
  mutable std::mutex mutex_;  // of all below
  std::unordered_set<std::string> open_transactions_;
  unsigned long last_transaction_ = 860;
  std::map<std::string, Pending> pending_;  // by CorrelationID
  Patience patience_;
};

// Throws IvisError(error) unless it holds.
void demand(bool holds, int error);
// URNType as the guidelines publish it: URN:IVIS:[0-9]{6}:[A-Za-z0-9_()+,-.=@;$!*]{0,133}
bool is_urn(std::string_view text);

}  // namespace tilts::simulator
