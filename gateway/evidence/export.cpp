#include "gateway/evidence/export.h"

#include <utility>

#include "gateway/evidence/bundle.h"

namespace tilts::evidence {
namespace {

// A process that was killed between an exchange's proof and the row that names it leaves a proof without a
// place. It gets one now: the row says when.
void place_what_was_cut_off(store::Store& store, const Clock& clock, const Bundle& bundle) {
  store.write([&](store::Transaction& transaction) {
    std::vector<store::Answered> missing;
    for (const store::KeptExchange& exchange : bundle.exchanges)
      if (store::rows_of(transaction, exchange.asked).size() == 1)
        missing.push_back({exchange.asked, "cut off", {exchange.id}, exchange.digest});
    if (!missing.empty()) store.audit().answered(transaction, missing, clock.now());
  });
}

// The bundle's digest goes into the audit with who made it, and the rows into the bundle: whoever takes
// something out of it, or adds to it, has another digest.
Chain audit(store::Store& store, const Clock& clock, const Bundle& bundle, const std::string& digest) {
  place_what_was_cut_off(store, clock, bundle);
  const store::LookupId export_row = store.write([&](store::Transaction& transaction) {
    const store::Submission& submission = bundle.submission;
    const store::Asked asked{bundle.made_by,      "",
                             submission.registry, std::string(exported),
                             submission.id,       store.subjects().codes(transaction, submission.subject)};
    const auto ids = store.audit().asked(transaction, {asked}, clock.now());
    store.audit().answered(transaction, {{ids.at(0), "exported", {"sha256:" + digest}, ""}}, clock.now());
    store.submissions().looked(transaction, submission.id, clock.now());
    return ids.at(0);
  });
  store.sign_audit();
  return store.read([&](store::Session& session) {
    std::vector<store::LookupId> rows = store::rows_of(session, export_row);
    for (const store::KeptExchange& exchange : bundle.exchanges)
      for (const store::LookupId& row : store::rows_of(session, exchange.asked)) rows.push_back(row);
    return Chain{store.vault().public_key(), store.chain_pieces(session, std::move(rows))};
  });
}

}  // namespace

std::string export_bundle(store::Store& store, const Clock& clock, store::Submission submission,
                          ReceivedEntry entry, const Maker& maker) {
  Bundle bundle = store.read([&](store::Session& session) {
    return gather(session, store, std::move(submission), std::move(entry));
  });
  bundle.municipality = maker.municipality;
  bundle.environment = maker.environment;
  bundle.made = clock.now();
  bundle.made_by = maker.user;
  return write_bundle(bundle, [&](const std::string& digest) { return audit(store, clock, bundle, digest); });
}

}  // namespace tilts::evidence
