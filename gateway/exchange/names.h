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

// WS-Trust 1.3 (OASIS 2007), with the WS-Policy of its examples
inline constexpr std::string_view wst = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
inline constexpr std::string_view wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";

// XAdES (ETSI TS 101 903 v1.3.2)
inline constexpr std::string_view xades = "http://uri.etsi.org/01903/v1.3.2#";
inline constexpr std::string_view signed_properties = "http://uri.etsi.org/01903#SignedProperties";

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

// XML encryption 1.0 and 1.1 (W3C 2002, 2013)
inline constexpr std::string_view xenc = "http://www.w3.org/2001/04/xmlenc#";
inline constexpr std::string_view xenc11 = "http://www.w3.org/2009/xmlenc11#";
inline constexpr std::string_view xenc_element = "http://www.w3.org/2001/04/xmlenc#Element";
inline constexpr std::string_view aes128_gcm = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
inline constexpr std::string_view aes192_gcm = "http://www.w3.org/2009/xmlenc11#aes192-gcm";
inline constexpr std::string_view aes256_gcm = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
inline constexpr std::string_view aes128_cbc = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
inline constexpr std::string_view aes192_cbc = "http://www.w3.org/2001/04/xmlenc#aes192-cbc";
inline constexpr std::string_view aes256_cbc = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
inline constexpr std::string_view rsa_oaep = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
// No algorithm, but a word for one place of SHA-1: the digest by which XAdES names the signer's certificate.
inline constexpr std::string_view sha1_of_certificate = "urn:tilts:cert-digest-sha1";
inline constexpr std::string_view rsa_oaep_mgf1p = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
inline constexpr std::string_view mgf1_sha1 = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
inline constexpr std::string_view mgf1_sha256 = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
inline constexpr std::string_view mgf1_sha384 = "http://www.w3.org/2009/xmlenc11#mgf1sha384";
inline constexpr std::string_view mgf1_sha512 = "http://www.w3.org/2009/xmlenc11#mgf1sha512";

// SAML 2.0 (OASIS 2005), the version before it, and the SAML token profile 1.1.1 of WS-Security
inline constexpr std::string_view saml2 = "urn:oasis:names:tc:SAML:2.0:assertion";
inline constexpr std::string_view saml1 = "urn:oasis:names:tc:SAML:1.0:assertion";
inline constexpr std::string_view confirmed_bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
inline constexpr std::string_view confirmed_holder = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";
inline constexpr std::string_view confirmed_sender = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches";
inline constexpr std::string_view saml_id =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID";
inline constexpr std::string_view saml2_token =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";

}  // namespace tilts::exchange::names
