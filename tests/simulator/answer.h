// An answer as bytes: exclusive canonical form written from the start, each signed part hashed as it stands.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/clock.h"
#include "tests/simulator/crypto.h"
#include "tests/simulator/mtom.h"
#include "tests/simulator/profile.h"

namespace tilts::simulator {

struct Answer {
  std::string action;
  std::string relates_to;  // empty: the header is left out
  std::string content;     // of Body: canonical, declaring its own namespaces except `s`
  Clock::Time created;
  Clock::Time expires;
  bool names_security = false;    // a QName in its text is of WS-Security: Body declares `o` for it
  std::vector<MimePart> parts{};  // what the content's Includes stand for; signed as their base64
};

// Signs Body, Timestamp, Action, MessageID and RelatesTo with `key`; without a key nothing is signed.
std::string write_answer(const Answer& answer, Soap soap, const SigningKey* key);
// Signed as above; then the signed Body is moved into a header and `forged` put in its place.
std::string write_wrapped(const Answer& answer, const std::string& forged, Soap soap, const SigningKey& key);

// The content of Body for a fault: the message's sender, or the receiver (the registry), is to blame.
enum class Blame { sender, receiver, must_understand };
// `subcode`: a code of WS-Security (SOAP 1.2 only), empty for none.
std::string fault_content(Soap soap, Blame blame, const std::string& reason, const std::string& subcode = {});

}  // namespace tilts::simulator
