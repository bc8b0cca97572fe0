// Which algorithms are taken (verification policy, section 6). What is not in these tables does not exist.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tilts::exchange {

enum class KeyKind { rsa, ecdsa };

struct SignatureAlgorithm {
  std::string_view uri;
  KeyKind key;
  bool legacy;  // only by a profile's words
};

// nullptr when there is no such algorithm, or it is legacy and not among the allowed ones.
const SignatureAlgorithm* signature_algorithm(std::string_view uri, const std::set<std::string>& allowed);
bool is_digest(std::string_view uri, const std::set<std::string>& allowed);
// Of SignedInfo and References; a plain XML-DSig document may also use inclusive C14N 1.0 (section 7).
bool is_canonicalization(std::string_view uri, const std::set<std::string>& allowed, bool document);

struct EncryptionAlgorithm {
  std::string_view uri;
  const char* name;  // as OpenSSL calls it
  size_t key_octets;
  bool gcm;  // otherwise CBC
  bool legacy;
};

// nullptr when there is no such algorithm; a legacy one is for a rule to refuse.
const EncryptionAlgorithm* encryption_algorithm(std::string_view uri);

// "rsa-sha1", "sha1", … or the URI itself: what a profile's `legacy` and --allow may name. Empty: unknown.
std::string legacy_uri(std::string_view name);
// The names it knows, for sentences.
inline constexpr std::string_view legacy_names =
    "rsa-sha1, ecdsa-sha1, sha1, cert-digest-sha1, inclusive-c14n, aes128-cbc, aes192-cbc, aes256-cbc, "
    "rsa-oaep-mgf1p";

// Every URI that xmlsec is told to take, for these words.
std::vector<std::string_view> enabled(const std::set<std::string>& allowed, bool document);

}  // namespace tilts::exchange
