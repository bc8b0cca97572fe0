#include "gateway/push/plain_file.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/push/entry_folder.h"
#include "tests/support/temporary_folder.h"

namespace tilts::push {
namespace {

class PlainFile : public testing::Test {
 protected:
  Reading read(const std::string& name, size_t most = 100) {
    return read_plain_file(folder_, name, most, bytes_);
  }

  support::TemporaryFolder place_;
  targets::Folder folder_{place_.path(), "test"};
  std::string bytes_;
};

TEST_F(PlainFile, IsReadByteForByte) {
  const std::string bytes("a\0\r\n\xff", 5);
  place_.write("one", bytes);
  EXPECT_EQ(read("one"), Reading::read);
  EXPECT_EQ(bytes_, bytes);
  EXPECT_EQ(read("one", 4), Reading::too_large);
}

// A link could lead to another person's entry; a pipe would keep us waiting.
TEST_F(PlainFile, IsNoLinkNoPipeNoFolder) {
  place_.write("one", "there");
  std::filesystem::create_symlink(place_.path() / "one", place_.path() / "link");
  ASSERT_EQ(mkfifo((place_.path() / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(place_.path() / "folder");
  for (const char* name : {"link", "pipe", "folder", "nothing"}) {
    EXPECT_EQ(read(name), Reading::missing) << name;
    EXPECT_FALSE(stamp_of(folder_, name)) << name;
  }
}

TEST_F(PlainFile, AnotherStampIsAnotherFile) {
  place_.write("one", "there");
  const auto before = stamp_of(folder_, "one");
  std::ofstream(place_.path() / "one", std::ios::app) << "!";
  EXPECT_NE(stamp_of(folder_, "one"), before);
}

TEST(FormOf, OnlyEntriesAreEntries) {
  EXPECT_EQ(form_of("a.xml"), EntryForm::xml);
  EXPECT_EQ(form_of("a.json"), EntryForm::json);
  for (const char* name : {"a.xml.answer.xml", "a.xml.answer.txt", ".a.xml", "a.pdf", "a.xml.part", "xml"})
    EXPECT_FALSE(form_of(name)) << name;
}

}  // namespace
}  // namespace tilts::push
