// What tilts.xml says, as plain values. Every path is absolute: relative ones started at the file's folder.
// A room takes the struct it needs, never the whole; only pull, schedule and cli know `Configuration`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/config/cron.h"

namespace tilts::config {

enum class Environment { test, production };
std::string_view name(Environment environment);  // "test", "production"

struct StoreSettings {
  std::string connection;  // "sqlite:/absolute/file" or "postgresql:" and libpq's words
  std::chrono::days evidence_kept{30};
  std::chrono::months audit_kept{18};
  std::optional<std::chrono::days> submissions_kept{};  // once settled; none: for ever
};

// A key pair of ours. The newest that is already active signs and opens TLS; see identity_at().
struct IdentitySettings {
  int line = 0;
  std::string certificate;  // PEM file, ours first, then its chain; empty when `key` is a PKCS#12 file
  std::string key;          // PEM or PKCS#12 file that only its owner may read
  Time active_from{};
  std::string passphrase_file;  // of `key`, first line; only its owner may read it; may be empty
};

struct Setting {
  std::string name;
  std::string value;  // what is written, or all that stands in `file`
  std::string file;   // absolute; may be empty
};

// Somebody who is asked: how he speaks, where, and whom we take his answers from.
struct ServiceSettings {
  int line = 0;
  std::string profile;                   // file
  std::string endpoint;                  // https URL
  std::vector<std::string> tls_anchors;  // PEM files
  // Who may sign answers; the fields of exchange::TrustFiles.
  std::vector<std::string> anchors, pinned, crls, certificates;
};

struct RegistrySettings : ServiceSettings {
  std::string name;
  std::string adapter;
  std::vector<IdentitySettings> identities;
  std::optional<ServiceSettings> token_service;  // asked with the same keys
  std::vector<Setting> settings;  // of the adapter, in the file's order; the adapter knows which exist
};

// The identity in use at `now`: nullptr when none is active yet.
const IdentitySettings* identity_at(const RegistrySettings& registry, Time now);

struct LegalBasis {
  int line = 0;
  std::string id;
  std::string law;
  std::string contract;
  Date valid_from{};
  Date valid_to{};  // its last day
  std::string registry;
  std::vector<std::string> operations;

  bool valid_on(Date day) const { return valid_from <= day && day <= valid_to; }
  bool allows(std::string_view operation) const;
};

// Whose calendar the days are where nothing else is said.
inline constexpr const char* country_zone = "Europe/Riga";

enum class Missed { catch_up, skip };

struct ScheduleSettings {
  Cron cron;
  std::string zone;  // of the tz database
  Missed missed = Missed::catch_up;
  // Times of day in `zone`: the first such moment after the planned start.
  std::optional<std::chrono::minutes> latest_start, deliver_by;
};

// Who may be asked about. One of csv, sql and none is said.
struct RosterSettings {
  std::string csv;         // file
  std::string sql;         // SELECT client, code, open …
  std::string connection;  // of sql
  std::string none;        // why the job needs no roster, in words: its operation names nobody
  std::chrono::days leavers_kept{30};
};

// Where files come that arrive beside a job's records.
struct DocumentsSettings {
  int line = 0;
  std::string folder;
  uint64_t quota_megabytes = 2048;  // that may stand there and wait
};

// The bounds beyond which a run waits for a person (design, section 3): a number or a share, whichever is
// more.
struct GuardSettings {
  long removals = 25;
  double removals_percent = 0.2;
  double changes_percent = 10;
};

struct DeliverySettings {
  int line = 0;
  std::string mapping;  // file
  std::string target;   // name
};

struct JobSettings {
  int line = 0;
  std::string name;
  std::string registry;
  std::string operation;
  std::string legal_basis;
  bool snapshot = false;  // the operation answers with everyone: what is missing was removed
  // Whoever joins the roster has a feed read from its beginning, and not from where it stands.
  bool joiners_from_the_beginning = false;
  std::string population;  // registry whose records about the person the mappings may read; may be empty
  std::optional<ScheduleSettings> schedule;  // absent: only `tilts run`
  RosterSettings roster;
  std::optional<DocumentsSettings> documents;  // absent: its operation brings no files
  GuardSettings guard;
  std::vector<DeliverySettings> deliveries;

  // Whose calendar its days are: the schedule's, or the country's.
  std::string zone() const;
};

// Where entries for a state queue come from: a folder that the municipal system writes into, each file's
// answer beside it, or tables of its own.
struct IntakeSettings {
  int line = 0;
  std::string name;
  std::string registry;
  std::string legal_basis;
  std::string folder;      // this, or connection and table
  std::string connection;  // "sqlite:FILE" or "postgresql:" and libpq's words
  std::string table;       // beside it TABLE_document and TABLE_answer
  std::string schema;      // XSD of an entry
  std::string rules;       // mapping whose findings warn; may be empty
  std::string population;  // registry whose records about the person the rules may read; may be empty
  std::chrono::seconds every{15};
  std::chrono::days kept{90};             // settled entries and their answers; nothing else is ever removed
  std::chrono::days evidence_kept{3653};  // SIVA keeps its own for ten years
};

enum class TargetKind { csv, xml, ndjson, sql };
enum class Encoding { utf_8, windows_1257 };
// Who opens a csv file: people (a spreadsheet: BOM, codes as text, guarded cells) or a program (RFC 4180).
enum class Reader { people, program };

struct TargetSettings {
  int line = 0;
  std::string name;
  TargetKind kind = TargetKind::csv;
  std::string folder;                   // of csv, xml, ndjson
  Encoding encoding = Encoding::utf_8;  // of csv
  Reader reader = Reader::people;       // of csv
  std::string stylesheet;               // of xml: XSLT applied record by record; may be empty
  std::string schema;                   // of xml: XSD of the output; may be empty
  std::string connection;               // of sql, as in StoreSettings
  std::string table;                    // of sql
};

struct Configuration {
  std::string file;
  Environment environment = Environment::test;
  std::string municipality;
  StoreSettings store;
  std::string master_key;  // file
  std::string findings_folder;
  std::string checkpoints_folder;
  std::string send_journal;  // file; empty where nothing is submitted
  std::string heartbeat;     // file
  std::string
      alarm_command;  // a shell command that gets the alarm's text on its standard input; may be empty
  std::string adapters_folder;
  std::chrono::seconds adapter_silence{300};
  std::vector<RegistrySettings> registries;
  std::vector<LegalBasis> legal_bases;
  std::vector<JobSettings> jobs;
  std::vector<IntakeSettings> intakes;
  std::vector<TargetSettings> targets;

  // By name; nullptr when there is none. load() proved that the names inside a configuration resolve.
  const RegistrySettings* registry(std::string_view name) const;
  const LegalBasis* legal_basis(std::string_view id) const;
  const JobSettings* job(std::string_view name) const;
  const IntakeSettings* intake(std::string_view name) const;
  const TargetSettings* target(std::string_view name) const;
};

}  // namespace tilts::config
