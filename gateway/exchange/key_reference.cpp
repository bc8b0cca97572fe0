#include "gateway/exchange/key_reference.h"

#include <algorithm>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "gateway/exchange/assertion.h"
#include "gateway/exchange/ids.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using Builder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = Handle<BIGNUM, BN_free>;
using Parameters = Handle<OSSL_PARAM, OSSL_PARAM_free>;

[[noreturn]] void refuse(const std::string& why) { throw Refusal("key-reference", why); }

std::string decoded(const xmlNode* element, std::string_view what) {
  auto bytes = xml::base64_decode(xml::text(element));
  if (!bytes || bytes->empty()) refuse(std::string(what) + " is not base64");
  return *bytes;
}

CertificatePath known(std::string der) {
  if (der.empty())
    refuse(
        "the key reference names a certificate that is not known here, or more than one; add it to the known "
        "certificates of the registry");
  return {{std::move(der)}};
}

// PKIPath is a SEQUENCE of certificates, the signer's last (ITU-T X.509; WS-Security X.509 3.1).
CertificatePath pki_path(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  long length = 0;
  int tag = 0;
  int kind = 0;
  const int form = ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(der.size()));
  if ((form & 0x80) != 0 || tag != V_ASN1_SEQUENCE || at + length != end) {
    ERR_clear_error();
    refuse("the PKIPath token cannot be read");
  }
  CertificatePath path;
  while (at < end) {
    const unsigned char* const begin = at;
    const Certificate certificate(d2i_X509(nullptr, &at, end - at));
    if (!certificate) {
      ERR_clear_error();
      refuse("the PKIPath token cannot be read");
    }
    path.der.insert(path.der.begin(), std::string(begin, at));
  }
  if (path.der.empty()) refuse("the PKIPath token is empty");
  return path;
}

CertificatePath token_path(const xmlNode* token) {
  const std::string encoding = xml::attribute(token, "", "EncodingType");
  if (!encoding.empty() && encoding != names::base64_binary) refuse("the security token is not in base64");
  const std::string kind = xml::attribute(token, "", "ValueType");
  const std::string der = decoded(token, "the security token");
  if (kind == names::x509_v3) return {{der}};
  if (kind == names::x509_pki_path) return pki_path(der);
  refuse("the security token is neither an X509v3 certificate nor a PKIPath");
}

Token direct(const xmlNode* reference, const xmlNode* security) {
  const std::string uri = xml::attribute(reference, "", "URI");
  const std::string_view id = fragment(uri);
  if (id.empty()) refuse("the key reference leads outside the message");
  const auto named = elements_with_id(xmlDocGetRootElement(reference->doc), std::string(id));
  if (named.size() != 1 || !xml::is(named[0], names::wsse, "BinarySecurityToken") ||
      (security != nullptr && named[0]->parent != security))
    refuse("the key reference does not lead to one BinarySecurityToken of the Security header");
  return {named[0], token_path(named[0])};
}

CertificatePath issuer_serial(const xmlNode* element, const Trust& trust) {
  const auto names_ = xml::elements(element, names::ds, "X509IssuerName");
  const auto serials = xml::elements(element, names::ds, "X509SerialNumber");
  if (names_.size() != 1 || serials.size() != 1 || xml::elements(element).size() != 2)
    refuse("X509IssuerSerial does not hold one issuer and one serial number");
  const std::string serial = xml::text(serials[0]);
  return known(trust.by_issuer_serial(xml::text(names_[0]), xml::trim(serial)));
}

CertificatePath key_identifier(const xmlNode* element, const Trust& trust) {
  const std::string encoding = xml::attribute(element, "", "EncodingType");
  if (!encoding.empty() && encoding != names::base64_binary) refuse("the key identifier is not in base64");
  const std::string kind = xml::attribute(element, "", "ValueType");
  const std::string octets = decoded(element, "the key identifier");
  if (kind == names::x509_key_identifier) return known(trust.by_key_identifier(octets));
  if (kind == names::thumbprint_sha1) return known(trust.by_thumbprint_sha1(octets));
  refuse("the key identifier is neither a subject key identifier nor a thumbprint");
}

