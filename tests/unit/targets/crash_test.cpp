// kill -9 before every call that makes something durable: whatever is left is nothing or all, and the next
// start carries on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/sha256.h"
#include "gateway/targets/durable_file.h"
#include "gateway/targets/manifest.h"
#include "gateway/targets/target.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/targets/rows.h"
#include "tests/unit/targets/system_calls.h"

namespace tilts::targets {
namespace {

namespace fs = std::filesystem;

std::string sha256_of(const fs::path& file) {
  Sha256 sha256;
  sha256.add(support::read_file(file));
  return to_hex(sha256.finish());
}

class FileCrash : public testing::TestWithParam<Kind> {};

TEST_P(FileCrash, LeavesNothingOrAllAndTheRepeatLeavesTheSame) {
  const support::TemporaryFolder undisturbed;
  const Receipt wanted =
      deliver(*Target::open(settings(GetParam(), undisturbed.path()), residents()), many(700));
  int deaths = 0;
  for (int nth = 1;; ++nth) {
    const support::TemporaryFolder folder;
    const Settings with = settings(GetParam(), folder.path());
    const bool died = support::dies(nth, [&] { deliver(*Target::open(with, residents()), many(700)); });

    // A reader who believes manifests only sees all of it or nothing.
    const Folder seen(folder.path(), "test");
    for (const std::string& name : seen.files())
      if (name.ends_with(".manifest.json") && !name.starts_with(".")) {
        EXPECT_EQ(sha256_of(folder.path() / wanted.file.filename()), wanted.sha256) << "call " << nth;
      }

    const auto target = Target::open(with, residents());
    target->repair();
    const std::optional<Receipt> after = target->delivered(delivery());
    for (const std::string& name : seen.files()) EXPECT_FALSE(name.ends_with(".part")) << name;
    if (!after) {
      EXPECT_FALSE(seen.has(wanted.file.filename())) << "data without a manifest was left, call " << nth;
    }
    const Receipt again = deliver(*target, many(700));
    EXPECT_EQ(again.sha256, wanted.sha256);
    EXPECT_EQ(sha256_of(again.file), wanted.sha256);
    if (!died) break;
    ++deaths;
  }
  EXPECT_GE(deaths, 12);  // the probe, three chunks, two syncs and a rename for data and manifest
}

INSTANTIATE_TEST_SUITE_P(Kinds, FileCrash, testing::Values(Kind::csv, Kind::xml, Kind::ndjson));

}  // namespace
}  // namespace tilts::targets
