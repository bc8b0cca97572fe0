// What a run of a job was, told to the person or the machine that started it. Counts and sentences only: no
// personal data, so a report may be printed, logged and kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/error.h"

namespace tilts::pull {

enum class RunState {
  done,            // all well
  done_held_back,  // delivered, with something held back
  preview,         // shown, and nothing was to be delivered
  parked,          // the registry answers later: nothing is wrong, a run after that takes it up
  waiting,         // too many changes: a person must approve
  transient,       // the registry (or a target, or the store) could not be reached
  untrusted,       // an answer was not to be trusted
  declined,        // the registry said no in a trusted answer
  config,          // our settings are wrong
  bug,             // an adapter's or our own
  interrupted,     // stopped from outside; the next run carries on
};

// "done", "done, held back", …: what `tilts runs` shows and the store keeps.
std::string_view name(RunState state);
// Throws Error(bug) for a word that name() never says.
RunState run_state(std::string_view name);
RunState run_state(Code code);
// 0, 3, 4, 5, 6, 70, 78: what cron and Zabbix read.
int exit_code(RunState state);

struct Counts {
  int64_t roster = 0;  // people the job may ask about
  int64_t joined = 0;
  int64_t left = 0;
  int64_t roster_broken = 0;  // lines of the roster that could not be read
  int64_t asked = 0;          // people asked about
  int64_t pages = 0;
  int64_t records = 0;  // taken into the store by this run
  int64_t dropped = 0;  // records about people who are not on the roster
  int64_t gone = 0;     // people the registry does not know
  int64_t moved = 0;    // people whose address the registry changed since the last good run
  int64_t deaths = 0;   // these and the following: in the plan, over all targets
  int64_t changed_codes = 0;
  int64_t adds = 0;
  int64_t changes = 0;
  int64_t removals = 0;
  int64_t unchanged = 0;
  int64_t held_records = 0;
  int64_t held_fields = 0;

  bool operator==(const Counts&) const = default;
};

struct Delivered {
  std::string target;
  std::string place;  // file or table
  int64_t rows = 0;
};

struct RunReport {
  std::string run;  // id, what `tilts approve` takes
  std::string job;
  RunState state = RunState::done;
  bool preview = false;    // however it ended
  bool no_roster = false;  // the job's operation names nobody
  std::string sentence;    // outside to inside, ends with the next step
  Counts counts;
  std::string as_of;  // when the stored records were last asked for; older than the run when the fetch failed
  bool fetched = false;               // false: mapped and delivered from the store, removals off
  std::string answer_later;           // the registry answers later: when it is asked for it, in a sentence
  std::vector<std::string> too_many;  // why the guard stopped the run, one sentence a bound
  std::string plan;                   // SHA-256 of the waiting plan, hex; empty when nothing waits
  std::string replaced;               // the run whose waiting plan this one replaced
  std::string waits;                  // a run before this one, whose plan waits still
  std::vector<Delivered> deliveries;  // empty on a quiet night, and the sentence says so
  std::string findings_file;          // restricted rights; empty when nothing was found
  bool mapping_edited = false;
  int64_t examples = 0;         // rows in the following
  std::string examples_file;    // ten before-and-after rows of an edited mapping; restricted rights
  std::string why_no_removals;  // a snapshot that may not be drawn upon; empty when it may, or is none
};

}  // namespace tilts::pull
