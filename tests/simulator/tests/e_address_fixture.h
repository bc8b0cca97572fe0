// A simulator that plays e-address, and what a client says to it.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/tests/document_client.h"
#include "tests/simulator/tests/fixture.h"
#include "tests/simulator/tests/mtom_client.h"

namespace tilts::simulator::tests {

constexpr const char* message_space = "http://vraa.gov.lv/xmlschemas/div/uui/2011/11";

class EAddressTest : public SimulatorTest {
 protected:
  // By the profile as it is live: requests with SHA-1, answers unsigned.
  void start_e_address(std::vector<std::string> arguments = {}, bool answers_signed = false,
                       support::KeyKind kind = support::KeyKind::ecdsa);

  // Any operation; `fields` is the content of its one element.
  Message e_address_message(const std::string& operation, const std::string& fields) const;
  Reception call(const std::string& operation, const std::string& fields = "");

  // SendMessageInput around an envelope.
  Message send_message(const std::string& envelope, const std::vector<Document::File>& files) const;
  std::string envelope_of(const Document& document) const;
  Message send_message(const Document& document) const {
    return send_message(envelope_of(document), document.files);
  }
  // Over MTOM when there are files.
  Reception send(const Document& document);
  Reception post(const MtomMessage& message);

  // POST /messages; the MessageId.
  std::string put(const std::string& json);
  Reception get_message(const std::string& id) {
    return call("GetMessage", "<m:MessageId>" + id + "</m:MessageId>");
  }
  Reception confirm(const std::string& id) {
    return call("ConfirmMessage", "<m:MessageId>" + id + "</m:MessageId>");
  }

  bool signed_ = false;
  support::KeyKind kind_ = support::KeyKind::ecdsa;
};

// d:Envelope as it stands in an answer.
std::string envelope_in(const std::string& answer);
// Everything between <name> and </name>, in order.
std::vector<std::string> elements(const std::string& xml, const std::string& name);

}  // namespace tilts::simulator::tests
