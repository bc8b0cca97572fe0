// Messages with attachments beside them: W3C MTOM and XOP over MIME multipart/related (RFC 2387).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/dom.h"
#include "tests/simulator/octets.h"

namespace tilts::simulator {

// A message as it came, before anything of it is believed. Everything is a view of the HTTP body.
struct Incoming {
  std::string_view xml;
  std::map<std::string, std::string_view, std::less<>> parts;  // by Content-ID, without < and >
};

// Is this the Content-Type of such a message?
bool is_multipart(std::string_view content_type);
// Takes the body apart. Throws std::runtime_error when it is not what MTOM says.
Incoming take_apart(const std::string& content_type, std::string_view body);
// Puts the base64 of each part where an xop:Include stands for it. Throws std::runtime_error unless every
// Include stands alone and names a part, and every part is named once.
void resolve_includes(xmlDoc* document, const Incoming& incoming);

// An attachment of an answer.
struct MimePart {
  std::string id;  // Content-ID, without < and >
  std::string media_type;
  Octets octets;
};

// <xop:Include>, canonical.
std::string include(const std::string& id);

struct Multipart {
  std::string content_type;
  std::string head;             // until the first attachment
  std::vector<Octets> further;  // all that follows
};

// `soap`: the media type of the envelope.
Multipart put_together(std::string xml, const std::vector<MimePart>& parts, const std::string& soap,
                       const std::string& action);

}  // namespace tilts::simulator
