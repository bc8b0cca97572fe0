// Judges a bundle with nothing but itself and what its reader trusts. Needs no store, no configuration and no
// clock: every message is judged for the moment at which it was exchanged.
#pragma once

#include <set>
#include <string>

#include "gateway/evidence/bundle.h"
#include "gateway/evidence/verdict.h"

namespace tilts::evidence {

// What the reader brings along, not from the bundle.
struct Reader {
  std::string anchors;         // PEM: who may vouch for the registry's signers
  std::string checkpoint_key;  // PEM: audit-checkpoints.pub as it was kept elsewhere; empty: the bundle's own
};

Verdict verify_bundle(const Bundle& bundle, const Reader& reader);

// The parts of it.
// One exchange's signatures: what was sent, what came, and by whose word when.
struct Judged {
  std::string sent;              // the Body that our signature covers; empty: it does not hold
  std::set<std::string> beside;  // SHA-256, in hex, of the files beside it that the same signature covers
  std::string answered;          // the Body that the registry's signature covers
};
Judged verify_exchange(const Bundle& bundle, const store::KeptExchange& kept, const Reader& reader,
                       Verdict& verdict);
// The rows of the audit, and that every exchange stands where they say, and none is missing.
void verify_chain(const Bundle& bundle, const Reader& reader, Verdict& verdict);

}  // namespace tilts::evidence
