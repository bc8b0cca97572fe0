// The request service's messages: what is written into them and how their answers are read (README.md,
// "Wire").
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "plugins/sdk/host.h"
#include "plugins/sdk/writer.h"

namespace tilts::population {

inline constexpr std::string_view soap11_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap12_namespace = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view service_namespace = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
inline constexpr std::string_view ivis_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0";
inline constexpr std::string_view person_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0";

// i:Header of one SubmitSync. What the answer must repeat is checked against it.
struct SubmitHeader {
  std::string id;  // MessageID and CorrelationID
  std::string message_type;
  std::string transaction;
  std::string destination;
  std::string answer_type;  // the answer's MessageType
};

// r:SubmitSync around an i:Body that `body` writes; its argument is the person namespace.
sdk::Writer submit_sync(const SubmitHeader& header,
                        const std::function<void(sdk::Writer&, sdk::Namespace)>& body);

// The answer's verified Body, when it answers `operation` and is no fault. Throws Failure for anything else:
// a fault that names the receiver is transient, every other is declined.
std::string_view body_of(const sdk::Answer& answer, const std::string& action, std::string_view operation);
// Which of the two the Body is in.
std::string_view soap_namespace_of(std::string_view body);

// A transaction of the request service: a run's messages name it, so that the hub can say for what they were.
class Transaction {
 public:
  // Throws Failure(config) when the hub gives none.
  static std::string start(sdk::Host& host);
  // Throws Failure(declined) when the hub could not close it.
  static void end(sdk::Host& host, const std::string& id);
};

}  // namespace tilts::population
