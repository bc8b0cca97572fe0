// The registry's door: a request comes in as bytes, is verified, answered, signed, and spoilt where a fault
// was asked for. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/answer.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/http.h"
#include "tests/simulator/later.h"
#include "tests/simulator/request.h"

namespace tilts::simulator {

struct ServiceKeys {
  SigningKey answers;
  SigningKey stranger;
  std::optional<SigningKey> expired;
};

struct ServiceCounters {
  std::atomic<unsigned long> received = 0;
  std::atomic<unsigned long> processed = 0;
  std::atomic<unsigned long> refused = 0;
  std::atomic<unsigned long> rows = 0;
  mutable std::mutex mutex;
  std::map<std::string, unsigned long> operations;  // processed, under the mutex
};

class Service {
 public:
  // Everything outlives the service.
  Service(const Profile& profile, const Clock& clock, Desk& desk, Faults& faults, ServiceKeys keys,
          Signers& signers, std::vector<std::string> addresses, TokenFiles tokens = {});

  HttpReply handle(const HttpRequest& request);

  const ServiceCounters& counters() const { return counters_; }
  std::vector<std::string_view> operations() const { return desk_.operations(); }
  // Taken in and not processed yet: the fault `late`.
  std::size_t late() const { return later_.waiting(); }
  bool can_expire() const { return keys_.expired.has_value(); }

 private:
  struct Earlier {
    std::string xml;
    std::vector<MimePart> parts;
  };

  HttpReply react(const HttpRequest& request);
  HttpReply answer(const HttpRequest& request, const std::string& operation, std::optional<Fault> fault);
  Outcome process(const Request& request, std::size_t bytes, const Twist& twist);
  HttpReply process_late(Request request, std::size_t bytes, std::chrono::milliseconds time);
  // An answer's XML with what travels beside it, as HTTP has it.
  HttpReply packed(std::string xml, std::vector<MimePart> parts, const std::string& action,
                   const std::optional<Fault>& fault) const;
  HttpReply fault_reply(Blame blame, const std::string& reason, const std::string& relates_to, bool is_signed,
                        const std::string& subcode = {}) const;
  std::string write(Answer answer, const std::optional<Fault>& fault) const;
  Answer stamp(std::string action, std::string relates_to, std::string content) const;
  std::string claimed_operation(const HttpRequest& request) const;
  Earlier earlier(const std::string& operation) const;
  bool answered_before(const std::string& operation) const;
  void remember(const std::string& operation, Earlier said);
  const char* media_type() const;

  const Profile& profile_;
  const Clock& clock_;
  Desk& desk_;
  Faults& faults_;
  ServiceKeys keys_;
  RequestVerifier verifier_;
  ServiceCounters counters_;
  mutable std::mutex earlier_mutex_;
  std::map<std::string, Earlier> earlier_;  // the last right answer to each operation
  Later later_;                             // the last member: its thread uses the others
};

}  // namespace tilts::simulator
