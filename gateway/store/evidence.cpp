#include "gateway/store/evidence.h"

#include <zlib.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kPut =
    "INSERT INTO evidence (id, registry, operation, run, at, expires, key_name, digest, content,"
    " commitment, asked_chain, asked_position)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr Sql kFind =
    "SELECT e.registry, e.operation, e.run, e.at, e.key_name, e.content, k.wrapped FROM evidence e"
    " JOIN keys.evidence_key k ON k.name = e.key_name WHERE e.id = $1 AND e.content IS NOT NULL";
constexpr Sql kOfRun =
    "SELECT e.id, e.registry, e.operation, e.at, e.key_name, e.digest, e.asked_chain, e.asked_position,"
    " e.content, k.wrapped FROM evidence e LEFT JOIN keys.evidence_key k ON k.name = e.key_name"
    " WHERE e.run = $1 ORDER BY e.at, e.asked_chain, e.asked_position, e.id";
constexpr Sql kHasTerms = "SELECT COUNT(*) FROM evidence_terms WHERE sha256 = $1";
constexpr Sql kPutTerms = "INSERT INTO evidence_terms (sha256, content) VALUES ($1, $2)";
constexpr Sql kTerms = "SELECT content FROM evidence_terms WHERE sha256 = $1";
constexpr Sql kKey = "SELECT wrapped FROM keys.evidence_key WHERE name = $1";
constexpr Sql kPutKey = "INSERT INTO keys.evidence_key (name, wrapped) VALUES ($1, $2)";

// The bytes go, the row and its digest stay for the audit chain. A key goes when nothing is under it any
// more.
constexpr Sql kExpired =
    "SELECT run, COUNT(*) FROM evidence WHERE expires < $1 AND content IS NOT NULL GROUP BY run ORDER BY run";
constexpr Sql kNewest =
    "SELECT id FROM evidence WHERE run = $1 AND content IS NOT NULL ORDER BY at DESC, id LIMIT 1";
constexpr Sql kExpire =
    "UPDATE evidence SET content = NULL WHERE run = $1 AND expires < $2 AND content IS NOT NULL"
    " RETURNING key_name";
// The person's number is in the key's name.
constexpr Sql kKeysOfRun = "SELECT DISTINCT key_name FROM evidence WHERE run = $1";
constexpr Sql kDestroyRun = "UPDATE evidence SET content = NULL, expires = 0, key_name = '' WHERE run = $1";
constexpr Sql kDestroy =
    "UPDATE evidence SET content = NULL, expires = 0 WHERE key_name = $1 AND content IS NOT NULL";
constexpr Sql kDropKey =
    "DELETE FROM keys.evidence_key WHERE name = $1 AND NOT EXISTS"
    " (SELECT 1 FROM evidence e WHERE e.key_name = $2 AND e.content IS NOT NULL)";

std::string place(std::string_view id) { return pack("evidence", id); }
constexpr std::string_view kOfSubject = "subject/";
constexpr std::string_view kOfSubmission = "submission/";
std::string key_name(SubjectId subject) { return std::string(kOfSubject) + std::to_string(subject); }

// deflate clears all of its state before it begins: with the usual 256 KB that takes longer than the few KB
// of a look-up do.
std::string compress(std::string_view plain) {
  constexpr int small_window = 14;  // 16 KB
  constexpr int small_memory = 6;
  constexpr int usual_memory = 8;
  const bool small = plain.size() <= size_t{1} << small_window;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, small ? small_window : MAX_WBITS,
                   small ? small_memory : usual_memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(Code::transient, "store: evidence cannot be compressed, memory is at an end; run again");
  const Handle<z_stream, deflateEnd> end(&stream);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));  // it only reads
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    throw Error(Code::bug, "store: evidence does not fit where it is said to fit; report this");
  packed.resize(stream.total_out);
  return pack(static_cast<int64_t>(plain.size()), packed);
}

std::string uncompress(std::string_view bytes) {
  Unpacker packed(bytes);
  std::string plain(static_cast<size_t>(packed.number()), '\0');
  const std::string_view text = packed.next();
  uLongf size = plain.size();
  if (::uncompress(reinterpret_cast<Bytef*>(plain.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                   text.size()) != Z_OK ||
      size != plain.size())
    throw Error(Code::bug, "store: evidence opens, but does not unpack");
  return plain;
}

constexpr size_t kSalt = 16;

// Of an exchange as it is kept, or of a proof as it was read.
template <typename Said>
std::string commitment(const Said& said, std::string_view id, std::string_view salt) {
  return sha256(pack("tilts evidence 1", salt, id, said.registry, said.operation, said.run,
                     int64_t{said.at.time_since_epoch().count()}, said.outcome,
                     static_cast<int64_t>(said.submits), said.profile, said.trust, sha256(said.request),
                     sha256(said.response)));
}

// Of a proof that can still be read: all of it that lies under the key.
void open(const Vault& vault, std::string_view id, std::string_view key_name, std::string_view wrapped,
          std::string_view content, Proof& proof) {
  const std::string plain = uncompress(Vault::open(vault.unwrap(key_name, wrapped), place(id), content));
  Unpacker packed(plain);
  proof.request = packed.text();
  proof.response = packed.text();
  if (key_name.starts_with(kOfSubject))
    proof.subject = std::stoll(std::string(key_name.substr(kOfSubject.size())));
  if (packed.done()) return;  // written before there were bundles
  for (std::string* text : {&proof.outcome, &proof.profile, &proof.trust, &proof.salt}) *text = packed.text();
  proof.submits = packed.number() != 0;
  if (!packed.done()) proof.subject = packed.number();
}

}  // namespace

