#include "gateway/exchange/mime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/exchange/mtom.h"
#include "gateway/exchange/refusal.h"
#include "tests/support/temporary_folder.h"

namespace tilts::exchange {
namespace {

using testing::HasSubstr;

const std::string media_type =
    R"(multipart/related; type="application/xop+xml"; start="<root>"; start-info="application/soap+xml"; boundary="b=1")";
const std::string root_header =
    "Content-ID: <root>\r\nContent-Type: application/xop+xml; charset=UTF-8; "
    "type=\"application/soap+xml\"\r\n"
    "Content-Transfer-Encoding: binary\r\n";

std::string part(const std::string& header, const std::string& content) {
  return "\r\n--b=1\r\n" + header + "\r\n" + content;
}
std::string message(const std::string& more, const std::string& root = part(root_header, "<root/>")) {
  return root.substr(2) + more + "\r\n--b=1--\r\n";
}
const std::string one =
    part("Content-Id: <one@x>\r\nContent-Type: application/pdf\r\n", "\r\n--b=2\r\n\xFF\r");

struct Read {
  MimeMessage message;
  std::string refused;  // rule, or the sentence of another error
};

Read read(const std::string& bytes, size_t piece = 100'000, const std::string& type = media_type,
          MimeLimits limits = {}) {
  try {
    MimeReader reader(type, limits);
    for (size_t at = 0; at < bytes.size(); at += piece) reader.add(std::string_view(bytes).substr(at, piece));
    return {reader.finish(), {}};
  } catch (const Refusal& refusal) {
    return {{}, refusal.rule()};
  } catch (const Error& error) {
    return {{}, error.what()};
  }
}

std::string bytes_of(const ReceivedPart& part) {
  std::string bytes;
  part.read([&](std::string_view piece) { bytes += piece; });
  return bytes;
}

TEST(Mime, IsReadInPiecesOfAnySize) {
  const std::string bytes = message(one + part("Content-ID: <two>\r\n", ""));
  const support::TemporaryFolder folder;
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{7}, size_t{64}, bytes.size()}) {
    const Read got = read(bytes, piece, media_type, {.folder = folder.path().string()});
    EXPECT_EQ(got.refused, "");
    EXPECT_EQ(got.message.root, "<root/>");
    ASSERT_EQ(got.message.parts.size(), 2u);
    EXPECT_EQ(got.message.parts[0].id, "one@x");
    EXPECT_EQ(got.message.parts[0].media_type, "application/pdf");
    EXPECT_EQ(bytes_of(got.message.parts[0]), "\r\n--b=2\r\n\xFF\r");
    EXPECT_EQ(got.message.parts[0].sha256, to_hex([] {
                Sha256 hash;
                hash.add("\r\n--b=2\r\n\xFF\r");
                return hash.finish();
              }()));
    EXPECT_EQ(bytes_of(got.message.parts[1]), "");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file of the parts has a name";
}

// RFC 2046, 5.1.1: the empty line of a header may be all that stands before the next delimiter.
TEST(Mime, APartMayEndWhereItsHeaderDoes) {
  const Read got = read(message("\r\n--b=1\r\nContent-ID: <two>\r\n"));
  EXPECT_EQ(got.refused, "");
  ASSERT_EQ(got.message.parts.size(), 1u);
  EXPECT_EQ(bytes_of(got.message.parts[0]), "");
}

TEST(Mime, TakesItsRootWhereStartSaysAndElseFirst) {
  const std::string later = part("Content-ID: <one>\r\n", "1") + part(root_header, "<root/>");
  EXPECT_EQ(read(later.substr(2) + "\r\n--b=1--").message.root, "<root/>");
  const std::string without = R"(multipart/related; type="application/xop+xml"; boundary="b=1")";
  EXPECT_EQ(read(message(one), 5, without).message.root, "<root/>");
  EXPECT_EQ(read(later.substr(2) + "\r\n--b=1--", 5, without).refused, "mime-root");
}

TEST(Mime, WhatIsCutShortMayBeAskedAgain) {
  const std::string bytes = message(one);
  for (size_t size = 0; size < bytes.size() - 4; ++size)
    EXPECT_THAT(read(bytes.substr(0, size)).refused, HasSubstr("cut short")) << size;
}

TEST(Mime, IsRefusedWithItsOwnRule) {
  const auto refused = [](const std::string& bytes) { return read(bytes, 3).refused; };
  EXPECT_EQ(refused(message(one + one)), "mime-content-id") << "twice";
  EXPECT_EQ(refused(message(part("Content-Type: text/plain\r\n", "1"))), "mime-content-id") << "none";
  EXPECT_EQ(refused(message(part("Content-ID: one\r\n", "1"))), "mime-content-id") << "no brackets";
  EXPECT_EQ(refused(message(part("Content-ID: <1>\r\nContent-ID: <2>\r\n", "1"))), "mime-form") << "two ids";
  EXPECT_EQ(refused(message(part("Content-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n", "1"))),
            "mime-encoding");
  EXPECT_EQ(refused(message(one, part("Content-ID: <root>\r\nContent-Type: text/xml\r\n", "<root/>"))),
            "mime-root")
      << "another type";
  EXPECT_EQ(refused("hidden\r\n--b=1\r\n" + message(one)), "mime-form") << "a preamble";
  EXPECT_EQ(refused("--c=1" + message(one).substr(5)), "mime-form") << "another boundary at first";
  EXPECT_EQ(refused("--b=1 x\r\n\r\n"), "mime-form") << "behind the boundary";
  EXPECT_EQ(refused(message(part(std::string(9000, 'x'), "1"))), "mime-form") << "an endless header";
  EXPECT_EQ(refused("--b=1\r\nContent-ID: <other>\r\n\r\n1\r\n--b=1--\r\n"), "mime-root") << "no root";
}

TEST(Mime, ItsMediaTypeIsJudgedToo) {
  const auto refused = [](const std::string& type) { return read(message(one), 9, type).refused; };
  EXPECT_EQ(refused("multipart/related; type=\"application/xop+xml\""), "mime-form") << "no boundary";
  EXPECT_EQ(
      refused("multipart/related; type=\"application/xop+xml\"; boundary=\"" + std::string(71, 'b') + "\""),
      "mime-form");
  EXPECT_EQ(refused("multipart/related; type=\"text/xml\"; boundary=\"b=1\""), "mime-root") << "SwA";
}

TEST(Mime, ABoundaryHasAtMostSeventyCharacters) {
  for (const size_t length : {size_t{70}, size_t{71}}) {
    const std::string boundary(length, 'b');
    const std::string bytes =
        "--" + boundary + "\r\n" + root_header + "\r\n<root/>\r\n--" + boundary + "--\r\n";
    const std::string type = "multipart/related; type=\"application/xop+xml\"; boundary=" + boundary;
    EXPECT_EQ(read(bytes, 9, type).refused, length == 70 ? "" : "mime-form");
  }
}

TEST(Mime, HasBoundsOfItsOwn) {
  EXPECT_EQ(read(message(one), 3, media_type, {.root_bytes = 6}).refused, "mime-size");
  EXPECT_EQ(read(message(one), 3, media_type, {.parts_bytes = 10}).refused, "mime-size");
  EXPECT_EQ(read(message(one), 3, media_type, {.parts_bytes = 11}).refused, "");
  EXPECT_EQ(read(message(one), 3, media_type, {.parts = 0}).refused, "mime-size");
}

TEST(Mtom, WhatIsPackedIsReadAgain) {
  const auto bytes = std::make_shared<const std::string>("\r\n--tilts\x00 1", 12);
  const Packed packed = pack(SoapVersion::v1_2, "urn:act", "<soap/>", {{"a@tilts", "image/png", bytes}});
  EXPECT_THAT(packed.media_type, HasSubstr("action=\"urn:act\""));
  const Read got = read(packed.bytes, 4, packed.media_type);
  EXPECT_EQ(got.refused, "");
  EXPECT_EQ(got.message.root, "<soap/>");
  ASSERT_EQ(got.message.parts.size(), 1u);
  EXPECT_EQ(bytes_of(got.message.parts[0]), *bytes);
  const MimeMessage kept = open_kept(kept_form(packed));
  EXPECT_EQ(kept.root, "<soap/>");
  EXPECT_EQ(bytes_of(kept.parts.at(0)), *bytes);
}

TEST(Mtom, EvidenceKeepsSmallFilesAndNamesLargeOnes) {
  const MimeMessage arrived = read(message(one)).message;
  EXPECT_EQ(bytes_of(open_kept(kept_form(arrived, 11)).parts.at(0)), bytes_of(arrived.parts[0]));
  const std::string named = kept_form(arrived, 10);
  EXPECT_THAT(named, HasSubstr("Tilts-Sha256: " + arrived.parts[0].sha256));
  EXPECT_THROW(open_kept(named), Refusal);
  MimeMessage odd = arrived;  // as it may come, and has to be read again
  odd.parts[0].id = "root@tilts";
  odd.parts[0].media_type = "text/plain; name=" + std::string(8000, 'n');
  EXPECT_EQ(bytes_of(open_kept(kept_form(odd, 11)).parts.at(0)), bytes_of(arrived.parts[0]));
  EXPECT_EQ(open_kept("<soap/>").root, "<soap/>");
}

}  // namespace
}  // namespace tilts::exchange
