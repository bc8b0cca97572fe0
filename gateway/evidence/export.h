// A submission's bundle: gathered, its making audited, and written.
#pragma once

#include <string>

#include "gateway/base/clock.h"
#include "gateway/evidence/bundle.h"
#include "gateway/store/store.h"

namespace tilts::evidence {

struct Maker {
  std::string municipality;
  std::string environment;
  std::string user;  // of the operating system: stands in the audit, and in the bundle
};

// The bytes of the file: personal data. What was cut off between an exchange's proof and its row in the audit
// gets its row first.
std::string export_bundle(store::Store& store, const Clock& clock, store::Submission submission,
                          ReceivedEntry entry, const Maker& maker);

}  // namespace tilts::evidence
