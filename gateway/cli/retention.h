#pragma once

#include <string>

#include "gateway/store/retention.h"

namespace tilts::cli {

// "retention: 12 proofs and 1 submission erased, …"; empty when nothing was erased.
std::string retention_sentence(const store::RetentionReport& report);

}  // namespace tilts::cli
