// Records as the registry said them, sealed, one row a (person, registry, type, what tells several apart).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/record.h"
#include "gateway/store/subjects.h"

namespace tilts::store {

enum class Effect {
  added,
  changed,
  same,     // only as-of and last-seen moved
  gone,     // was present, is not any more
  ignored,  // "gone" about a code that is no longer the person's, or about what never was
};

struct StoredRecord {
  Record record;
  std::string seen;  // the run that last received it
  Time changed;      // when the run began that last found other fields in it; 0: none did
};

// A member of a roster with everything stored about the person.
struct StoredSubject {
  SubjectId subject = 0;
  std::string client;
  std::string code;                 // the code in use
  std::vector<std::string> former;  // codes the person had, newest first
  bool open = true;
  std::vector<StoredRecord> records;  // by type, then by key; gone ones included (present == false)
};

class Records {
 public:
  Records(const Vault& vault, const Subjects& subjects) : vault_(vault), subjects_(subjects) {}

  // Upserts; a record with previous_key re-links the person first.
  Effect put(Transaction& transaction, std::string_view registry, std::string_view run, const Record& record,
             Time now) const;

  // The next people of a job's roster in client order with all their records of `registry`, after the client
  // `after` (empty: from the start): a keyset page, at most `limit` people. An empty page is the end.
  std::vector<StoredSubject> page(Session& session, std::string_view job, std::string_view registry,
                                  std::string_view after, size_t limit) const;

  // What `registry` said about one person, present records only; empty when it was never asked.
  std::vector<Record> of(Session& session, std::string_view registry, std::string_view code) const;

  // A complete snapshot did not mention them: present records of this registry and job's roster that were
  // last seen in another run become gone. Returns how many.
  int64_t mark_unseen_gone(Transaction& transaction, std::string_view job, std::string_view registry,
                           std::string_view run) const;

  // How many present records each registry has, and the newest moment one was received.
  struct Standing {
    std::string registry;
    int64_t records = 0;
    Time received;
  };
  std::vector<Standing> standing(Session& session) const;

 private:
  Effect put_gone(Transaction& transaction, std::string_view registry, std::string_view run,
                  const Record& record, Time now) const;

  const Vault& vault_;
  const Subjects& subjects_;
};

// Where an operation of a job continues. Put in the same transaction as the page's records: a crash repeats a
// page, it never loses or doubles one.
class Cursors {
 public:
  // Empty when there is none.
  std::string get(Session& session, std::string_view job) const;
  void put(Transaction& transaction, std::string_view job, std::string_view cursor) const;
};

}  // namespace tilts::store
