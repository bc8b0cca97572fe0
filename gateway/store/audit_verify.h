// Walks every chain of the audit, recomputes it and compares it with the signed checkpoints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/store/audit.h"
#include "gateway/store/audit_checkpoints.h"
#include "gateway/store/database.h"

namespace tilts::store {

struct AuditReport {
  int64_t chains = 0;
  int64_t rows = 0;
  int64_t subjects = 0;
  int64_t purged = 0;                // rows whose content retention took
  int64_t evidence = 0;              // proofs whose bytes were compared
  int64_t checkpoints = 0;           // signed lines compared
  std::vector<std::string> defects;  // a sentence each, the first hundred; empty: all is as it was written
  int64_t defects_found = 0;
};

// `purged_before`: rows that are newer than this have no right to be empty. Reads in pages, constant memory.
AuditReport verify_audit(const Database& database, const AuditCheckpoints& checkpoints, Time now,
                         Time purged_before);

}  // namespace tilts::store
