// Who a job may ask about, and since when. One roster a job; who leaves it stays as a leaver until purged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/subjects.h"

namespace tilts::store {

struct RosterEntry {
  std::string client;  // number in the case system
  std::string code;    // personas kods as the case system has it
  bool open = true;    // an open case
};

struct RosterMember {
  SubjectId subject = 0;
  std::string client;
  std::string code;  // the code in use: may be newer than what the case system has
  bool open = true;
  Time joined;
};

struct RosterChange {
  int64_t joined = 0;
  int64_t left = 0;
  int64_t members = 0;
};

class Rosters {
 public:
  explicit Rosters(const Subjects& subjects) : subjects_(subjects) {}

  // A new state of the roster, written in parts of any size under the run's id: put() for every part, then
  // complete(), in which who was not put leaves. A client whose code changed in the case system gets the new
  // one.
  void put(Transaction& transaction, std::string_view job, std::string_view run,
           const std::vector<RosterEntry>& entries, Time now) const;
  RosterChange complete(Transaction& transaction, std::string_view job, std::string_view run, Time now) const;

  // Members in client order, after `after` (empty: from the start).
  std::vector<RosterMember> page(Session& session, std::string_view job, std::string_view after,
                                 size_t limit) const;
  int64_t size(Session& session, std::string_view job) const;
  // May this job ask about this person now?
  bool has(Session& session, std::string_view job, std::string_view code) const;

  // Of a job without a roster: what its records are about makes its members, each under an opaque client
  // number. Put once, it stays however often the registry tells it again, also under another key.
  void tell(Transaction& transaction, std::string_view job, std::string_view key, Time now) const;
  // Whoever was put by a roster that the job had before has left.
  void complete_told(Transaction& transaction, std::string_view job, Time now) const;
  // Forgets what the registry does not have any more, told nothing of since `before`, and no target holds.
  int64_t purge_told(Transaction& transaction, std::string_view job, std::string_view registry,
                     Time before) const;

  // Forgets who left before `before`: their roster rows, and records, codes and subject of those no roster
  // has. Delivered hashes stay until their removal was delivered. Returns how many people were forgotten.
  int64_t purge(Transaction& transaction, std::string_view job, Time before) const;

 private:
  int64_t forget(Transaction& transaction, SubjectId subject) const;

  const Subjects& subjects_;
};

}  // namespace tilts::store
