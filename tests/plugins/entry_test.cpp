// What is to be submitted, as it crosses to an adapter: its attachments above all.
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/host/adapter.h"
#include "plugins/sdk/base64.h"
#include "plugins/sdk/record.h"
#include "tests/plugins/fake_services.h"

namespace tilts {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string pushed(const host::Entry& entry) {
  const auto library = host::Library::load(
      std::filesystem::path(DEFECTS_FOLDER) / host::Library::file_name("misuser"), "misuser");
  host::FakeServices services;
  host::Adapter(library, {}).push(services, "looks_at_attachments", entry);
  return services.settlement;
}

TEST(Entry, AttachmentsCrossInTheirOrderAndUncopied) {
  host::Entry entry{{"person", "01017012345", "", true, "", {}}, "once"};
  EXPECT_EQ(pushed(entry), "received ");
  entry.attachments = {{"a.pdf", "application/pdf", std::string(100, '\0'), "aa"},
                       {"b.txt", "text/plain", "", "bb"}};
  const auto address = [&](size_t index) {
    return std::to_string(reinterpret_cast<uintptr_t>(entry.attachments[index].bytes.data()));
  };
  EXPECT_EQ(pushed(entry), "received a.pdf application/pdf aa 100 at " + address(0) +
                               "\nb.txt text/plain bb 0 at " + address(1) + '\n');
}

// ---- the same seen by an author

constexpr tilts_record_type no_types[] = {{}};

template <size_t size>
constexpr tilts_text text(const char (&literal)[size]) {
  return {literal, size - 1};
}

TEST(SdkEntry, GivesViewsOfItsAttachments) {
  const tilts_record record{};
  const tilts_attachment given[] = {{text("a.pdf"), text("application/pdf"), text("\0\xff"), text("aa")},
                                    {text("b.txt"), text("text/plain"), {}, text("bb")}};
  const tilts_entry entry{sizeof(tilts_entry), 0, &record, text("once"), given, 2, sizeof(tilts_attachment)};
  const std::vector<sdk::Attachment> attachments = sdk::Entry(entry, no_types).attachments();
  ASSERT_THAT(attachments, SizeIs(2));
  EXPECT_EQ(attachments[0].name, "a.pdf");
  EXPECT_EQ(attachments[0].media_type, "application/pdf");
  EXPECT_EQ(attachments[0].bytes, std::string_view("\0\xff", 2));
  EXPECT_EQ(attachments[0].bytes.data(), given[0].bytes.data);
  EXPECT_EQ(attachments[0].sha256, "aa");
  EXPECT_EQ(attachments[1].name, "b.txt");
  EXPECT_THAT(attachments[1].bytes, IsEmpty());
}

TEST(SdkEntry, StepsOverWhatALaterHostAppended) {
  struct Later {
    tilts_attachment known;
    uint64_t appended;
  };
  const tilts_record record{};
  const Later given[] = {{{text("a"), {}, {}, {}}, 7}, {{text("b"), {}, {}, {}}, 7}};
  struct {
    tilts_entry known;
    uint64_t appended;
  } const entry{{sizeof entry, 0, &record, text("once"), &given[0].known, 2, sizeof(Later)}, 7};
  const std::vector<sdk::Attachment> attachments = sdk::Entry(entry.known, no_types).attachments();
  ASSERT_THAT(attachments, SizeIs(2));
  EXPECT_EQ(attachments[1].name, "b");
}

// Version 1.0 ended before the attachments: what lies behind it is not the entry's.
TEST(SdkEntry, ReadsNothingBehindAnEntryOfVersionOneDotNothing) {
  const tilts_record record{};
  tilts_entry entry{};
  entry.struct_size = offsetof(tilts_entry, attachments);
  entry.record = &record;
  entry.idempotency_key = text("once");
  entry.attachment_count = 1'000'000;
  EXPECT_THAT(sdk::Entry(entry, no_types).attachments(), IsEmpty());
  EXPECT_EQ(sdk::Entry(entry, no_types).idempotency_key, "once");
}

TEST(SdkEntry, TheLayoutOfVersionOneDotNothingStands) {
  EXPECT_EQ(offsetof(tilts_entry, record), 8u);
  EXPECT_EQ(offsetof(tilts_entry, idempotency_key), 16u);
  EXPECT_EQ(offsetof(tilts_entry, attachments), 32u);
}

// RFC 4648 section 10.
TEST(Base64, WritesTheVectorsOfItsStandard) {
  EXPECT_EQ(sdk::base64(""), "");
  EXPECT_EQ(sdk::base64("f"), "Zg==");
  EXPECT_EQ(sdk::base64("fo"), "Zm8=");
  EXPECT_EQ(sdk::base64("foo"), "Zm9v");
  EXPECT_EQ(sdk::base64("foob"), "Zm9vYg==");
  EXPECT_EQ(sdk::base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(sdk::base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, WritesAnyByte) {
  EXPECT_EQ(sdk::base64({"\0\0\0", 3}), "AAAA");
  EXPECT_EQ(sdk::base64("\xff\xff\xff\xfe"), "/////g==");
  EXPECT_EQ(sdk::base64("\xfb\xef\xbe"), "++++");
}

TEST(Base64, ReadsTheVectorsOfItsStandardAndWhiteSpaceBetween) {
  for (const char* bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(sdk::from_base64(sdk::base64(bytes)), bytes);
  EXPECT_EQ(sdk::from_base64(" Zm9v\r\n\tYmE = "), "fooba");
  EXPECT_EQ(sdk::from_base64("/////g=="), "\xff\xff\xff\xfe");
}

TEST(Base64, ReadsNothingElse) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "=", "====", "A===", "Zg==Zg==", "Z=g=", "Zm9-", "Zm9v_w=="})
    EXPECT_EQ(sdk::from_base64(text), std::nullopt) << text;
}

// One mapping makes an entry for either way into the queue, its own adapter or a document by e-address.
TEST(Entry, OfTheRehabilitationQueueIsTheSameWhicheverWayItGoes) {
  const auto fields = [](const std::string& adapter) {
    const auto library = host::Library::load(
        std::filesystem::path(ADAPTERS_FOLDER) / host::Library::file_name(adapter), adapter);
    std::vector<std::string> names;
    for (const host::RecordType& type : library->descriptor().record_types)
      for (const host::FieldType& field : type.fields)
        if (type.name == "entry") names.push_back(field.name);
    return names;
  };
  const auto queue = fields("rehabilitation_queue");
  auto by_letter = fields("e_address");
  ASSERT_GE(by_letter.size(), queue.size());
  by_letter.resize(queue.size());
  EXPECT_EQ(by_letter, queue);
}

}  // namespace
}  // namespace tilts
