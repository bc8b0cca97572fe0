// The proof of one submission, to be shown to somebody else: what was taken in, every exchange about it, what
// the gateway believed at that time, and where all of it stands in the audit's hash chain. One XML file,
// urn:tilts:evidence:1; docs/decisions/evidence.md says what it proves and what it does not.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/finding.h"
#include "gateway/store/audit_pieces.h"
#include "gateway/store/evidence.h"
#include "gateway/store/submissions.h"

namespace tilts::store {
class Store;
}

namespace tilts::evidence {

constexpr std::string_view bundle_namespace = "urn:tilts:evidence:1";
// What the row of the audit that stands for the whole bundle is called.
constexpr std::string_view exported = "evidence exported";

// Where the exchanges and the bundle itself stand in the audit.
struct Chain {
  std::string key;  // PEM, of the checkpoints' signatures
  std::vector<store::ChainPiece> pieces;
};

struct ReceivedEntry {
  std::string intake;
  std::string form;    // "xml" or "json"
  std::string sha256;  // in hex
  std::string bytes;
};

struct Bundle {
  std::string municipality;
  std::string environment;
  Time made;
  std::string made_by;
  store::Submission submission;  // its `content` is the entry
  ReceivedEntry entry;
  std::vector<store::SubmissionAttachment> attachments;
  std::vector<Finding> findings;
  std::vector<store::SubmissionEvent> history;
  std::vector<store::KeptExchange> exchanges;
  std::map<std::string, std::string> terms;  // by SHA-256 in hex
  std::string digest;                        // SHA-256 in hex, of all above as it is written
  Chain chain;
};

// `chain` is asked when all but it is written, and told the digest of that. Throws what it throws.
std::string write_bundle(const Bundle& bundle, const std::function<Chain(const std::string& digest)>& chain);

// Under limits that leave room for entries of 64 MB, sent several times. Throws xml::Malformed, or
// Error(untrusted): it is not such a file.
Bundle read_bundle(std::string_view bytes);

// All of it but the chain, out of the store.
Bundle gather(store::Session& session, const store::Store& store, store::Submission submission,
              ReceivedEntry entry);

}  // namespace tilts::evidence
