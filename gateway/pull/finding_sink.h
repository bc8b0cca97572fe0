// Where the findings of one run go: to the log with an opaque id, to the findings file for the clerk, and to
// the store, which knows since when each stands.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/finding.h"
#include "gateway/pull/clerk_file.h"
#include "gateway/store/store.h"

namespace tilts::pull {

struct FoundAbout {
  std::string target;  // empty: the roster or the registry's answer
  std::string client;
  std::string code;
  std::string person;  // given names and surname, as far as the registry told
};

class FindingSink {
 public:
  // A preview counts and logs, but writes neither file nor store.
  FindingSink(store::Store& store, std::string job, std::string run, const std::filesystem::path& folder,
              Clock clock, bool preview);

  void add(const FoundAbout& about, const Finding& finding);
  // To the store, in one transaction; called once a page.
  void flush();
  // The findings file's path, empty when nothing was found. Findings of earlier runs that this one did not
  // find again are gone, unless `keep_others` (the registry was not asked to the end).
  std::string finish(bool keep_others);

  int64_t held_records() const { return held_records_; }
  int64_t held_fields() const { return held_fields_; }

 private:
  struct Waiting {
    std::string target, client;
    Finding finding;
  };

  store::Store& store_;
  const std::string job_;
  const std::string run_;
  const Clock clock_;
  const bool preview_;
  std::unique_ptr<ClerkFile> file_;
  std::vector<Waiting> waiting_;
  int64_t held_records_ = 0;
  int64_t held_fields_ = 0;
};

}  // namespace tilts::pull
