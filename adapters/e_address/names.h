// The namespaces of the unified interface and of the documents in it. They keep the names of the agency that
// made them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/record_reader.h"

namespace tilts::e_address {

inline constexpr std::string_view messages_namespace = "http://vraa.gov.lv/xmlschemas/div/uui/2011/11";
inline constexpr std::string_view document_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";
inline constexpr std::string_view signature_namespace = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";

// The prefixes that paths are written with.
inline std::vector<sdk::Prefix> prefixes() {
  return {{"m", std::string(messages_namespace)},
          {"d", std::string(document_namespace)},
          {"ds", std::string(signature_namespace)},
          {"xop", "http://www.w3.org/2004/08/xop/include"}};
}

// The same with SOAP's own, for a whole Body.
inline std::vector<sdk::Prefix> with_soap() {
  std::vector<sdk::Prefix> all = prefixes();
  all.push_back({"s", "http://www.w3.org/2003/05/soap-envelope"});
  return all;
}

}  // namespace tilts::e_address
