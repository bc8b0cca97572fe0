#include "gateway/store/migrations.h"

#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::store {
namespace {

// Where the two databases have no common word.
enum class Only { both, sqlite, postgresql };

struct Step {
  int number;
  Only only;
  Sql sql;
};

constexpr Sql kHasVersionSqlite =
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_step'";
constexpr Sql kHasVersionPostgresql =
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = "
    "'schema_step'";
constexpr Sql kVersion = "SELECT COALESCE(MAX(number), 0) FROM schema_step";
constexpr Sql kReached = "INSERT INTO schema_step (number) VALUES ($1)";

// Stamps are milliseconds since 1970 (0: none), hashes and sealed values BLOB (an empty one is NULL).
constexpr Step kSteps[] = {
    {1, Only::postgresql, "CREATE DOMAIN blob AS bytea"},
    // Text that is compared and ordered, byte by byte as SQLite does whatever the database's collation.
    {1, Only::postgresql, "CREATE DOMAIN ntext AS text COLLATE \"C\""},
    {1, Only::both, "CREATE TABLE schema_step (number BIGINT PRIMARY KEY)"},
    {1, Only::both, "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)"},

    {1, Only::both, "CREATE TABLE subject (id BIGINT PRIMARY KEY)"},
    {1, Only::both,
     "CREATE TABLE subject_code (hash BLOB PRIMARY KEY,"
     " subject BIGINT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,"
     " code BLOB NOT NULL, in_use BIGINT NOT NULL, since BIGINT NOT NULL)"},
    {1, Only::both, "CREATE INDEX subject_code_subject ON subject_code (subject)"},

    {1, Only::both,
     "CREATE TABLE roster (job TEXT NOT NULL, client NTEXT NOT NULL,"
     " subject BIGINT NOT NULL REFERENCES subject (id), open BIGINT NOT NULL, joined BIGINT NOT NULL,"
     " left_on BIGINT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (job, client, subject))"},
    {1, Only::both, "CREATE INDEX roster_subject ON roster (subject)"},

    {1, Only::both,
     "CREATE TABLE record (subject BIGINT NOT NULL REFERENCES subject (id) ON DELETE CASCADE,"
     " registry NTEXT NOT NULL, type NTEXT NOT NULL, part BLOB NOT NULL, present BIGINT NOT NULL,"
     " as_of TEXT NOT NULL, digest BLOB NOT NULL, content BLOB NOT NULL, seen TEXT NOT NULL,"
     " received BIGINT NOT NULL, PRIMARY KEY (subject, registry, type, part))"},
    {1, Only::both, "CREATE TABLE job_cursor (job TEXT PRIMARY KEY, value TEXT NOT NULL)"},

    {1, Only::both,
     "CREATE TABLE delivered (target TEXT NOT NULL, row_key BLOB NOT NULL, client NTEXT NOT NULL,"
     " hash BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (target, row_key))"},
    {1, Only::both, "CREATE INDEX delivered_client ON delivered (target, client, row_key)"},
    {1, Only::both, "CREATE TABLE delivered_mapping (target TEXT PRIMARY KEY, hash TEXT NOT NULL)"},

    {1, Only::both,
     "CREATE TABLE plan (run TEXT PRIMARY KEY, job TEXT NOT NULL, state TEXT NOT NULL, sha256 TEXT NOT NULL,"
     " row_count BIGINT NOT NULL, made BIGINT NOT NULL, approved_by TEXT NOT NULL, because TEXT NOT NULL)"},
    {1, Only::both,
     "CREATE TABLE plan_row (run TEXT NOT NULL REFERENCES plan (run) ON DELETE CASCADE, number BIGINT NOT "
     "NULL,"
     " target TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run, number))"},

    {1, Only::both,
     "CREATE TABLE run (id NTEXT PRIMARY KEY, job TEXT NOT NULL, occurrence BIGINT NOT NULL,"
     " started BIGINT NOT NULL, ended BIGINT NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL,"
     " sentence TEXT NOT NULL, adapter TEXT NOT NULL, silent BIGINT NOT NULL, counts TEXT NOT NULL)"},
    {1, Only::both, "CREATE INDEX run_job ON run (job, started)"},
    {1, Only::both,
     "CREATE TABLE occurrence (job TEXT NOT NULL, planned BIGINT NOT NULL, state TEXT NOT NULL,"
     " reason TEXT NOT NULL, run TEXT NOT NULL, changed BIGINT NOT NULL, PRIMARY KEY (job, planned))"},

    {1, Only::both,
     "CREATE TABLE finding (job TEXT NOT NULL, id NTEXT NOT NULL, target TEXT NOT NULL, client NTEXT NOT "
     "NULL,"
     " since BIGINT NOT NULL, run TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (job, id))"},
    {1, Only::both, "CREATE INDEX finding_client ON finding (client, id)"},
    {1, Only::both,
     "CREATE TABLE alarm (number BIGINT PRIMARY KEY, raised BIGINT NOT NULL, subject TEXT NOT NULL,"
     " sentence TEXT NOT NULL, times BIGINT NOT NULL, last_time BIGINT NOT NULL, cleared BIGINT NOT NULL,"
     " cleared_by TEXT NOT NULL)"},

    {1, Only::both,
     "CREATE TABLE replay (signer TEXT NOT NULL, message_id TEXT NOT NULL, expires BIGINT NOT NULL,"
     " PRIMARY KEY (signer, message_id))"},
    {1, Only::both, "CREATE INDEX replay_expires ON replay (expires)"},
    {1, Only::both,
     "CREATE TABLE parked (run TEXT NOT NULL, operation TEXT NOT NULL, record BLOB NOT NULL, job TEXT NOT "
     "NULL,"
     " adapter TEXT NOT NULL, due BIGINT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run, operation, "
     "record))"},

    {1, Only::both,
     "CREATE TABLE evidence (id TEXT PRIMARY KEY, registry TEXT NOT NULL, operation TEXT NOT NULL,"
     " run TEXT NOT NULL, at BIGINT NOT NULL, expires BIGINT NOT NULL, key_name TEXT NOT NULL,"
     " digest BLOB NOT NULL, content BLOB)"},
    {1, Only::both, "CREATE INDEX evidence_expires ON evidence (expires)"},
    {1, Only::both, "CREATE INDEX evidence_key ON evidence (key_name)"},
    {1, Only::both, "CREATE INDEX evidence_digest ON evidence (digest)"},

    {1, Only::both,
     "CREATE TABLE audit_chain (id BIGINT PRIMARY KEY, node TEXT NOT NULL, start TEXT NOT NULL,"
     " started BIGINT NOT NULL, UNIQUE (node, start))"},
    // asked_chain and asked_position: of an answered row, the row it answers; 0 in an asked row.
    {1, Only::both,
     "CREATE TABLE audit (chain BIGINT NOT NULL, position BIGINT NOT NULL, at BIGINT NOT NULL,"
     " asked_chain BIGINT NOT NULL, asked_position BIGINT NOT NULL, salt BLOB, content BLOB,"
     " digest BLOB NOT NULL, link BLOB NOT NULL, PRIMARY KEY (chain, position))"},
    {1, Only::both, "CREATE INDEX audit_asked ON audit (asked_chain, asked_position)"},
    {1, Only::sqlite,
     "CREATE TABLE audit_subject (chain BIGINT NOT NULL, position BIGINT NOT NULL, subject BLOB NOT NULL,"
     " PRIMARY KEY (chain, position, subject)) WITHOUT ROWID"},
    {1, Only::postgresql,
     "CREATE TABLE audit_subject (chain BIGINT NOT NULL, position BIGINT NOT NULL, subject BLOB NOT NULL,"
     " PRIMARY KEY (chain, position, subject))"},
    {1, Only::both, "CREATE INDEX audit_subject_who ON audit_subject (subject, chain, position)"},

    {2, Only::both, "ALTER TABLE alarm ADD COLUMN kind TEXT NOT NULL DEFAULT ''"},

    {3, Only::both, "ALTER TABLE record ADD COLUMN changed BIGINT NOT NULL DEFAULT 0"},

    {4, Only::both,
     "CREATE TABLE submission (id NTEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, registry TEXT NOT NULL,"
     " operation TEXT NOT NULL, revision BIGINT NOT NULL, subject BIGINT NOT NULL REFERENCES subject (id),"
     " state TEXT NOT NULL, attempt BIGINT NOT NULL, message_id TEXT NOT NULL, expires BIGINT NOT NULL,"
     " absent BIGINT NOT NULL, absent_at BIGINT NOT NULL, due BIGINT NOT NULL, receipt TEXT NOT NULL,"
     " digest BLOB NOT NULL, content BLOB NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL)"},
    {4, Only::both, "CREATE INDEX submission_due ON submission (state, due)"},
    {4, Only::both, "CREATE INDEX submission_subject ON submission (subject)"},
    {4, Only::both,
     "CREATE TABLE submission_attachment (submission NTEXT NOT NULL REFERENCES submission (id),"
     " number BIGINT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (submission, number))"},
    {4, Only::both,
     "CREATE TABLE submission_event (submission NTEXT NOT NULL REFERENCES submission (id), number BIGINT NOT "
     "NULL, at BIGINT NOT NULL, state TEXT NOT NULL, attempt BIGINT NOT NULL, content BLOB NOT NULL,"
     " PRIMARY KEY (submission, number))"},
    {5, Only::both,
     "CREATE TABLE submission_finding (submission NTEXT NOT NULL REFERENCES submission (id),"
     " number BIGINT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (submission, number))"},
    {5, Only::both,
     "CREATE TABLE intake_mark (intake TEXT NOT NULL, id TEXT NOT NULL, submission TEXT NOT NULL,"
     " taken BIGINT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (intake, id))"},

    // asked_first: unknown for no other reason than that the send journal is not whole.
    {5, Only::both, "ALTER TABLE submission ADD COLUMN asked_first BIGINT NOT NULL DEFAULT 0"},
    // The one journal this store goes with (at most one row): the last line whose attempt the ledger began,
    // and how many lines the two were compared over.
    {5, Only::both,
     "CREATE TABLE send_journal (id TEXT PRIMARY KEY, lines BIGINT NOT NULL, checksum TEXT NOT NULL,"
     " compared BIGINT NOT NULL)"},
    // Attempts of entries that the ledger has not (any more), until they are taken in again.
    {5, Only::both,
     "CREATE TABLE submission_sent (key TEXT PRIMARY KEY, attempt BIGINT NOT NULL, message_id TEXT NOT NULL,"
     " expires BIGINT NOT NULL)"},
    {5, Only::both,
     "CREATE TABLE send_break (number BIGINT PRIMARY KEY, noticed BIGINT NOT NULL, kind TEXT NOT NULL,"
     " journal TEXT NOT NULL, expires BIGINT NOT NULL, touched BIGINT NOT NULL, accepted BIGINT NOT NULL,"
     " accepted_by TEXT NOT NULL, because TEXT NOT NULL)"},

    // commitment: what the digest is made of beside the sealed bytes; none in rows of before. asked_chain and
    // asked_position: the row of the audit that stands for the exchange.
    {6, Only::both, "ALTER TABLE evidence ADD COLUMN commitment BLOB"},
    {6, Only::both, "ALTER TABLE evidence ADD COLUMN asked_chain BIGINT NOT NULL DEFAULT 0"},
    {6, Only::both, "ALTER TABLE evidence ADD COLUMN asked_position BIGINT NOT NULL DEFAULT 0"},
    {6, Only::both, "CREATE INDEX evidence_run ON evidence (run)"},
    {6, Only::both, "CREATE INDEX evidence_asked ON evidence (asked_chain, asked_position)"},
    {6, Only::both, "CREATE TABLE evidence_terms (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)"},

    // What a submission is sealed under. Here and not in "keys", which is in no backup: a restored store must
    // read what it asks the registry about.
    {7, Only::both,
     "CREATE TABLE submission_key (submission NTEXT PRIMARY KEY REFERENCES submission (id),"
     " wrapped BLOB NOT NULL)"},
    // case_hash: keyed hash of registry and case number, the same for all revisions; none once erased.
    // looked: when a person last looked at it or decided about it.
    {7, Only::both, "ALTER TABLE submission ADD COLUMN case_hash BLOB"},
    {7, Only::both, "ALTER TABLE submission ADD COLUMN looked BIGINT NOT NULL DEFAULT 0"},
    {7, Only::both, "ALTER TABLE submission ADD COLUMN erased BIGINT NOT NULL DEFAULT 0"},
    {7, Only::both, "CREATE INDEX submission_case ON submission (case_hash)"},
    {7, Only::both, "ALTER TABLE run ADD COLUMN looked BIGINT NOT NULL DEFAULT 0"},
    {7, Only::both,
     "CREATE TABLE retention_hold (submission NTEXT NOT NULL REFERENCES submission (id),"
     " number BIGINT NOT NULL, since BIGINT NOT NULL, released BIGINT NOT NULL, content BLOB NOT NULL,"
     " PRIMARY KEY (submission, number))"},
    // Nobody: whom an erased submission is about.
    {7, Only::both, "INSERT INTO subject (id) VALUES (0)"},
};

// The evidence keys are not in a backup: a restored store begins with none.
constexpr Sql kKeysSchema = "CREATE SCHEMA IF NOT EXISTS keys";
constexpr Sql kKeys =
    "CREATE TABLE IF NOT EXISTS keys.evidence_key (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL)";

}  // namespace

