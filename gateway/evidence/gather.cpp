#include "gateway/evidence/bundle.h"
#include "gateway/store/store.h"

namespace tilts::evidence {

Bundle gather(store::Session& session, const store::Store& store, store::Submission submission,
              ReceivedEntry entry) {
  Bundle bundle;
  bundle.attachments = store.submissions().attachments(session, submission.id);
  bundle.findings = store.submissions().findings(session, submission.id);
  bundle.history = store.submissions().history(session, submission.id);
  bundle.exchanges = store.evidence().of_run(session, submission.id);
  for (const store::KeptExchange& exchange : bundle.exchanges)
    for (const std::string* name : {&exchange.proof.profile, &exchange.proof.trust})
      if (auto content = store.evidence().terms(session, *name))
        bundle.terms.emplace(*name, *std::move(content));
  bundle.submission = std::move(submission);
  bundle.entry = std::move(entry);
  return bundle;
}

}  // namespace tilts::evidence
