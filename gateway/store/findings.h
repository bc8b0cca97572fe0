// What is held back now, and alarms. A finding has an opaque id that stays the same every night, for logs;
// its words and key, and who it is about, are sealed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/finding.h"
#include "gateway/store/session.h"
#include "gateway/store/vault.h"

namespace tilts::store {

struct FoundAbout {
  std::string target;  // empty: the roster or the registry's answer
  std::string client;
  std::string code;
  std::string person;  // given names and surname, as far as the registry told
};

struct StoredFinding : FoundAbout {
  std::string id;  // 12 hex digits
  std::string job;
  Time since;
  std::string run;  // the last run that found it
  Finding finding;
};

class Findings {
 public:
  explicit Findings(const Vault& vault) : vault_(vault) {}

  // The opaque id this finding has, or will have.
  std::string id(std::string_view job, std::string_view target, const Finding& finding) const;
  // Found in this run: new, or known since an earlier night.
  void put(Transaction& transaction, std::string_view job, const FoundAbout& about, std::string_view run,
           const Finding& finding, Time now) const;
  // The run is through: findings of the job that it did not find again are gone. Returns how many.
  int64_t complete(Transaction& transaction, std::string_view job, std::string_view run) const;
  // Current ones of a job (empty: of all) by client, after that finding's (client, id); nullptr: from the
  // start.
  std::vector<StoredFinding> page(Session& session, std::string_view job, const StoredFinding* after,
                                  size_t limit) const;
  int64_t count(Session& session, std::string_view job) const;
  // The opaque ids of a job's current ones.
  std::vector<std::string> ids(Session& session, std::string_view job) const;

 private:
  const Vault& vault_;
};

struct Alarm {
  int64_t number = 0;
  Time raised;
  std::string subject;   // what it is about: a job, a registry, a certificate
  std::string kind;      // of trouble: "untrusted", "waiting", …
  std::string sentence;  // the last one; no personal data
  int64_t times = 1;     // raised again while it stands
  Time last;
  std::string cleared_by;  // empty while it stands
};

// The subject of alarms about a job.
std::string about_job(std::string_view job);

class Alarms {
 public:
  // True when it is new. While one of this kind about this subject stands, its sentence is renewed and it is
  // counted: a sentence names the run, and every night has another.
  bool raise(Transaction& transaction, std::string_view subject, std::string_view kind,
             std::string_view sentence, Time now) const;
  // What stands says this from now on; nothing is counted, and nothing new stands.
  void renew(Transaction& transaction, std::string_view subject, std::string_view kind,
             std::string_view sentence) const;
  // All standing alarms about a subject end, or those of one kind; returns how many.
  int64_t clear(Transaction& transaction, std::string_view subject, std::string_view by, Time now) const;
  int64_t clear(Transaction& transaction, std::string_view subject, std::string_view kind,
                std::string_view by, Time now) const;
  std::vector<Alarm> standing(Session& session) const;
  std::vector<Alarm> list(Session& session, size_t limit) const;
};

}  // namespace tilts::store
