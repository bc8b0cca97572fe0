// The request service's messages: what is written into them, and what must be true of any answer before it is
// read.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/request_service/names.h"
#include "plugins/sdk/host.h"
#include "plugins/sdk/writer.h"

namespace tilts::request_service {

// i:Header of one question. What the answer must repeat is checked against it.
struct Header {
  std::string id;  // MessageID and CorrelationID
  std::string transaction;
};

// Writes what stands in i:Body.
using WriteBody = std::function<void(sdk::Writer&)>;

// `operation`: SubmitSync or Submit. `subjects`: whom the Body asks about.
sdk::Request ivis_request(std::string_view operation, const Service& service, const Header& header,
                          const WriteBody& body, std::vector<std::string> subjects);

// <r:operation><r:name>value</r:name></r:operation>
sdk::Request one_element(std::string_view operation, std::string_view name, std::string_view value);

// How long the XML of it is in bytes, exactly: the hub takes no more than `largest_request`.
size_t xml_size(const sdk::Writer& content);
// 4 MB of the hub (VISS guideline 1-1), less what header, token, certificate and signature of an envelope
// need. Bytes.
inline constexpr size_t largest_request = (size_t{4} << 20) - (size_t{64} << 10);

// The answer's verified Body, when it answers `operation` and is no fault. Throws Failure for anything else:
// a fault that names the receiver is transient, every other is declined.
std::string_view body_of(const sdk::Answer& answer, const std::string& action, std::string_view operation);
// Which of the two the Body is in.
std::string_view soap_namespace_of(std::string_view body);

// The text of r:<operation>Response/r:<operation>Result, the only element that the small answers have.
std::string result_of(std::string_view body, const std::string& operation);

}  // namespace tilts::request_service
