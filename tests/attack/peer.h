// A peer whose signature is trusted, and who signs whatever it is given: with plain xmlsec, which has no
// policy.
#pragma once

#include <string>
#include <vector>

#include "tests/attack/certificates.h"

namespace tilts::attack {

// A Reference as a template: what xmlsec fills in is empty.
struct Signed {
  std::string uri;         // "#body"
  std::string transforms;  // the content of ds:Transforms; default: exclusive C14N
  std::string digest = "http://www.w3.org/2001/04/xmlenc#sha256";
};

// The pieces of an honest answer, each open to be spoilt before it is signed.
struct Draft {
  std::string soap = "http://www.w3.org/2003/05/soap-envelope";
  std::string prolog;
  std::string envelope_attributes;
  std::string before_header;
  std::string timestamp;
  std::string token;  // wsse:BinarySecurityToken
  std::string addressing;
  std::string security_attributes;
  std::string more_security;  // further children of Security, before the signature
  std::string more_headers;   // further header blocks, after Security
  std::string body_attributes;
  std::string body = R"(<p:Answer xmlns:p="urn:example:p"><p:Name>Jānis</p:Name></p:Answer>)";
  std::string after_body;
  std::vector<Signed> references;
  std::string canonicalization =
      R"(<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>)";
  std::string method =
      R"(<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>)";
  std::string key_info;  // the content of ds:KeyInfo; empty: none
  std::string objects;   // ds:Object after it
  std::string signature_attributes;
};

// An honest draft of `signer`: Body, Timestamp and every addressing header signed.
Draft honest(const X509* signer, bool ecdsa = false);

// The element a signature covers, and a token, as text.
std::string binary_token(const X509* certificate, const std::string& id = "token");
std::string exclusive(const std::string& prefixes = "");

std::string text(const Draft& draft);
// Fills in every ds:Signature template of the document, the deepest first; what is signed already stays.
std::string sign(const std::string& document, EVP_PKEY* key);

// Replaces the first occurrence; a pattern that is not there is an error of the test.
std::string replaced(std::string document, const std::string& pattern, const std::string& with);

}  // namespace tilts::attack
