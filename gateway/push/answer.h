// What the municipal system and the social worker read about an entry: a file for each beside it, or a row.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/finding.h"
#include "gateway/store/submissions.h"

namespace tilts::push {

struct Answer {
  std::string state;   // "refused", or the ledger's word
  std::string number;  // the registry's; received alone
  std::string xml;     // urn:tilts:answer:1
  std::string text;    // Latvian, UTF-8
};

// Of an entry that was refused.
Answer refused(const std::string& file, const std::vector<Finding>& findings);

// Of one in the ledger. `registry`: its title, for people.
Answer standing(const std::string& file, const std::string& registry, const store::Submission& submission,
                const std::vector<Finding>& findings, const std::vector<store::SubmissionEvent>& history);

}  // namespace tilts::push
