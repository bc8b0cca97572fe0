#include "plugins/host/content.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "plugins/sdk/writer.h"

namespace tilts::host {
namespace {

using testing::HasSubstr;

std::string written(const sdk::Writer& writer) {
  xml::CanonicalWriter to;
  Content::calls(std::string(writer.bytes())).write(to);
  return to.take();
}

std::string refusal(const std::string& batch, size_t depth = 256) {
  try {
    Content::calls(batch, depth);
    return "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::bug);
    return error.what();
  }
}

std::string refusal(const sdk::Writer& writer, size_t depth = 256) {
  return refusal(std::string(writer.bytes()), depth);
}

TEST(Content, WritesTheCallsAsCanonicalXml) {
  sdk::Writer writer;
  const sdk::Namespace p = writer.name("p", "urn:p");
  writer.start(p, "List");
  const sdk::Namespace t = writer.name("t", "urn:t");
  writer.attribute("b", "2 < 3 & \"4\"");
  writer.attribute(t, "a", "1");
  writer.declare(t);
  writer.element(p, "Code", "ā&<>");
  writer.element(t, "Empty", "");
  writer.element({}, "bare", "x");
  writer.end();
  EXPECT_EQ(written(writer),
            "<p:List xmlns:p=\"urn:p\" xmlns:t=\"urn:t\" b=\"2 &lt; 3 &amp; &quot;4&quot;\" "
            "t:a=\"1\"><p:Code>ā&amp;&lt;&gt;</p:Code>"
            "<t:Empty></t:Empty><bare>x</bare></p:List>");
}

TEST(Content, RefusesCallsThatDoNotFit) {
  sdk::Writer open;
  open.start({}, "a");
  EXPECT_THAT(refusal(open), HasSubstr("1 elements are not ended"));
  sdk::Writer two = open;
  two.end();
  EXPECT_EQ(refusal(two), "taken");
  sdk::Writer again = two;
  again.start({}, "b");
  EXPECT_THAT(refusal(again), HasSubstr("writer call 3: a second root element"));
  sdk::Writer ended = two;
  ended.end();
  EXPECT_THAT(refusal(ended), HasSubstr("writer call 3: an end without a start"));
  sdk::Writer outside = two;
  outside.text("x");
  EXPECT_THAT(refusal(outside), HasSubstr("text outside the root element"));
  sdk::Writer late = open;
  late.text("x");
  late.attribute("b", "c");
  EXPECT_THAT(refusal(late), HasSubstr("writer call 3: an attribute that does not follow its start"));
  sdk::Writer unnamed;
  unnamed.start({1}, "a");
  EXPECT_THAT(refusal(unnamed), HasSubstr("writer call 1: its namespace was not named"));
  sdk::Writer no_uri;
  no_uri.name("p", "");
  EXPECT_THAT(refusal(no_uri), HasSubstr("a namespace has no URI"));
  sdk::Writer nothing = open;
  nothing.declare({});
  EXPECT_THAT(refusal(nothing), HasSubstr("it declares no namespace"));
  sdk::Writer deep = open;
  deep.start({}, "b");
  EXPECT_THAT(refusal(deep, 1), HasSubstr("nested too deep"));
  EXPECT_THAT(refusal(""), HasSubstr("no element"));
  EXPECT_THAT(refusal("\x09"), HasSubstr("writer call 1: 9 is not a call of the contract"));
}

TEST(Content, BelievesNoLength) {
  sdk::Writer writer;
  const sdk::Namespace p = writer.name("p", "urn:p");
  writer.start(p, "List");
  writer.attribute(p, "a", "value");
  writer.text("text");
  writer.end();
  const std::string whole(writer.bytes());
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refusal(whole.substr(0, size)), "taken") << size;
  for (size_t place = 0; place < whole.size(); ++place) {
    std::string changed = whole;
    changed[place] = '\xFF';
    refusal(changed);  // whatever it says, it reads nothing outside (AddressSanitizer)
  }
}

TEST(Content, WhatXmlDoesNotHaveIsRefusedByTheWriter) {
  for (const auto& [name, text] : {std::pair{"a b", "x"}, std::pair{"a", "\x01"}, std::pair{"a", "\xE2"}}) {
    sdk::Writer writer;
    writer.element({}, name, text);
    EXPECT_THROW(written(writer), Error) << name;
  }
}

TEST(Content, ReadyBytesAreNotWrittenAsCalls) {
  const Content ready = Content::ready("{}", "application/json");
  EXPECT_EQ(ready.bytes(), "{}");
  xml::CanonicalWriter to;
  EXPECT_THROW(ready.write(to), Error);
}

}  // namespace
}  // namespace tilts::host
