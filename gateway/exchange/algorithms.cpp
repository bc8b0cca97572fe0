#include "gateway/exchange/algorithms.h"

#include "gateway/exchange/names.h"

namespace tilts::exchange {
namespace {

constexpr SignatureAlgorithm signatures[] = {
    {names::rsa_sha256, KeyKind::rsa, false},     {names::rsa_sha384, KeyKind::rsa, false},
    {names::rsa_sha512, KeyKind::rsa, false},     {names::ecdsa_sha256, KeyKind::ecdsa, false},
    {names::ecdsa_sha384, KeyKind::ecdsa, false}, {names::ecdsa_sha512, KeyKind::ecdsa, false},
    {names::rsa_sha1, KeyKind::rsa, true},        {names::ecdsa_sha1, KeyKind::ecdsa, true},
};

struct Other {
  std::string_view uri;
  bool legacy;
};

constexpr Other digests[] = {
    {names::sha256, false}, {names::sha384, false}, {names::sha512, false}, {names::sha1, true}};
constexpr Other canonicalizations[] = {{names::exclusive_c14n, false}, {names::inclusive_c14n, true}};

// XML encryption 1.1, sections 5.2.2 to 5.2.4. CBC authenticates nothing, and who may send in changed
// messages can read it byte by byte.
constexpr EncryptionAlgorithm encryptions[] = {
    {names::aes128_gcm, "AES-128-GCM", 16, true, false}, {names::aes192_gcm, "AES-192-GCM", 24, true, false},
    {names::aes256_gcm, "AES-256-GCM", 32, true, false}, {names::aes128_cbc, "AES-128-CBC", 16, false, true},
    {names::aes192_cbc, "AES-192-CBC", 24, false, true}, {names::aes256_cbc, "AES-256-CBC", 32, false, true},
};

bool taken(const auto& algorithm, const std::set<std::string>& allowed) {
  return !algorithm.legacy || allowed.contains(std::string(algorithm.uri));
}

bool taken(const auto& table, std::string_view uri, const std::set<std::string>& allowed) {
  for (const auto& algorithm : table)
    if (algorithm.uri == uri) return taken(algorithm, allowed);
  return false;
}

}  // namespace

const SignatureAlgorithm* signature_algorithm(std::string_view uri, const std::set<std::string>& allowed) {
  for (const SignatureAlgorithm& algorithm : signatures)
    if (algorithm.uri == uri) return taken(algorithm, allowed) ? &algorithm : nullptr;
  return nullptr;
}

bool is_digest(std::string_view uri, const std::set<std::string>& allowed) {
  return taken(digests, uri, allowed);
}

bool is_canonicalization(std::string_view uri, const std::set<std::string>& allowed, bool document) {
  return taken(canonicalizations, uri, allowed) || (document && uri == names::inclusive_c14n);
}

const EncryptionAlgorithm* encryption_algorithm(std::string_view uri) {
  for (const EncryptionAlgorithm& algorithm : encryptions)
    if (algorithm.uri == uri) return &algorithm;
  return nullptr;
}

std::string legacy_uri(std::string_view name) {
  const auto means = [name](std::string_view uri) {
    return uri == name || uri.substr(uri.rfind('#') + 1) == name;
  };
  for (const SignatureAlgorithm& algorithm : signatures)
    if (algorithm.legacy && means(algorithm.uri)) return std::string(algorithm.uri);
  for (const Other& algorithm : digests)
    if (algorithm.legacy && means(algorithm.uri)) return std::string(algorithm.uri);
  for (const EncryptionAlgorithm& algorithm : encryptions)
    if (algorithm.legacy && means(algorithm.uri)) return std::string(algorithm.uri);
  if (name == "cert-digest-sha1" || name == names::sha1_of_certificate)
    return std::string(names::sha1_of_certificate);
  if (means(names::rsa_oaep_mgf1p)) return std::string(names::rsa_oaep_mgf1p);
  if (means(names::inclusive_c14n) || name == "inclusive-c14n") return std::string(names::inclusive_c14n);
  return {};
}

std::vector<std::string_view> enabled(const std::set<std::string>& allowed, bool document) {
  std::vector<std::string_view> uris{names::enveloped_signature, names::str_transform};
  for (const SignatureAlgorithm& algorithm : signatures)
    if (taken(algorithm, allowed)) uris.push_back(algorithm.uri);
  for (const Other& algorithm : digests)
    if (taken(algorithm, allowed)) uris.push_back(algorithm.uri);
  for (const Other& algorithm : canonicalizations)
    if (is_canonicalization(algorithm.uri, allowed, document)) uris.push_back(algorithm.uri);
  return uris;
}

}  // namespace tilts::exchange
