// A client written for these tests: xmlsec signs from a template, raw OpenSSL speaks TLS, and what a fault
// does on the wire is seen as it is. Nothing of the simulator and nothing of the gateway.
#pragma once

#include <string>
#include <vector>

#include <openssl/ssl.h>
#include <xmlsec/xmldsig.h>

#include "tests/simulator/handle.h"

namespace tilts::simulator::tests {

constexpr const char* soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* soap12 = "http://www.w3.org/2003/05/soap-envelope";

// A request before it is signed; every field may be made wrong.
struct Message {
  std::string soap = soap12;
  std::string action;  // the whole URI
  std::string message_id;
  std::string reply_to = "http://www.w3.org/2005/08/addressing/anonymous";
  std::string to;
  std::string body;  // Body's content
  long created = 0;  // seconds from now
  long lifetime = 300;
  std::string further_header;
  std::vector<std::string> signed_ids = {"Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"};
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";
  bool sha1_method = false;
};

std::string new_message_id();  // urn:uuid:…

// Signs with one certificate; PEM files.
class Signer {
 public:
  Signer(const std::string& certificate_file, const std::string& key_file);
  std::string sign(const Message& message) const;

 private:
  Handle<xmlSecKey, xmlSecKeyDestroy> key_;
  std::string certificate_;  // base64
  const char* method_;
};

// True when the message's one signature verifies with xmlsec under the key of the certificate it embeds, and
// that certificate leads to `anchor`. Times are not looked at.
bool verifies(const std::string& message, const std::string& anchor);

// What came back, as it came.
struct Reception {
  bool connected = true;  // false: TLS did not come about, or broke at the first byte
  bool reset = false;     // TCP reset
  bool closed = false;    // the peer closed before a whole answer
  unsigned status = 0;    // 0: not even a status line
  std::size_t promised = 0;
  std::string content_type;
  std::string body;
};

class Connection {
 public:
  // Mutual TLS to 127.0.0.1; without a certificate none is shown. `tls` 0 leaves the version open.
  Connection(int port, const std::string& anchor, const std::string& certificate, const std::string& key,
             int tls = 0);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool connected() const { return connected_; }
  Reception post(const std::string& body,
                 const std::string& media_type = "application/soap+xml; charset=utf-8");

 private:
  Handle<SSL_CTX, SSL_CTX_free> context_;
  Handle<SSL, SSL_free> tls_;
  int socket_ = -1;
  bool connected_ = false;
};

}  // namespace tilts::simulator::tests
