// Files beside a message: a trusted peer signed the message with each file's base64 inside, and it travels
// with xop:Include in its room, as MTOM does. What is forbidden is forbidden although the signature holds.
#include "gateway/exchange/xop.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <gtest/gtest.h>

#include "gateway/exchange/refusal.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/xop.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

using exchange::PartFile;
using exchange::ReceivedPart;

const std::string file_bytes = "not UTF-8: \xFF\xFE\x00 and a line\r\n--";

ReceivedPart part(const std::string& id, const std::string& bytes) {
  auto file = std::make_shared<PartFile>("");
  file->append(bytes);
  return {.id = id,
          .media_type = "application/pdf",
          .sha256 = {},
          .size = bytes.size(),
          .covered = false,
          .file = file,
          .begin = 0};
}

std::string include(const std::string& href, const std::string& more = {}) {
  return "<xop:Include xmlns:xop='" + std::string(xml::xop_namespace) + "' href='" + href + "'" + more + "/>";
}

// The body is signed with `base64` where `written` stands when it travels.
std::string travelling(const std::string& body, const std::string& written) {
  Draft draft = honest(World::get().certificate.get());
  const std::string base64 = xml::base64_encode(file_bytes);
  draft.body = body;
  for (size_t at; (at = draft.body.find("FILE")) != std::string::npos;) draft.body.replace(at, 4, base64);
  std::string message = sign(text(draft), World::get().key.get());
  for (size_t at; (at = message.find(base64)) != std::string::npos;)
    message.replace(at, base64.size(), written);
  return message;
}

struct Judged {
  std::string rule;
  std::vector<ReceivedPart> received;
  std::string body;
};

Judged judge(const std::string& message, std::vector<ReceivedPart> parts, bool is_signed = true,
             bool mtom = true) {
  exchange::Policy policy = attack::policy();
  policy.mtom = mtom;
  policy.signature = is_signed;
  try {
    const exchange::Verifier verifier(policy, std::make_shared<exchange::Trust>(World::get().trust()),
                                      Clock::fixed(Time{std::chrono::seconds{now}}));
    const exchange::Verified verified = verifier.message(message, attack::expectation(), std::move(parts));
    return {{}, verified.received(), std::string(verified.part("Body"))};
  } catch (const exchange::Refusal& refusal) {
    return {refusal.rule(), {}, {}};
  }
}

Judged judge_without(const std::string& rule, const std::string& message, std::vector<ReceivedPart> parts) {
  setenv("TILTS_SKIP_RULE", rule.c_str(), 1);
  Judged judged = judge(message, std::move(parts));
  unsetenv("TILTS_SKIP_RULE");
  return judged;
}

const std::string body_of_one = "<p:Answer xmlns:p='urn:example:p'><p:File>FILE</p:File></p:Answer>";

TEST(Xop, AFileBesideTheMessageIsCoveredByTheSignatureOverItsBase64) {
  const Judged judged =
      judge(travelling(body_of_one, include("cid:one%40here")), {part("one@here", file_bytes)});
  EXPECT_EQ(judged.rule, "");
  ASSERT_EQ(judged.received.size(), 1u);
  EXPECT_TRUE(judged.received[0].covered);
  EXPECT_NE(judged.body.find("<p:File>" + xml::xop_include("one@here") + "</p:File>"), std::string::npos)
      << judged.body;
}

TEST(Xop, AFileThatWasChangedOnItsWayBreaksTheSignature) {
  std::string changed = file_bytes;
  changed.back() = '+';
  EXPECT_EQ(judge(travelling(body_of_one, include("cid:one")), {part("one", changed)}).rule,
            "signature-value");
  EXPECT_EQ(judge(travelling(body_of_one, include("cid:one")), {part("one", file_bytes + "-")}).rule,
            "signature-value");
  EXPECT_EQ(judge(travelling(body_of_one, include("cid:one")), {part("one", "")}).rule, "signature-value");
}

TEST(Xop, AFileThatNothingNamesIsRefusedWhateverTheProfileSaysOfFiles) {
  const std::string message = sign(text(honest(World::get().certificate.get())), World::get().key.get());
  EXPECT_EQ(judge(message, {}, true, false).rule, "");
  EXPECT_EQ(judge(message, {part("one", file_bytes)}, true, false).rule, "xop-unreferenced");
}

TEST(Xop, WithoutASignatureNoFileIsCovered) {
  const Judged judged = judge(travelling(body_of_one, include("cid:one")), {part("one", file_bytes)}, false);
  EXPECT_EQ(judged.rule, "");
  ASSERT_EQ(judged.received.size(), 1u);
  EXPECT_FALSE(judged.received[0].covered);
}

// Every size about the length of a piece and of base64's threes.
TEST(Xop, AnySizeIsHashedAsItsBase64) {
  for (const size_t size : {size_t{1}, size_t{2}, size_t{3}, size_t{4}, size_t{65535}, size_t{65536},
                            size_t{65537}, size_t{131071}, size_t{200000}}) {
    std::string bytes(size, 'x');
    for (size_t at = 0; at < size; ++at) bytes[at] = static_cast<char>(at * 31 + at / 7);
    Draft draft = honest(World::get().certificate.get());
    const std::string base64 = "<p:File>" + xml::base64_encode(bytes) + "</p:File>";
    draft.body = "<p:A xmlns:p='urn:example:p'>" + base64 + "<p:After>text</p:After></p:A>";
    std::string message = sign(text(draft), World::get().key.get());
    message = replaced(message, base64, "<p:File>" + include("cid:a") + "</p:File>");
    EXPECT_EQ(judge(message, {part("a", bytes)}).rule, "") << size;
  }
}

