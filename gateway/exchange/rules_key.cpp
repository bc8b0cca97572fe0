// Verification policy, sections 6 and 7: the key, once it is known whose it is.
#include <openssl/x509v3.h>

#include "gateway/exchange/algorithms.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"

namespace tilts::exchange {
namespace {

void kind(const Judgement& judged) {
  const SignatureAlgorithm* algorithm = signature_algorithm(judged.signature->method, judged.policy.legacy);
  const int wanted = algorithm == nullptr || algorithm->key == KeyKind::rsa ? EVP_PKEY_RSA : EVP_PKEY_EC;
  if (EVP_PKEY_get_base_id(judged.signer->key.get()) != wanted)
    throw Refusal("key-kind", "the signer's key is not of the kind that the signature algorithm needs");
}

void strength(const Judgement& judged) {
  const EVP_PKEY* key = judged.signer->key.get();
  const int least = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? 2048 : 256;
  if (EVP_PKEY_get_bits(key) < least)
    throw Refusal("key-strength", "the signer's key is too short (RSA 2048 bits, ECDSA P-256 at least)");
}

// A certificate without keyUsage may do anything (RFC 5280, 4.2.1.3); OpenSSL then answers with all bits.
void usage(const Judgement& judged) {
  if ((judged.signer->key_usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
    throw Refusal("key-usage", "the signer's certificate is not for signatures (keyUsage)");
}

// r and s side by side, each as long as the field (XML Signature 1.1, 6.4.3); a longer or shorter form would
// be a second spelling of the same signature.
void signature_length(const Judgement& judged) {
  const EVP_PKEY* key = judged.signer->key.get();
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return;
  const auto half = static_cast<size_t>(EVP_PKEY_get_bits(key) + 7) / 8;
  if (judged.signature->value.size() != 2 * half)
    throw Refusal("signature-length", "the ECDSA signature value does not have its exact length");
}

constexpr Rule rules[] = {{"key-kind", kind},
                          {"key-strength", strength},
                          {"key-usage", usage},
                          {"signature-length", signature_length}};

}  // namespace

std::span<const Rule> key_rules() { return rules; }

}  // namespace tilts::exchange
