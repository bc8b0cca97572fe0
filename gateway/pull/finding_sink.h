// Where the findings of one run go: to the store, which knows since when each stands, from there to the
// findings file for the clerk, and, when it is new, to the log with an opaque id. What stands since an
// earlier run is counted there: a thousand lines that say the same every night would hide the one that does
// not.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/finding.h"
#include "gateway/pull/clerk_file.h"
#include "gateway/store/store.h"

namespace tilts::pull {

using store::FoundAbout;

class FindingSink {
 public:
  // A preview counts, and writes nowhere. `zone`: whose calendar the file's days are of.
  FindingSink(store::Store& store, std::string job, std::string run, const std::filesystem::path& folder,
              std::string zone, Clock clock, bool preview);

  void add(const FoundAbout& about, const Finding& finding);
  // To the store, in one transaction; called once a page.
  void flush();
  // The findings file, written anew with all that stands; its path, empty when nothing does. Findings of
  // earlier runs that this one did not find again are gone, unless `keep_others` (the registry was not asked
  // to the end, or not everybody mapped).
  std::string finish(bool keep_others);

  int64_t held_records() const { return held_records_; }
  int64_t held_fields() const { return held_fields_; }

 private:
  void log(const FoundAbout& about, const Finding& finding);

  void write_file();

  struct Waiting {
    FoundAbout about;
    Finding finding;
  };

  store::Store& store_;
  const std::string job_;
  const std::string run_;
  const std::string zone_;
  const Clock clock_;
  const bool preview_;
  std::unique_ptr<ClerkFile> file_;
  std::vector<Waiting> waiting_;
  std::unordered_set<std::string> known_;  // ids that need no line any more
  int64_t found_ = 0;
  int64_t new_ = 0;
  int64_t held_records_ = 0;
  int64_t held_fields_ = 0;
};

}  // namespace tilts::pull
