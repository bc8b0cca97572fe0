// What keeps personal data unreadable without the master key file, which lies outside the store and its
// backups. Every key is derived from it (HKDF-SHA256, RFC 5869), one for each purpose. Thread-safe.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace tilts::store {

using Key = std::array<unsigned char, 32>;

class Vault {
 public:
  // `tilts init`: a new random key in a file of mode 0600. Throws Error(config) when the file exists.
  static void create(const std::filesystem::path& file);
  // Throws Error(config): no such file, readable by others, not a master key.
  explicit Vault(const std::filesystem::path& file);
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  // HMAC-SHA256 cut to 16 bytes; the same text under another label gives another value.
  std::string keyed_hash(std::string_view label, std::string_view text) const;

  // AES-256-GCM. `place` says where the value is stored (it is authenticated, not kept): a value moved to
  // another row does not open. open() throws Error(bug) when the bytes were changed or the key is another.
  std::string seal(std::string_view place, std::string_view plain) const;
  std::string open(std::string_view place, std::string_view sealed) const;

  // The same under a key that can be destroyed alone; new_key() is wrapped by wrap() for keeping.
  static Key new_key();
  std::string wrap(std::string_view place, const Key& key) const;
  Key unwrap(std::string_view place, std::string_view wrapped) const;
  static std::string seal(const Key& key, std::string_view place, std::string_view plain);
  static std::string open(const Key& key, std::string_view place, std::string_view sealed);

  // Ed25519 (RFC 8032) under a key of its own: who has the public key (PEM) alone can check a signature.
  std::string sign(std::string_view text) const;
  bool verify(std::string_view text, std::string_view signature) const;
  std::string public_key() const;

  // Bound into the store at its first opening, so that a store is not opened with another installation's key.
  std::string fingerprint() const;

 private:
  Key hashing_;
  Key sealing_;
  Key wrapping_;
  Key signing_;
};

std::string sha256(std::string_view bytes);
std::string hex(std::string_view bytes);
// Empty when it is not hex.
std::string unhex(std::string_view text);
// What Vault::sign() made, judged with its public key (PEM) alone. False for a key that is none.
bool signed_by(const std::string& public_key, std::string_view text, std::string_view signature);
// `count` bytes of the system's generator.
std::string random_bytes(size_t count);

}  // namespace tilts::store
