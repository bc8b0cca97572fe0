// SAML 2.0 assertions that arrive in a Security header (OASIS saml-core-2.0-os; SAML token profile 1.1.1 of
// WS-Security; verification policy, section 9).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/exchange/decryption.h"
#include "gateway/exchange/key_reference.h"
#include "gateway/exchange/message.h"
#include "gateway/exchange/trust.h"
#include "gateway/exchange/verified.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {

// A registered STS: its certificates are pinned, for an anchor would let every certificate below it issue
// assertions.
struct TokenService {
  std::string issuer;        // what its assertions name as their Issuer
  std::string certificates;  // PEM file; two certificates while one takes over from the other
};

// Who may have signed an assertion, and what it must say. Immutable once it is shared.
struct AssertionPolicy {
  std::shared_ptr<const Trust> services;       // of all registered services
  std::map<std::string, std::string> issuers;  // SHA-256 of a service's certificate, hex, and its Issuer
  std::vector<std::string> audiences;          // ours: one of them in every AudienceRestriction
  std::vector<std::string> recipients;         // our addresses, where an assertion may be handed in
  std::set<Confirmation> methods{Confirmation::holder_of_key};
  std::set<std::string> vouchers;  // SHA-256, hex, of certificates whose sender may vouch
  DecryptionKeys keys;             // none: an encrypted assertion is refused
  // True the first time that an assertion is shown, asked of OneTimeUse alone, last and once a message, from
  // any thread; empty: nobody remembers, so none such is taken.
  std::function<bool(const VerifiedAssertion&)> first_use;
};

// With these services registered. `paths`: the anchors and revocation lists that prove that their
// certificates were not revoked, where the policy wants to know. Throws Error(config) naming the file.
AssertionPolicy trusting(const std::vector<TokenService>& services, TrustFiles paths = {});

// The assertion of one message, as far as it was judged.
struct Assertion {
  xmlNode* place = nullptr;  // child of Security: saml:Assertion or saml:EncryptedAssertion
  Decrypted decrypted;       // where it is encrypted
  xmlNode* node = nullptr;   // saml:Assertion: the place itself, or what was decrypted

  // What its STS signed, and nothing else, parsed anew: all that is believed is read from here.
  xml::Document content;
  std::string registered;  // Issuer of the service whose certificate signed; empty: of none
  VerifiedAssertion said;
  std::optional<ConfirmedKey> confirmed;  // holder-of-key

  bool is_encrypted() const { return decrypted.document != nullptr; }
  const xmlNode* root() const { return xmlDocGetRootElement(content.get()); }
};

// saml:Assertion of any version, or saml:EncryptedAssertion.
bool is_assertion(const xmlNode* node);
// The first one of the Security header, not decrypted yet; nullopt: there is none.
std::optional<Assertion> find_assertion(const Message& message);

// Reads `content` into `said`. Generous: the first of what stands twice.
VerifiedAssertion read_assertion(const xmlNode* root);
// The first SubjectConfirmation, its Method and its SubjectConfirmationData; nullptr when there is none.
const xmlNode* confirmation_of(const xmlNode* root);
const xmlNode* confirmation_data_of(const xmlNode* root);
// The Method that policy and standard know by that name; nullopt: another.
std::optional<Confirmation> confirmation(std::string_view method);
// A dateTime attribute in UTC (SAML 2.0 core, 1.3.3); nullopt when absent or of another form.
std::optional<Time> moment(const xmlNode* element, std::string_view attribute);

}  // namespace tilts::exchange
