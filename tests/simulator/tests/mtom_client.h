// MTOM written and read by hand, for these tests alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulator/tests/soap_client.h"

namespace tilts::simulator::tests {

std::string base64_of(const std::string& bytes);
std::string bytes_of(const std::string& base64);

// A message that goes out; every field may be made wrong.
struct MtomMessage {
  std::string content_type =
      R"(multipart/related; type="application/xop+xml"; start="<root>"; start-info="application/soap+xml"; boundary="=_edge; x")";
  std::string root_headers =
      "Content-Type: application/xop+xml; charset=utf-8; type=\"application/soap+xml\"\r\n"
      "Content-Transfer-Encoding: binary\r\nContent-ID: <root>\r\n";
  std::string xml;
  struct Part {
    std::string headers;
    std::string octets;
  };
  std::vector<Part> parts;
  std::string closing = "\r\n--=_edge; x--\r\n";

  std::string body() const;
};

// The signed message with each of these octets, whose base64 stands in it, moved into a part of its own:
// part-1@test, part-2@test, …
MtomMessage with_parts(const std::string& signed_message, const std::vector<std::string>& octets);

// What came back: the XML as it came, and the parts by Content-ID. Throws std::runtime_error.
struct MtomAnswer {
  std::string xml;
  std::vector<std::pair<std::string, std::string>> parts;

  // The octets of a part; throws when there is not exactly one.
  const std::string& part(const std::string& id) const;
  // The XML with the base64 of the parts in place of their Includes: what was signed.
  std::string infoset() const;
};
MtomAnswer read_mtom(const Reception& reception);

}  // namespace tilts::simulator::tests
