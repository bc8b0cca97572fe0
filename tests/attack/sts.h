// A registered STS that signs whatever claim it is given: each piece open to be spoilt before it is signed.
#pragma once

#include <string>
#include <vector>

#include "tests/attack/certificates.h"
#include "tests/attack/peer.h"

namespace tilts::attack {

inline const std::string holder_of_key = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";
inline const std::string bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
inline const std::string sender_vouches = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches";
inline const std::string saml_issuer = "https://sts.test/";

// An honest claim about Jana, handed in at the moment of the tests. The prefix of SAML is a2.
struct Claim {
  std::string id = "_a1";
  std::string attributes = " Version='2.0' IssueInstant='2026-11-21T11:59:00Z'";
  std::string issuer = saml_issuer;
  std::string name = "<a2:NameID>jana</a2:NameID>";
  std::string method = holder_of_key;
  std::string data_attributes = " Recipient='https://us.test/in' NotOnOrAfter='2026-11-21T12:04:00Z'";
  std::string key_info;      // content of the confirmation's KeyInfo; empty: none
  std::string more_subject;  // after the SubjectConfirmation
  std::string conditions_attributes = " NotBefore='2026-11-21T11:59:00Z' NotOnOrAfter='2026-11-21T12:30:00Z'";
  std::string conditions =
      "<a2:AudienceRestriction><a2:Audience>urn:us</a2:Audience></a2:AudienceRestriction>";
  std::string statements =
      "<a2:AttributeStatement><a2:Attribute Name='role'><a2:AttributeValue>clerk</a2:AttributeValue>"
      "<a2:AttributeValue>admin<!-- no "
      "-->istrator</a2:AttributeValue></a2:Attribute></a2:AttributeStatement>";

  bool is_signed = true;
  std::vector<Signed> references;  // empty: its own ID, enveloped and exclusive
  std::string canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#";
  std::string signature_method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  std::string signer;  // content of the signature's KeyInfo
  std::string more_after_signature;
};

// By X509Data with the whole certificate, as the content of a KeyInfo.
std::string by_certificate(const X509* certificate);
// As a ds:KeyValue.
std::string by_rsa_value(const EVP_PKEY* key);

extern const std::string enveloped;  // the transform

// saml:Assertion without an XML declaration, signed alone, before it stands in any message.
std::string issued(const Claim& claim, EVP_PKEY* sts);

// As the message signature's KeyInfo.
std::string by_assertion(const std::string& id);

}  // namespace tilts::attack
