#include "gateway/store/audit_pieces.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tilts::store {
namespace {

constexpr Sql kAnswers =
    "SELECT chain, position FROM audit WHERE asked_chain = $1 AND asked_position = $2 ORDER BY chain, "
    "position";
constexpr Sql kRows =
    "SELECT position, at, asked_chain, asked_position, salt, content, digest, link FROM audit"
    " WHERE chain = $1 AND position >= $2 AND position <= $3 ORDER BY position";
constexpr Sql kAt = "SELECT at FROM audit WHERE chain = $1 AND position = $2";
constexpr Sql kLink = "SELECT link FROM audit WHERE chain = $1 AND position = $2";
constexpr Sql kBegin = "SELECT node, start, started FROM audit_chain WHERE id = $1";

using Position = std::pair<int64_t, int64_t>;  // chain, row

std::string link_before(Session& session, int64_t chain, int64_t position) {
  if (position > 1) return session.value<Blob>({}, kLink, chain, position - 1).bytes;
  const auto begin = session.row<std::string, std::string, Time>(kBegin, chain);
  return begin ? first_link(std::get<0>(*begin), std::get<1>(*begin), std::get<2>(*begin)) : std::string();
}

}  // namespace

std::vector<LookupId> rows_of(Session& session, const LookupId& asked) {
  if (asked.chain == 0) return {};
  std::vector<LookupId> all{asked};
  for (const auto& [chain, position] : session.rows<int64_t, int64_t>(kAnswers, asked.chain, asked.position))
    all.push_back({chain, position});
  return all;
}

std::vector<ChainPiece> chain_pieces(Session& session, const AuditCheckpoints& checkpoints,
                                     std::vector<LookupId> rows) {
  std::set<Position> wanted;
  for (const LookupId& row : rows) wanted.emplace(row.chain, row.position);
  std::vector<ChainPiece> pieces;
  Position covered{0, 0};  // the last row of the last piece
  for (const Position& row : wanted) {
    if (row.first == covered.first && row.second <= covered.second) continue;
    const auto& [chain, position] = row;
    const auto at = session.value<Time>({}, kAt, chain, position);
    const auto checkpoint = checkpoints.covering({chain, position}, at);
    covered = {chain, checkpoint ? checkpoint->position : position};
    ChainPiece& piece = pieces.emplace_back();
    piece.chain = chain;
    piece.before = link_before(session, chain, position);
    if (checkpoint) piece.checkpoint = checkpoint->line;
    for (auto& [number, time, asked_chain, asked_position, salt, content, digest, link] :
         session.rows<int64_t, Time, int64_t, int64_t, Blob, Blob, Blob, Blob>(kRows, chain, position,
                                                                               covered.second)) {
      AuditRow one{chain, number, time, {}, {}, {}, std::move(digest.bytes), std::move(link.bytes)};
      if (wanted.contains({chain, number})) {
        one.asked = {asked_chain, asked_position};
        one.salt = std::move(salt.bytes);
        one.content = std::move(content.bytes);
      }
      piece.rows.push_back(std::move(one));
    }
  }
  return pieces;
}

AskedContent asked_content(std::string_view content) {
  Unpacker packed(content);
  AskedContent read;
  for (std::string* text : {&read.actor, &read.legal_basis, &read.registry, &read.operation, &read.run})
    *text = packed.text();
  return read;
}

AnsweredContent answered_content(std::string_view content) {
  Unpacker packed(content);
  AnsweredContent read;
  for (std::string* text : {&read.outcome, &read.message_ids, &read.evidence}) *text = packed.text();
  return read;
}

}  // namespace tilts::store
