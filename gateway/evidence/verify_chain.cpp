#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/evidence/verify.h"
#include "gateway/store/vault.h"

namespace tilts::evidence {
namespace {

using store::AuditRow;
using store::ChainPiece;
using store::KeptExchange;

constexpr size_t digest_size = 32;

// An answered row, and the asked one that it answers.
struct LookUp {
  store::AskedContent asked;
  store::AnsweredContent answered;
  const AuditRow* row;
};

class ChainCheck {
 public:
  ChainCheck(const Bundle& bundle, const Reader& reader, Verdict& verdict)
      : bundle_(bundle), reader_(reader), verdict_(verdict) {}

  void run() {
    for (const ChainPiece& piece : bundle_.chain.pieces) walk(piece);
    read_look_ups();
    for (const KeptExchange& exchange : bundle_.exchanges) place(exchange);
    nothing_is_missing();
    whole();
  }

 private:
  void walk(const ChainPiece& piece) {
    if (piece.rows.empty())
      return verdict_.refused(fmt::format("audit chain {}: a piece has no rows", piece.chain));
    std::string link = piece.before;
    int64_t position = piece.rows.front().position;
    bool whole = true;
    const auto refuse = [&](const AuditRow& row, std::string_view why) {
      verdict_.refused(fmt::format("audit chain {}: row {} {}", piece.chain, row.position, why));
      whole = false;
    };
    for (const AuditRow& row : piece.rows) {
      if (row.position != position)
        refuse(row, "does not follow the one before it: rows were removed");
      else if (link_of(link, row) != row.link)
        refuse(row, "or its time was changed: it does not link to the one before it");
      if (!row.content.empty()) {
        if (digest_of(row) == row.digest)
          rows_.emplace(std::pair(row.chain, row.position), &row);
        else
          refuse(row, "was changed: its content is not what its digest was made of");
      }
      link = row.link;
      position = row.position + 1;
    }
    checkpoint(piece, whole);
  }

  void checkpoint(const ChainPiece& piece, bool whole) {
    const AuditRow& last = piece.rows.back();
    const auto signed_line = store::read_checkpoint(piece.checkpoint);
    const bool own = reader_.checkpoint_key.empty();
    const std::string& key = own ? bundle_.chain.key : reader_.checkpoint_key;
    if (!signed_line || !store::signed_by(key, signed_line->text, signed_line->signature))
      return verdict_.refused(fmt::format("audit chain {}: no checkpoint signed by {} names row {}",
                                          piece.chain, own ? "the key in the bundle" : "the key you gave",
                                          last.position));
    const bool named = std::ranges::any_of(signed_line->heads, [&](const store::ChainHead& head) {
      return head.chain == piece.chain && head.position == last.position && head.link == last.link;
    });
    if (!named || !whole)
      return verdict_.refused(
          fmt::format("audit chain {}: rows {} to {} are not those that the signed checkpoint stands for",
                      piece.chain, piece.rows.front().position, last.position));
    verdict_.holds(fmt::format("audit chain {}: rows {} to {} link to the checkpoint signed at {}",
                               piece.chain, piece.rows.front().position, last.position,
                               piece.checkpoint.substr(0, piece.checkpoint.find(' '))));
  }

  void read_look_ups() {
    for (const auto& [place, row] : rows_) {
      if (row->asked.chain == 0) continue;
      const auto asked = rows_.find({row->asked.chain, row->asked.position});
      if (asked == rows_.end()) continue;
      try {
        look_ups_.push_back(
            {store::asked_content(asked->second->content), store::answered_content(row->content), row});
      } catch (const Error&) {
        verdict_.refused(fmt::format("audit chain {}: row {} cannot be read", place.first, place.second));
      }
    }
  }

  static bool names(const store::AnsweredContent& answered, const std::string& digest) {
    for (size_t at = 0; at < answered.evidence.size(); at += digest_size)
      if (answered.evidence.compare(at, digest_size, digest) == 0) return true;
    return false;
  }

  void place(const KeptExchange& exchange) {
    for (const LookUp& one : look_ups_) {
      const auto& asked = one.row->asked;
      if (asked.chain != exchange.asked.chain || asked.position != exchange.asked.position) continue;
      const std::string words = " " + one.answered.message_ids + " ";
      if (one.asked.run != bundle_.submission.id || one.asked.registry != exchange.proof.registry ||
          one.asked.operation != exchange.proof.operation || !names(one.answered, exchange.digest) ||
          words.find(" " + exchange.id + " ") == std::string::npos)
        continue;
      return verdict_.holds(fmt::format(
          "exchange {}: its digest stands in the audit, chain {}, row {}, of {}, which answers row {} ({})",
          exchange.id, one.row->chain, one.row->position, to_text(one.row->at), asked.position,
          one.asked.actor));
    }
    verdict_.refused(fmt::format("exchange {}: no row of the audit names it and its digest", exchange.id));
  }

  // The rows name more than the bundle holds.
  void nothing_is_missing() {
    std::set<std::string> known;
    for (const KeptExchange& exchange : bundle_.exchanges) known.insert(exchange.digest);
    for (const LookUp& one : look_ups_)
      for (size_t at = 0; at < one.answered.evidence.size(); at += digest_size)
        if (!known.contains(one.answered.evidence.substr(at, digest_size)))
          verdict_.refused(fmt::format("audit chain {}: row {} names an exchange that is not in the bundle",
                                       one.row->chain, one.row->position));
  }

  // The gateway wrote the digest of all of it into the audit when it was exported.
  void whole() {
    const bool stands = std::ranges::any_of(look_ups_, [&](const LookUp& one) {
      return one.asked.operation == exported && one.asked.run == bundle_.submission.id &&
             one.answered.message_ids == "sha256:" + bundle_.digest;
    });
    verdict_.demand(stands,
                    fmt::format("bundle: nothing was added, removed or changed since {} exported it at {}",
                                bundle_.made_by, to_text(bundle_.made)),
                    "bundle: it is not as it was exported: something was added, removed or changed");
  }

  const Bundle& bundle_;
  const Reader& reader_;
  Verdict& verdict_;
  std::map<std::pair<int64_t, int64_t>, const AuditRow*> rows_;  // those with content that is theirs
  std::vector<LookUp> look_ups_;
};

}  // namespace

void verify_chain(const Bundle& bundle, const Reader& reader, Verdict& verdict) {
  ChainCheck(bundle, reader, verdict).run();
  const std::string key = store::hex(store::sha256(bundle.chain.key));
  if (reader.checkpoint_key.empty())
    verdict.note(
        fmt::format("the checkpoints are signed by the key in the bundle (SHA-256 of its PEM {}); give "
                    "--checkpoint-key with a copy kept elsewhere to prove that it is the gateway's",
                    key));
}

}  // namespace tilts::evidence
