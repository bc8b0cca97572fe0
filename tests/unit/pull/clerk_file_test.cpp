#include "gateway/pull/clerk_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/base/error.h"
#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

TEST(ClerkFile, OnlyItsOwnerMayReadIt) {
  support::TemporaryFolder folder;
  const mode_t before = umask(0);
  ClerkFile file(folder.path(), "residents", {"a"});
  file.row({"1"});
  const std::string path = file.finish();
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(ClerkFile, IsTextForASpreadsheet) {
  support::TemporaryFolder folder;
  ClerkFile file(folder.path(), "residents", {"a", "b"});
  file.row({"=1+1", "Bērziņa \"A\";\nx"});
  EXPECT_EQ(support::read_file(file.finish()),
            "\xEF\xBB\xBF\"a\";\"b\"\r\n\"'=1+1\";\"Bērziņa \"\"A\"\";\nx\"\r\n");
}

TEST(ClerkFile, AnUnfinishedOneLeavesTheOlder) {
  support::TemporaryFolder folder;
  {
    ClerkFile file(folder.path(), "residents", {"a"});
    file.row({"old"});
    file.finish();
  }
  const std::string old = support::read_file(folder.path() / "residents.csv");
  {
    ClerkFile file(folder.path(), "residents", {"a"});
    file.row({"new"});
  }
  EXPECT_EQ(support::read_file(folder.path() / "residents.csv"), old);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ClerkFile, NothingFoundIsNoFile) {
  support::TemporaryFolder folder;
  folder.write("residents.csv", "old");
  ClerkFile file(folder.path(), "residents", {"a"});
  EXPECT_EQ(file.finish(), "");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "residents.csv"));
}

TEST(ClerkFile, SaysWhichFolderCannotBeWritten) {
  support::TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_THROW(ClerkFile(folder.path() / "file", "residents", {"a"}), Error);
}

}  // namespace
}  // namespace tilts::pull
