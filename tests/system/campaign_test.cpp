// Exactly once, under everything at the same time. A short campaign, always the same, and long ones
// (docs/campaign.md) by
//   TILTS_CAMPAIGN=1500 TILTS_SEED=5 ctest --test-dir build/release -R campaign_long -V
#include "tests/system/campaign.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

namespace tilts::system_test {
namespace {

int from_environment(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::stoi(text);
}

void march(const CampaignPlan& plan) {
  SCOPED_TRACE(testing::Message() << "seed " << plan.seed);
  const CampaignFigures figures = Campaign(plan).run();
  std::cout << "seed " << plan.seed << (plan.server == nullptr ? ", SQLite\n" : ", PostgreSQL\n") << figures;
}

TEST(Campaign, EachEntryIsThereOnce) { march({}); }

TEST(Campaign, EachEntryIsThereOnceOnPostgreSql) {
  support::PostgreSql server;
  march({.submissions = 16, .seed = 2, .server = &server});
}

TEST(Campaign, EachDocumentIsDeliveredOnceThroughEAddress) {
  march({.submissions = 30, .seed = 3, .e_address = true});
}

TEST(LongCampaign, EachDocumentIsDeliveredOnceThroughEAddress) {
  march({.submissions = from_environment("TILTS_CAMPAIGN", 1000) / 4,
         .seed = static_cast<unsigned>(from_environment("TILTS_SEED", 1)),
         .e_address = true});
}

TEST(LongCampaign, EachEntryIsThereOnce) {
  march({.submissions = from_environment("TILTS_CAMPAIGN", 1000),
         .seed = static_cast<unsigned>(from_environment("TILTS_SEED", 1))});
}

TEST(LongCampaign, EachEntryIsThereOnceOnPostgreSql) {
  support::PostgreSql server;
  march({.submissions = from_environment("TILTS_CAMPAIGN", 1000) / 4,
         .seed = static_cast<unsigned>(from_environment("TILTS_SEED", 1)),
         .server = &server});
}

}  // namespace
}  // namespace tilts::system_test
