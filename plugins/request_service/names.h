// What the hub's request service calls things: its namespaces, the shape of its identifiers, and what a
// registry's profile says about one data service behind it.
#pragma once

#include <string>
#include <string_view>

#include "plugins/sdk/host.h"

namespace tilts::request_service {

inline constexpr std::string_view soap11_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap12_namespace = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view service_namespace = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
inline constexpr std::string_view ivis_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0";

// URNType of the VISS guideline on XML resources, 3-2:
// URN:IVIS:[0-9]{6}:[A-Za-z0-9_()+,-.=@;$!*]{0,133}
bool is_urn(std::string_view text);
// Such a URN, and of a schema's type: XSD-<schema>-TYPE-<type> (error 21 is about any other).
bool is_type_urn(std::string_view text);
// UUIDType, same place: lower-case hex in groups of 8-4-4-4-12.
bool is_uuid(std::string_view text);

// A name of the profile, or empty where it has none.
std::string optional_name(sdk::Host& host, std::string_view key);

// One data service behind the hub.
struct Service {
  std::string destination;   // URN of the service
  std::string message_type;  // of a request's Body
  std::string answer_type;   // of an answer's Body
  // Where the first two are written, for sentences: "list-destination in the profile".
  std::string destination_place;
  std::string message_type_place;
  bool asynchronous = false;  // Submit, GetStatus and a fetched result in place of SubmitSync
  std::string sender;         // i:Sender; empty: left out, the hub takes it from the token
};

// Throws Failure(config) naming the place of whatever is no URN of its kind: before anything is sent.
void check(const Service& service);

// From the profile's names <prefix>-destination, <prefix>-message-type, <prefix>-answer-type, and where it
// has them <prefix>-call ("sync" when absent, or "async") and sender. Checked.
Service service_of(sdk::Host& host, const std::string& prefix);

}  // namespace tilts::request_service