struct Attack {
  std::string rule;
  std::string what;
  std::string body;
  std::string written;
  std::vector<std::string> ids;
};

TEST(Xop, EachRuleRefusesWhatATrustedPeerSigned) {
  const std::string two = "<p:A xmlns:p='urn:example:p'><p:File>FILE</p:File><p:Other>FILE</p:Other></p:A>";
  const std::string beside = "<p:A xmlns:p='urn:example:p'><p:File>FILEAAAA</p:File></p:A>";
  const std::string element = "<p:A xmlns:p='urn:example:p'><p:File>FILE<p:B/></p:File></p:A>";
  const std::vector<Attack> attacks = {
      {"xop-twice", "two places, one file", two, include("cid:one"), {"one"}},
      {"xop-unreferenced", "a file that nothing names", body_of_one, include("cid:one"), {"one", "two"}},
      {"xop-form", "text beside it", beside, include("cid:one"), {"one"}},
      {"xop-form", "an element beside it", element, include("cid:one"), {"one"}},
      {"xop-form", "another attribute", body_of_one, include("cid:one", " x='1'"), {"one"}},
  };
  for (const Attack& attack : attacks) {
    const std::string message = travelling(attack.body, attack.written);
    std::vector<ReceivedPart> parts;
    for (const std::string& id : attack.ids) parts.push_back(part(id, file_bytes));
    EXPECT_EQ(judge(message, parts).rule, attack.rule) << attack.what;
    EXPECT_EQ(judge_without(attack.rule, message, parts).rule, "")
        << attack.what << ": no other rule refuses it";
  }
}

// Without these there would be nothing to hash: no rule can be skipped.
TEST(Xop, AnIncludeThatLeadsToNoPartIsRefused) {
  const auto refused = [](const std::string& href) {
    return judge(travelling(body_of_one, include(href)), {part("one", file_bytes)}).rule;
  };
  EXPECT_EQ(refused("cid:two"), "xop-missing");
  EXPECT_EQ(refused("https://peer.example/one"), "xop-form");
  EXPECT_EQ(refused("file:///etc/passwd"), "xop-form");
  EXPECT_EQ(refused("cid:on%6"), "xop-form");
  EXPECT_EQ(refused("cid:on%zz"), "xop-form");
  EXPECT_EQ(refused(""), "xop-form");
}

TEST(Xop, OutsideOfBodyNothingIsIncluded) {
  Draft draft = honest(World::get().certificate.get());
  const std::string base64 = xml::base64_encode(file_bytes);
  draft.more_headers = "<e:Note xmlns:e='urn:e'>" + base64 + "</e:Note>";
  std::string message = sign(text(draft), World::get().key.get());
  message = replaced(message, base64, include("cid:one"));
  EXPECT_EQ(judge(message, {part("one", file_bytes)}).rule, "xop-form");
  EXPECT_EQ(judge_without("xop-form", message, {part("one", file_bytes)}).rule, "");
}

// As many files as may come, each named among much text: what is done for one is done once.
TEST(Xop, AThousandFilesInALargeMessageAreEachCovered) {
  constexpr int files = 1000;
  const std::string filler(15'000, 't');
  Draft draft = honest(World::get().certificate.get());
  draft.body = "<p:A xmlns:p='urn:example:p'>";
  for (int file = 0; file < files; ++file) draft.body += "<p:F>QUJD</p:F><p:T>" + filler + "</p:T>";
  draft.body += "</p:A>";
  std::string message = sign(text(draft), World::get().key.get());
  std::vector<ReceivedPart> parts;
  size_t at = 0;
  for (int file = 0; file < files; ++file) {
    const std::string id = "f" + std::to_string(file);
    const std::string named = include("cid:" + id);
    at = message.find("<p:F>QUJD", at) + 5;
    message.replace(at, 4, named);
    at += named.size();
    parts.push_back(part(id, "ABC"));
  }
  const Judged judged = judge(message, parts);
  EXPECT_EQ(judged.rule, "");
  ASSERT_EQ(judged.received.size(), size_t{files});
  EXPECT_TRUE(std::ranges::all_of(judged.received, &ReceivedPart::covered));
}

// A Body that thirty References name would have its files hashed thirty times.
TEST(Xop, FilesCountAsOctetsThatAreCanonicalised) {
  Draft draft = honest(World::get().certificate.get());
  const std::string bytes(100'000, 'a');
  const std::string base64 = xml::base64_encode(bytes);
  draft.body = "<p:File xmlns:p='urn:example:p'>" + base64 + "</p:File>";
  for (const size_t more : {size_t{0}, size_t{1}, size_t{2}, size_t{3}}) {
    Draft repeated = draft;
    repeated.references.insert(repeated.references.end(), more, {"#body", exclusive()});
    std::string message = sign(text(repeated), World::get().key.get());
    message = replaced(message, base64, include("cid:one"));
    EXPECT_EQ(judge(message, {part("one", bytes)}).rule, more < 2 ? "" : "octets") << more;
  }
}

}  // namespace
}  // namespace tilts::attack
