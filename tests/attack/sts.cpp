#include "tests/attack/sts.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"

namespace tilts::attack {
namespace {

std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  EVP_PKEY_get_bn_param(key, name, &raw);
  const Handle<BIGNUM, BN_free> value(raw);
  std::string octets(static_cast<size_t>(BN_num_bytes(value.get())), '\0');
  BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(octets.data()));
  return xml::base64_encode(octets);
}

std::string signature(const Claim& claim) {
  if (!claim.is_signed) return "";
  std::string result =
      "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo>"
      "<ds:CanonicalizationMethod Algorithm='" +
      claim.canonicalization + "'/><ds:SignatureMethod Algorithm='" + claim.signature_method + "'/>";
  std::vector<Signed> references = claim.references;
  if (references.empty()) references.push_back({"#" + claim.id, enveloped + exclusive()});
  for (const Signed& each : references)
    result += "<ds:Reference URI='" + each.uri + "'><ds:Transforms>" + each.transforms +
              "</ds:Transforms><ds:DigestMethod Algorithm='" + each.digest +
              "'/><ds:DigestValue/></ds:Reference>";
  return result + "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>" + claim.signer +
         "</ds:KeyInfo></ds:Signature>";
}

std::string unsigned_text(const Claim& claim) {
  const std::string info =
      claim.key_info.empty()
          ? ""
          : "<ds:KeyInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>" + claim.key_info + "</ds:KeyInfo>";
  return "<a2:Assertion xmlns:a2='urn:oasis:names:tc:SAML:2.0:assertion' ID='" + claim.id + "'" +
         claim.attributes + "><a2:Issuer>" + claim.issuer + "</a2:Issuer>" + signature(claim) +
         claim.more_after_signature + "<a2:Subject>" + claim.name + "<a2:SubjectConfirmation Method='" +
         claim.method + "'><a2:SubjectConfirmationData" + claim.data_attributes + ">" + info +
         "</a2:SubjectConfirmationData></a2:SubjectConfirmation>" + claim.more_subject + "</a2:Subject>" +
         (claim.conditions_attributes.empty() && claim.conditions.empty()
              ? ""
              : "<a2:Conditions" + claim.conditions_attributes + ">" + claim.conditions +
                    "</a2:Conditions>") +
         claim.statements + "</a2:Assertion>";
}

}  // namespace

const std::string enveloped =
    "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>";

std::string by_certificate(const X509* certificate) {
  return "<ds:X509Data><ds:X509Certificate>" + xml::base64_encode(der(certificate)) +
         "</ds:X509Certificate></ds:X509Data>";
}

std::string by_rsa_value(const EVP_PKEY* key) {
  return "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" + number(key, OSSL_PKEY_PARAM_RSA_N) +
         "</ds:Modulus><ds:Exponent>" + number(key, OSSL_PKEY_PARAM_RSA_E) +
         "</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>";
}

std::string issued(const Claim& claim, EVP_PKEY* sts) {
  const std::string document = sign(unsigned_text(claim), sts);
  const size_t begin = document.find("<a2:Assertion");
  return document.substr(begin, document.rfind('>') + 1 - begin);
}

std::string by_assertion(const std::string& id) {
  return "<o:SecurityTokenReference xmlns:o11='" + std::string(exchange::names::wsse11) +
         "' o11:TokenType='" + std::string(exchange::names::saml2_token) + "'><o:KeyIdentifier ValueType='" +
         std::string(exchange::names::saml_id) + "'>" + id + "</o:KeyIdentifier></o:SecurityTokenReference>";
}

}  // namespace tilts::attack
