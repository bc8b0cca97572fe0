// How a row of the audit is hashed: what the writer and verify_audit() must do in the same way.
//   digest = SHA-256(salt, asked row, content)     the row's content, purgeable
//   link   = SHA-256(previous link, chain, position, time, digest)
//   content of an asked row ends with SHA-256 over the sorted keyed hashes of its subjects
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "gateway/base/handle.h"
#include "gateway/store/audit.h"
#include "gateway/store/pack.h"

namespace tilts::store {

struct AuditRow {
  int64_t chain = 0;
  int64_t position = 0;
  Time at;
  LookupId asked;  // of an answered row
  std::string salt;
  std::string content;
  std::string digest;
  std::string link;
};

inline std::string first_link(std::string_view node, std::string_view start, Time started) {
  return sha256(pack("tilts audit 1", node, start, int64_t{started.time_since_epoch().count()}));
}
inline std::string digest_of(const AuditRow& row) {
  return sha256(pack(row.salt, row.asked.chain, row.asked.position, row.content));
}
inline std::string link_of(std::string_view previous, const AuditRow& row) {
  return sha256(
      pack(previous, row.chain, row.position, int64_t{row.at.time_since_epoch().count()}, row.digest));
}

// Over the subjects of one row, given in ascending order. Used again after finish().
class SubjectsDigest {
 public:
  SubjectsDigest() : context_(EVP_MD_CTX_new()) { restart(); }
  void add(std::string_view subject) { EVP_DigestUpdate(context_.get(), subject.data(), subject.size()); }
  std::string finish() {
    std::string hash(32, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr);
    restart();
    return hash;
  }

 private:
  void restart() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context_;
};

}  // namespace tilts::store
