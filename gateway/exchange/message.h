// A SOAP message as it was written (SOAP 1.1 section 4, SOAP 1.2 part 1 section 5), read once and judged by
// the rules. Reading is generous where a rule is strict, so that each rule stands on its own.
#pragma once

#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "gateway/exchange/policy.h"

namespace tilts::exchange {

// Views into the document's tree, valid as long as it.
struct Message {
  SoapVersion version = SoapVersion::v1_2;
  xmlNode* envelope = nullptr;
  xmlNode* header = nullptr;
  xmlNode* body = nullptr;
  std::vector<xmlNode*> blocks;      // the header's children
  std::vector<xmlNode*> securities;  // wsse:Security for us: no foreign actor or role
  std::vector<xmlNode*> signatures;  // ds:Signature directly below the first of them
  std::vector<xmlNode*> timestamps;  // wsu:Timestamp of the header and of that Security
  std::vector<xmlNode*> addressing;  // header blocks of any WS-Addressing namespace

  xmlNode* security() const { return securities.empty() ? nullptr : securities.front(); }
  xmlNode* timestamp() const { return timestamps.empty() ? nullptr : timestamps.front(); }
  // The first WS-Addressing header of that local name, nullptr when absent.
  xmlNode* addressing_header(std::string_view local) const;
};

// Throws Refusal("envelope-shape") when there is no Envelope with a Header and a Body to read.
Message read_message(xmlDoc* document);

std::string_view soap_namespace(SoapVersion version);
bool is_addressing_namespace(std::string_view uri);
// The block is for another node of the message's path (SOAP 1.1 actor, SOAP 1.2 role).
bool is_for_another(const xmlNode* block, SoapVersion version);

}  // namespace tilts::exchange
