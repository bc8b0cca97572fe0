// Documents of e-address for these tests: signed and verified by xmlsec from a template, nothing of the
// simulator's.
#pragma once

#include <string>
#include <vector>

#include "tests/support/simulator_pki.h"

namespace tilts::simulator::tests {

constexpr const char* document_space = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";

// As it goes out; every field may be made wrong.
struct Document {
  struct File {
    std::string name;
    std::string content_id;
    std::string octets;
    std::string digest = {};  // base64; that of the octets when empty
  };
  std::string title = "Atzinums par \"A & B\" <1>";
  std::string kind = "DOC_EMPTY";
  std::string sender = "_DEFAULT@90000000000";
  std::string reference = "SD-2026-0117";
  std::vector<std::string> recipients = {"_DEFAULT@99000000001"};
  bool notify = false;
  std::vector<File> files;

  std::string canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
  std::string hash = "sha512";  // of the References and the value
  std::string certificate_hash = "sha1";
  std::string named_certificate = {};    // PEM file of SigningCertificate; the signer's when empty
  std::string target = "SenderSection";  // what the first Reference names
  std::string further_declaration = {};  // on Envelope: inclusive C14N counts it
};

// d:Envelope, signed. `method` is XML-DSig's family: "rsa" or "ecdsa".
std::string signed_envelope(const Document& document, const support::KeyFiles& signer,
                            const std::string& method = "ecdsa");

// Empty when the envelope's signature is XAdES over SenderDocument, verifies with xmlsec standing alone, and
// its certificate leads to the anchor and has the CertDigest; otherwise what is wrong.
std::string wrong_with(const std::string& envelope, const std::string& anchor);

// Base64 of the digest: "sha1", "sha256", "sha512".
std::string digest_of(const std::string& hash, const std::string& octets);

}  // namespace tilts::simulator::tests