Token embedded(const xmlNode* element) {
  const auto tokens = xml::elements(element);
  if (tokens.size() != 1 || !xml::is(tokens[0], names::wsse, "BinarySecurityToken"))
    refuse("the embedded key reference does not hold one BinarySecurityToken");
  return {tokens[0], token_path(tokens[0])};
}

// Certificates that X509Data carries: the signer's is the one that issued none of the others.
CertificatePath carried(const std::vector<xmlNode*>& elements) {
  std::vector<std::string> ders;
  std::vector<Certificate> certificates;
  for (const xmlNode* element : elements) {
    ders.push_back(decoded(element, "X509Certificate"));
    const auto* at = reinterpret_cast<const unsigned char*>(ders.back().data());
    certificates.emplace_back(d2i_X509(nullptr, &at, static_cast<long>(ders.back().size())));
    if (!certificates.back()) {
      ERR_clear_error();
      refuse("the certificate in X509Data cannot be read");
    }
  }
  std::vector<size_t> leaves;
  for (size_t i = 0; i < certificates.size(); ++i) {
    const bool issued = std::ranges::any_of(certificates, [&](const Certificate& other) {
      return other != certificates[i] && X509_NAME_cmp(X509_get_subject_name(certificates[i].get()),
                                                       X509_get_issuer_name(other.get())) == 0;
    });
    if (!issued) leaves.push_back(i);
  }
  if (leaves.size() != 1) refuse("X509Data does not say which of its certificates signed");
  std::swap(ders.front(), ders[leaves.front()]);
  return {ders};
}

CertificatePath x509_data(const xmlNode* data, const Trust& trust) {
  const auto certificates = xml::elements(data, names::ds, "X509Certificate");
  if (!certificates.empty()) return carried(certificates);
  const auto serials = xml::elements(data, names::ds, "X509IssuerSerial");
  if (serials.size() == 1) return issuer_serial(serials[0], trust);
  const auto identifiers = xml::elements(data, names::ds, "X509SKI");
  if (identifiers.size() == 1) return known(trust.by_key_identifier(decoded(identifiers[0], "X509SKI")));
  refuse("X509Data names no certificate, issuer and serial, or key identifier");
}

Token named_assertion(const xmlNode* reference, const xmlNode* name, const Assertion* assertion) {
  if (xml::attribute(reference, names::wsse11, "TokenType") != names::saml2_token)
    refuse("the key reference names an assertion of another version than SAML 2.0");
  if (assertion == nullptr || xml::trim(xml::text(name)) != assertion->said.id)
    refuse("the key reference names another assertion than the one in the Security header");
  return {assertion->node, assertion->confirmed ? assertion->confirmed->path : CertificatePath()};
}

// XML Signature 1.1, 4.5.2.2: both numbers big-endian.
PublicKey rsa_key(const xmlNode* value) {
  const auto number = [value](std::string_view local) {
    const auto found = xml::elements(value, names::ds, local);
    if (found.size() != 1) refuse("RSAKeyValue does not hold one Modulus and one Exponent");
    const std::string octets = decoded(found[0], local);
    return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()),
                            static_cast<int>(octets.size()), nullptr));
  };
  const Number modulus = number("Modulus");
  const Number exponent = number("Exponent");
  const Builder builder(OSSL_PARAM_BLD_new());
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (!modulus || !exponent || !builder || !context ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    throw Error(Code::transient, "no memory for a key");
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  EVP_PKEY* key = nullptr;
  if (!parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
    refuse("the RSAKeyValue is no key");
  }
  return PublicKey(key);
}

}  // namespace

bool is_assertion_name(const xmlNode* node) {
  return xml::is(node, names::wsse, "KeyIdentifier") &&
         xml::attribute(node, "", "ValueType") == names::saml_id;
}

