// Where rows go. A delivery is atomic: a reader finds all of it or nothing, whatever happens to the process.
//
// Files (csv, xml, ndjson): FOLDER/TARGET.ENVIRONMENT.RUN.PART.csv, written under a temporary name in the
// same folder, synced, renamed; then FOLDER/….csv.manifest.json the same way. Without its manifest a file is
// not a delivery. SQL: one transaction, which ends with a row in table tilts_delivery. The same delivery made
// again leaves the same bytes, or the same table.
//
// One thread, one delivery at a time; nothing but the target holds its folder's files of that name.
// Errors: Error(config) when a setting or a folder's rights are wrong, Error(transient) when the disk is
// full, the folder is gone or the database does not answer. After either, nothing of the delivery is there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/finding.h"
#include "gateway/targets/row.h"

namespace tilts::targets {

enum class Kind { csv, xml, ndjson, sql };
enum class Encoding { utf8, windows1257 };  // windows-1257: csv only
// Who opens a csv file. People: BOM, codes as text, cells that a spreadsheet would run are guarded. A
// program: RFC 4180 as it stands.
enum class Reader { people, program };

// Plain values; the configuration fills them, paths are absolute.
struct Settings {
  std::string name;         // letters, digits, "-", "_"
  std::string environment;  // "test" or "production": stands in every output
  Kind kind = Kind::csv;
  std::filesystem::path folder;  // csv, xml, ndjson
  Encoding encoding = Encoding::utf8;
  Reader reader = Reader::people;    // csv
  std::filesystem::path stylesheet;  // xml: XSLT 1.0, applied to each row; empty: one element a row
  std::filesystem::path schema;      // xml: XSD that the output must meet; empty: none
  std::string connection;            // sql: "sqlite:FILE" or "postgresql:host=… dbname=…"
  std::string table;                 // sql: made when it is not there; "schema.table" on PostgreSQL
};

// One delivery of a run. A run may make several: what cannot wait (deaths, changed codes), then the rest.
struct Delivery {
  std::string run;  // letters, digits, "-", "_"
  std::string
      part;  // the same letters; sorts in the order in which readers should take them: "1-first", "2-rest"
  std::string as_of;           // how old the registry's word is, xs:dateTime
  std::string mapping_sha256;  // Mapping::hash()
};

struct Receipt {
  uint64_t adds = 0;
  uint64_t changes = 0;
  uint64_t removals = 0;
  std::string sha256;          // of the data file; of the rows for sql
  std::filesystem::path file;  // the data file; empty for sql

  uint64_t rows() const { return adds + changes + removals; }
  bool operator==(const Receipt&) const = default;
};

// A delivery being written. Destroyed before finish() it leaves nothing.
class Writing {
 public:
  virtual ~Writing() = default;
  virtual void write(Action action, const Row& row) = 0;
  virtual Receipt finish() = 0;
};

class Target {
 public:
  // Checks everything that can be checked without delivering (folder, rights, stylesheet, schema, connection,
  // table).
  static std::unique_ptr<Target> open(const Settings& settings, Layout layout);
  virtual ~Target() = default;

  // To be asked while planning: what of this row the target cannot say (a character outside windows-1257, a
  // value its XSD refuses). Holds back cells and appends findings; false: the whole row is held back.
  virtual bool fit(Row& row, std::vector<Finding>& findings);

  virtual std::unique_ptr<Writing> begin(const Delivery& delivery) = 0;
  // What the complete delivery of this run and part left, if there is one: after a crash it need not be made
  // again.
  virtual std::optional<Receipt> delivered(const Delivery& delivery) = 0;
  // At start, before any delivery: removes what a crash left half-way. A sentence for each thing that was put
  // right.
  virtual std::vector<std::string> repair() = 0;
};

}  // namespace tilts::targets