int schema_version() { return std::rbegin(kSteps)->number; }

int schema_version(Session& session, bool sqlite) {
  const int64_t there = session.value<int64_t>(0, sqlite ? kHasVersionSqlite : kHasVersionPostgresql);
  return there == 0 ? 0 : static_cast<int>(session.value<int64_t>(0, kVersion));
}

void migrate(Transaction& transaction, bool sqlite) {
  const int version = schema_version(transaction, sqlite);
  if (version > schema_version())
    throw Error(Code::config,
                fmt::format("store: it was written by a newer tilts (schema {}, this one knows {}); "
                            "install that version or restore the backup made before it",
                            version, schema_version()));
  int reached = version;
  for (const Step& step : kSteps) {
    if (step.number <= version) continue;
    if (step.only == Only::both || (step.only == Only::sqlite) == sqlite) transaction.run(step.sql);
    reached = step.number;
  }
  if (reached > version) transaction.run(kReached, reached);
  if (!sqlite) transaction.run(kKeysSchema);
  transaction.run(kKeys);
}

void demand_schema(Session& session, bool sqlite) {
  const int version = schema_version(session, sqlite);
  if (version == schema_version()) return;
  throw Error(Code::config,
              fmt::format("store: its schema is {}, this tilts reads {}; {}", version, schema_version(),
                          version > schema_version()
                              ? "install the version that wrote it"
                              : "start `tilts serve` or a run once, it brings the store up to date"));
}

}  // namespace tilts::store