ConfirmedKey confirmed_key(const xmlNode* key_info, const Trust& trust) {
  ConfirmedKey confirmed;
  const auto values = xml::elements(key_info, names::ds, "KeyValue");
  if (values.size() == 1 && xml::elements(key_info).size() == 1) {
    const auto keys = xml::elements(values[0]);
    if (keys.size() != 1 || !xml::is(keys[0], names::ds, "RSAKeyValue"))
      refuse("the assertion confirms a KeyValue that is not RSA");
    confirmed.key = rsa_key(keys[0]);
    std::string known = trust.by_public_key(confirmed.key.get());
    if (!known.empty()) confirmed.path.der.push_back(std::move(known));
    return confirmed;
  }
  confirmed.path = named_certificate(key_info, trust);
  const auto described = Trust::describe(confirmed.path);
  EVP_PKEY_up_ref(described->key.get());
  confirmed.key.reset(described->key.get());
  return confirmed;
}

std::string_view fragment(std::string_view uri) {
  // xmlsec puts the id into an XPointer expression: what could end its quotes has no place in an xs:ID
  // either.
  if (uri.size() < 2 || uri[0] != '#') return {};
  uri.remove_prefix(1);
  for (const char c : uri) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
    if (!plain) return {};
  }
  return uri;
}

Token resolve_token(const xmlNode* reference, const xmlNode* security, const Trust& trust,
                    const Assertion* assertion) {
  const auto children = xml::elements(reference);
  if (children.size() != 1) refuse("a SecurityTokenReference does not name exactly one token");
  const xmlNode* child = children[0];
  if (xml::is(child, names::wsse, "Reference")) return direct(child, security);
  if (is_assertion_name(child)) return named_assertion(reference, child, assertion);
  if (xml::is(child, names::wsse, "KeyIdentifier")) return {nullptr, key_identifier(child, trust)};
  if (xml::is(child, names::wsse, "Embedded")) return embedded(child);
  if (xml::is(child, names::ds, "X509Data")) {
    const auto named = xml::elements(child);
    if (named.size() == 1 && xml::is(named[0], names::ds, "X509IssuerSerial"))
      return {nullptr, issuer_serial(named[0], trust)};
  }
  refuse("a SecurityTokenReference names its token in a way that is not taken");
}

CertificatePath message_key(const Signature& signature, const xmlNode* security, const Trust& trust,
                            const Assertion* assertion) {
  const auto children =
      signature.key_info == nullptr ? std::vector<xmlNode*>() : xml::elements(signature.key_info);
  if (children.size() != 1 || !xml::is(children[0], names::wsse, "SecurityTokenReference"))
    refuse("the message signature does not name its key by one SecurityTokenReference");
  CertificatePath path = resolve_token(children[0], security, trust, assertion).path;
  if (path.der.empty())
    refuse(
        "the message signature names an assertion that confirms no certificate, nor a key whose certificate "
        "is known here");
  return path;
}

CertificatePath document_key(const Signature& signature, const Trust& trust) {
  if (signature.key_info == nullptr) {
    std::string pinned = trust.only_pinned();
    if (pinned.empty())
      refuse("the signature names no key, and there is not exactly one pinned certificate to try");
    return {{std::move(pinned)}};
  }
  return named_certificate(signature.key_info, trust);
}

CertificatePath named_certificate(const xmlNode* key_info, const Trust& trust) {
  const auto data = xml::elements(key_info, names::ds, "X509Data");
  const auto references = xml::elements(key_info, names::wsse, "SecurityTokenReference");
  if (data.size() == 1 && references.empty()) return x509_data(data[0], trust);
  if (references.size() == 1 && data.empty()) return resolve_token(references[0], nullptr, trust).path;
  refuse("the signature does not name its key by X509Data or one SecurityTokenReference");
}

}  // namespace tilts::exchange
