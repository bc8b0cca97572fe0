// The namespaces and algorithm identifiers of the standards the exchange speaks.
#pragma once

#include <string_view>

namespace tilts::exchange::names {

// SOAP 1.1 (W3C note 2000) and 1.2 part 1 (W3C 2007)
inline constexpr std::string_view soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap12 = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view soap11_next = "http://schemas.xmlsoap.org/soap/actor/next";
inline constexpr std::string_view soap12_next = "http://www.w3.org/2003/05/soap-envelope/role/next";
inline constexpr std::string_view soap12_ultimate =
    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";

// WS-Addressing 1.0 (W3C 2006), and the drafts that must not stand beside it
inline constexpr std::string_view wsa = "http://www.w3.org/2005/08/addressing";
inline constexpr std::string_view wsa_2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
inline constexpr std::string_view wsa_2004_03 = "http://schemas.xmlsoap.org/ws/2004/03/addressing";
inline constexpr std::string_view wsa_2003 = "http://schemas.xmlsoap.org/ws/2003/03/addressing";
inline constexpr std::string_view wsa_anonymous = "http://www.w3.org/2005/08/addressing/anonymous";

// WS-Security 1.0 and 1.1 (OASIS)
inline constexpr std::string_view wsse =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
inline constexpr std::string_view wsse11 =
    "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
inline constexpr std::string_view wsu =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
inline constexpr std::string_view base64_binary =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
inline constexpr std::string_view x509_v3 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
inline constexpr std::string_view x509_pki_path =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1";
inline constexpr std::string_view x509_key_identifier =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
inline constexpr std::string_view thumbprint_sha1 =
    "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
inline constexpr std::string_view str_transform =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform";

// WS-Trust 1.3 (OASIS 2007) with the WS-Policy of its examples, SAML token profile 1.1 (OASIS 2006)
inline constexpr std::string_view wst = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
inline constexpr std::string_view wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";
inline constexpr std::string_view saml2_token =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
inline constexpr std::string_view saml2_id =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";

// XML-DSig core (W3C 2008), RFC 4051, RFC 6931, XML encryption (W3C 2013)
inline constexpr std::string_view ds = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr std::string_view exclusive_c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr std::string_view inclusive_c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
inline constexpr std::string_view enveloped_signature =
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view rsa_sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
inline constexpr std::string_view rsa_sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
inline constexpr std::string_view rsa_sha384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
inline constexpr std::string_view rsa_sha512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
inline constexpr std::string_view ecdsa_sha1 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1";
inline constexpr std::string_view ecdsa_sha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
inline constexpr std::string_view ecdsa_sha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
inline constexpr std::string_view ecdsa_sha512 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512";
inline constexpr std::string_view sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
inline constexpr std::string_view sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
inline constexpr std::string_view sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
inline constexpr std::string_view sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";

// What is encrypted (XML encryption, W3C 2013; SAML 2.0, OASIS 2005): only to be told apart
inline constexpr std::string_view xenc = "http://www.w3.org/2001/04/xmlenc#";
inline constexpr std::string_view saml2 = "urn:oasis:names:tc:SAML:2.0:assertion";

}  // namespace tilts::exchange::names