std::string commitment_of(std::string_view id, const Proof& proof) {
  return commitment(proof, id, proof.salt);
}

std::string evidence_digest(std::string_view commitment, std::string_view sealed) {
  return sha256(pack(commitment, sealed));
}

std::string Evidence::put(Transaction& transaction, const Exchanged& exchange) const {
  const std::string name = exchange.of_submission  ? std::string(kOfSubmission) + exchange.run
                           : exchange.subject == 0 ? "exchange/" + exchange.id
                                                   : key_name(exchange.subject);
  Key key;
  if (const auto known = transaction.row<Blob>(kKey, name)) {
    key = vault_.unwrap(name, std::get<0>(*known).bytes);
  } else {
    key = Vault::new_key();
    transaction.run(kPutKey, name, Blob{vault_.wrap(name, key)});
  }
  const std::string salt = random_bytes(kSalt);
  const std::string content = Vault::seal(
      key, place(exchange.id),
      compress(pack(exchange.request, exchange.response, exchange.outcome, exchange.profile, exchange.trust,
                    salt, static_cast<int64_t>(exchange.submits), exchange.subject)));
  const std::string committed = commitment(exchange, exchange.id, salt);
  std::string digest = evidence_digest(committed, sha256(content));
  transaction.run(kPut, exchange.id, exchange.registry, exchange.operation, exchange.run, exchange.at,
                  exchange.until, name, Blob{digest}, Blob{content}, Blob{committed}, exchange.asked.chain,
                  exchange.asked.position);
  return digest;
}

std::optional<Proof> Evidence::find(Session& session, std::string_view id) const {
  auto row = session.row<std::string, std::string, std::string, Time, std::string, Blob, Blob>(kFind, id);
  if (!row) return std::nullopt;
  auto& [registry, operation, run, at, name, content, wrapped] = *row;
  Proof proof{std::move(registry), std::move(operation), std::move(run), at, {}, {}, 0};
  open(vault_, id, name, wrapped.bytes, content.bytes, proof);
  return proof;
}

std::vector<KeptExchange> Evidence::of_run(Session& session, std::string_view run) const {
  std::vector<KeptExchange> all;
  for (auto& [id, registry, operation, at, name, digest, asked_chain, asked_position, content, wrapped] :
       session.rows<std::string, std::string, std::string, Time, std::string, Blob, int64_t, int64_t, Blob,
                    Blob>(kOfRun, run)) {
    KeptExchange& one = all.emplace_back();
    one.asked = {asked_chain, asked_position};
    one.digest = std::move(digest.bytes);
    one.proof = {std::move(registry), std::move(operation), std::string(run), at, {}, {}, 0};
    // A restored store has the sealed bytes and not the key.
    one.erased = content.bytes.empty() || wrapped.bytes.empty();
    if (!one.erased) {
      one.sealed = sha256(content.bytes);
      open(vault_, id, name, wrapped.bytes, content.bytes, one.proof);
    }
    one.id = std::move(id);
  }
  return all;
}

std::string Evidence::keep_terms(Transaction& transaction, std::string_view bytes) const {
  std::string digest = hex(sha256(bytes));
  if (transaction.value<int64_t>(0, kHasTerms, digest) == 0)
    transaction.run(kPutTerms, digest, Blob{compress(pack(bytes))});
  return digest;
}

std::optional<std::string> Evidence::terms(Session& session, std::string_view sha256) const {
  const auto row = session.row<Blob>(kTerms, sha256);
  if (!row) return std::nullopt;
  const std::string plain = uncompress(std::get<0>(*row).bytes);
  return Unpacker(plain).text();
}

std::vector<Evidence::Expired> Evidence::expired(Session& session, Time now) const {
  std::vector<Expired> all;
  for (auto& [run, count] : session.rows<std::string, int64_t>(kExpired, now)) {
    auto newest = session.value<std::string>("", kNewest, run);
    all.push_back({std::move(run), count, std::move(newest)});
  }
  return all;
}

int64_t Evidence::destroy_expired(Transaction& transaction, std::string_view run, Time now) const {
  const auto expired = transaction.rows<std::string>(kExpire, run, now);
  for (const auto& [name] : expired) transaction.run(kDropKey, name, name);
  return static_cast<int64_t>(expired.size());
}

int64_t Evidence::destroy(Transaction& transaction, std::string_view submission) const {
  const auto keys = transaction.rows<std::string>(kKeysOfRun, submission);
  const size_t destroyed = transaction.run(kDestroyRun, submission);
  for (const auto& [name] : keys) transaction.run(kDropKey, name, name);
  return static_cast<int64_t>(destroyed);
}

int64_t Evidence::destroy(Transaction& transaction, SubjectId subject) const {
  const std::string name = key_name(subject);
  const size_t destroyed = transaction.run(kDestroy, name);
  transaction.run(kDropKey, name, name);
  return static_cast<int64_t>(destroyed);
}

}  // namespace tilts::store
