// Pieces of the audit's chains that somebody else can recompute: from a row to the next signed checkpoint.
// Of all rows the digest is in it, which says nothing about anybody; of those that were asked for the content
// too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/audit_checkpoints.h"
#include "gateway/store/audit_row.h"
#include "gateway/store/session.h"

namespace tilts::store {

struct ChainPiece {
  int64_t chain = 0;
  std::string before;          // the link of the row before the first
  std::vector<AuditRow> rows;  // one position after the other
  std::string checkpoint;      // the signed line that names the last of them; empty: none does
};

// The row that asks, and those that answer it.
std::vector<LookupId> rows_of(Session& session, const LookupId& asked);

std::vector<ChainPiece> chain_pieces(Session& session, const AuditCheckpoints& checkpoints,
                                     std::vector<LookupId> rows);

// What the texts of a row's content are. Throws Error(bug) when it is no such content.
struct AskedContent {
  std::string actor, legal_basis, registry, operation, run;
};
struct AnsweredContent {
  std::string outcome;
  std::string message_ids;  // a space between them
  std::string evidence;     // digests, one after the other
};
AskedContent asked_content(std::string_view content);
AnsweredContent answered_content(std::string_view content);

}  // namespace tilts::store
