// The namespaces and algorithm identifiers of SOAP, WS-Addressing, WS-Security and XML-DSig.
#pragma once

#include "tests/simulator/profile.h"

namespace tilts::simulator {

constexpr const char* soap11_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* soap12_namespace = "http://www.w3.org/2003/05/soap-envelope";
constexpr const char* addressing_namespace = "http://www.w3.org/2005/08/addressing";
constexpr const char* anonymous = "http://www.w3.org/2005/08/addressing/anonymous";
constexpr const char* fault_action = "http://www.w3.org/2005/08/addressing/soap/fault";
constexpr const char* utility_namespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
constexpr const char* security_namespace =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr const char* x509_token =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
constexpr const char* base64_encoding =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
constexpr const char* signature_namespace = "http://www.w3.org/2000/09/xmldsig#";
constexpr const char* exclusive_c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr const char* inclusive_c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
constexpr const char* enveloped_transform = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr const char* saml_token = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
constexpr const char* saml_id = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
constexpr const char* sha256_digest = "http://www.w3.org/2001/04/xmlenc#sha256";
constexpr const char* xop_namespace = "http://www.w3.org/2004/08/xop/include";
constexpr const char* xades_namespace = "http://uri.etsi.org/01903/v1.3.2#";
constexpr const char* signed_properties_type = "http://uri.etsi.org/01903#SignedProperties";
constexpr const char* service_namespace = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
constexpr const char* ivis_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0";

constexpr const char* soap_namespace(Soap soap) {
  return soap == Soap::v1_1 ? soap11_namespace : soap12_namespace;
}

}  // namespace tilts::simulator
