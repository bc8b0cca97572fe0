#include "gateway/exchange/rules.h"

#include <cstdlib>

namespace tilts::exchange {

#ifdef TILTS_SKIP_ONE_RULE
// Test-only build: shows which attack each rule carries (tests/attack).
bool skipped(std::string_view rule) {
  const char* skip = std::getenv("TILTS_SKIP_RULE");
  return skip != nullptr && rule == skip;
}
#else
bool skipped(std::string_view) { return false; }
#endif

void judge(std::span<const Rule> rules, const Judgement& judgement) {
  for (const Rule& rule : rules)
    if (!skipped(rule.id)) rule.check(judgement);
}

}  // namespace tilts::exchange
