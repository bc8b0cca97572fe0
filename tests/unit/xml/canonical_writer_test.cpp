#include "gateway/xml/canonical_writer.h"

#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/evp.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"

namespace tilts::xml {
namespace {

using testing::HasSubstr;

// What libxml2 says the exclusive canonical form of the first element called `apex` is.
std::string canonical(const std::string& document, const std::string& apex, std::string prefixes = {}) {
  const Handle<xmlDoc, xmlFreeDoc> doc(
      xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr, nullptr, XML_PARSE_NONET));
  if (doc == nullptr) return "not well-formed: " + document;
  struct Search {
    std::string apex;
    static int inside(void* self, xmlNode* node, xmlNode* parent) {
      const std::string& wanted = static_cast<Search*>(self)->apex;
      if (node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE) node = parent;
      for (; node != nullptr; node = node->parent)
        if (node->type == XML_ELEMENT_NODE && reinterpret_cast<const char*>(node->name) == wanted) return 1;
      return 0;
    }
  } search{apex};
  std::vector<xmlChar*> list;
  for (char* word = std::strtok(prefixes.data(), " "); word != nullptr; word = std::strtok(nullptr, " "))
    list.push_back(reinterpret_cast<xmlChar*>(word));
  list.push_back(nullptr);
  xmlOutputBuffer* out = xmlAllocOutputBuffer(nullptr);
  const int result =
      xmlC14NExecute(doc.get(), Search::inside, &search, XML_C14N_EXCLUSIVE_1_0, list.data(), 0, out);
  std::string bytes(reinterpret_cast<const char*>(xmlOutputBufferGetContent(out)),
                    xmlOutputBufferGetSize(out));
  xmlOutputBufferClose(out);
  return result < 0 ? "no canonical form" : bytes;
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  return std::string(reinterpret_cast<const char*>(digest), sizeof digest);
}

std::string refusal(const std::function<void(CanonicalWriter&)>& write) {
  CanonicalWriter writer;
  try {
    write(writer);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::bug);
    return error.what();
  }
  return "accepted";
}

TEST(CanonicalWriter, declares_a_prefix_once_where_it_is_first_used) {
  CanonicalWriter writer;
  writer.start("urn:a", "root", "a");
  writer.start("urn:b", "child", "b");
  writer.start("urn:a", "leaf", "a");
  writer.text("1 < 2 & \"3\" > 0\r\n");
  writer.end();
  writer.end();
  writer.start("urn:b", "child", "b");
  writer.end();
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes,
            "<a:root xmlns:a=\"urn:a\"><b:child xmlns:b=\"urn:b\"><a:leaf>1 &lt; 2 &amp; \"3\" &gt; 0&#xD;\n"
            "</a:leaf></b:child><b:child xmlns:b=\"urn:b\"></b:child></a:root>");
  EXPECT_EQ(bytes, canonical(bytes, "root"));
}

TEST(CanonicalWriter, sorts_declarations_and_attributes_and_escapes_values) {
  CanonicalWriter writer;
  writer.start("urn:z", "root", "z");
  writer.attribute("urn:b", "x", "b", "1");
  writer.attribute("y", "tab\t line\n return\r <&\">");
  writer.attribute("urn:a", "x", "c", "2");
  writer.attribute("http://www.w3.org/XML/1998/namespace", "lang", "xml", "lv");
  writer.attribute("a", "Jānis Bērziņš");
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes,
            "<z:root xmlns:b=\"urn:b\" xmlns:c=\"urn:a\" xmlns:z=\"urn:z\" a=\"Jānis Bērziņš\" "
            "y=\"tab&#x9; line&#xA; return&#xD; &lt;&amp;&quot;>\" xml:lang=\"lv\" c:x=\"2\" b:x=\"1\">"
            "</z:root>");
  EXPECT_EQ(bytes, canonical(bytes, "root"));
}

TEST(CanonicalWriter, leaves_and_enters_the_default_namespace) {
  CanonicalWriter writer;
  writer.start("urn:a", "root");
  writer.start({}, "plain");
  writer.start("urn:a", "again");
  writer.end();
  writer.end();
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes, "<root xmlns=\"urn:a\"><plain xmlns=\"\"><again xmlns=\"urn:a\"></again></plain></root>");
  EXPECT_EQ(bytes, canonical(bytes, "root"));
}

TEST(CanonicalWriter, gives_an_attribute_another_prefix_when_the_wish_is_taken) {
  CanonicalWriter writer;
  writer.start("urn:a", "root", "p");
  writer.attribute("urn:b", "x", "p", "1");
  writer.attribute("urn:b", "y", "", "2");
  writer.attribute("urn:a", "z", "", "3");
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes,
            "<p:root xmlns:ns1=\"urn:b\" xmlns:p=\"urn:a\" p:z=\"3\" ns1:x=\"1\" ns1:y=\"2\"></p:root>");
  EXPECT_EQ(bytes, canonical(bytes, "root"));
}

TEST(CanonicalWriter, writes_a_part_that_is_its_own_canonical_form) {
  CanonicalWriter writer;
  writer.start("urn:soap", "Envelope", "s");
  writer.start("urn:soap", "Header", "s");
  writer.begin_part(EVP_sha256());
  writer.start("urn:wsa", "To", "a");
  writer.attribute("urn:soap", "must", "s", "1");
  writer.text("urn:to");
  writer.end();
  const WrittenPart to = writer.end_part();
  writer.end();
  writer.begin_part(EVP_sha256());
  writer.start("urn:soap", "Body", "s");
  writer.start("urn:soap", "inner", "s");
  writer.text(std::string(100'000, 'x'));
  writer.end();
  writer.end();
  const WrittenPart body = writer.end_part();
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes.substr(to.begin, to.size), canonical(bytes, "To"));
  EXPECT_EQ(bytes.substr(body.begin, body.size), canonical(bytes, "Body"));
  EXPECT_THAT(bytes.substr(body.begin, 60), HasSubstr("<s:Body xmlns:s=\"urn:soap\"><s:inner>"));
  EXPECT_EQ(to.digest, sha256(bytes.substr(to.begin, to.size)));
  EXPECT_EQ(body.digest, sha256(bytes.substr(body.begin, body.size)));
  EXPECT_EQ(body.prefixes, "");
}

TEST(CanonicalWriter, keeps_a_prefix_that_only_content_uses) {
  CanonicalWriter writer;
  writer.start("urn:soap", "Envelope", "s");
  writer.begin_part(EVP_sha256());
  writer.start("urn:soap", "Body", "s");
  writer.start("urn:p", "value", "p");
  writer.declare("xsd", "http://www.w3.org/2001/XMLSchema");
  writer.attribute("http://www.w3.org/2001/XMLSchema-instance", "type", "xsi", "xsd:string");
  writer.start("urn:p", "inner", "p");
  writer.declare("xsd", "http://www.w3.org/2001/XMLSchema");
  writer.declare("", "urn:p");
  writer.end();
  writer.end();
  writer.end();
  const WrittenPart part = writer.end_part();
  writer.end();
  const std::string bytes = writer.take();
  EXPECT_EQ(part.prefixes, "#default xsd");
  EXPECT_THAT(bytes, HasSubstr("xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""));
  EXPECT_EQ(bytes.substr(part.begin, part.size), canonical(bytes, "Body", part.prefixes));
  EXPECT_NE(bytes.substr(part.begin, part.size), canonical(bytes, "Body"));
}

TEST(CanonicalWriter, says_anything_at_random_in_canonical_form) {
  std::mt19937 random(20261121);
  const auto pick = [&](size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); };
  const std::string prefixes[] = {"", "p", "q", "r", "s"};
  const std::string uris[] = {"urn:1", "urn:2", "urn:3", "urn:4"};
  for (int round = 0; round < 2000; ++round) {
    CanonicalWriter writer;
    writer.start("urn:outer", "Outer", prefixes[1 + pick(4)]);
    writer.begin_part(EVP_sha384());
    writer.start(uris[pick(4)], "Part", prefixes[pick(5)]);
    size_t open = 1;
    bool fresh = true;
    for (size_t step = 0; step < 25; ++step) {
      const size_t what = pick(10);
      if (what < 4) {
        const bool none = pick(6) == 0;
        writer.start(none ? "" : uris[pick(4)], "e" + std::to_string(pick(3)), none ? "" : prefixes[pick(5)]);
        ++open;
        fresh = true;
        if (pick(4) == 0) writer.declare("d", uris[pick(4)]);
      } else if (what < 7 && fresh) {
        const bool none = pick(3) == 0;
        writer.attribute(none ? "" : uris[pick(4)], "a" + std::to_string(step), prefixes[pick(5)], "v\"<\t");
      } else if (what < 8) {
        writer.text("tēksts & ");
        fresh = false;
      } else if (open > 1) {
        writer.end();
        --open;
        fresh = false;
      }
    }
    for (; open > 0; --open) writer.end();
    const WrittenPart part = writer.end_part();
    writer.end();
    const std::string bytes = writer.take();
    ASSERT_EQ(bytes.substr(part.begin, part.size), canonical(bytes, "Part", part.prefixes)) << bytes;
  }
}

TEST(CanonicalWriter, refuses_what_xml_does_not_have) {
  const auto text = [](std::string_view content) {
    return refusal([&](CanonicalWriter& writer) {
      writer.start("urn:a", "root", "a");
      writer.text(content);
      writer.end();
      writer.take();
    });
  };
  const std::string not_xml =
      "writing XML at /a:root: the text holds what is not a character of XML 1.0 in UTF-8";
  for (const std::string_view bad :
       {std::string_view("\0", 1), std::string_view("\x01"), std::string_view("\x1F"),
        std::string_view("\x80"), std::string_view("\xC0\x80"), std::string_view("\xC3"),
        std::string_view("\xE0\x80\x80"), std::string_view("\xED\xA0\x80"), std::string_view("\xEF\xBF\xBE"),
        std::string_view("\xEF\xBF\xBF"), std::string_view("\xF0\x80\x80\x80"),
        std::string_view("\xF4\x90\x80\x80"), std::string_view("\xF8\x88"), std::string_view("a\xE2\x82"),
        std::string_view("\xFF")})
    EXPECT_EQ(text(bad), not_xml);
  for (const std::string_view good : {std::string_view("\t\n\r \x7F"), std::string_view("ā€𐍈"),
                                      std::string_view("\xEF\xBF\xBD"), std::string_view("\xED\x9F\xBF"),
                                      std::string_view("\xEE\x80\x80"), std::string_view("\xF4\x8F\xBF\xBF")})
    EXPECT_EQ(text(good), "accepted");
}

TEST(CanonicalWriter, refuses_names_that_are_none) {
  for (const std::string_view name : {"", "1a", "a b", "a:b", "-a", "a\"", "a>", "\xC3"}) {
    EXPECT_THAT(refusal([&](CanonicalWriter& writer) { writer.start("urn:a", name, "a"); }),
                HasSubstr("not an XML name"));
    EXPECT_THAT(refusal([&](CanonicalWriter& writer) {
                  writer.start("urn:a", "r", "a");
                  writer.attribute(name, "1");
                }),
                HasSubstr("not an XML name"));
  }
  for (const std::string_view prefix : {"xml", "xmlns", "1", "a:b", "a b"})
    EXPECT_THAT(refusal([&](CanonicalWriter& writer) { writer.start("urn:a", "r", prefix); }),
                HasSubstr("not an XML name that may be declared"));
  EXPECT_EQ(refusal([](CanonicalWriter& writer) { writer.start("urn:a", "vārds", "ā"); }), "accepted");
}

TEST(CanonicalWriter, refuses_what_cannot_be_canonical) {
  const auto says = [](std::string_view why, const std::function<void(CanonicalWriter&)>& write) {
    EXPECT_THAT(refusal(write), HasSubstr(std::string(why)));
  };
  says("not an absolute URI", [](CanonicalWriter& w) { w.start("relative/name", "r", "a"); });
  says("no namespace has no prefix", [](CanonicalWriter& w) { w.start("", "r", "a"); });
  says("a namespace of XML itself",
       [](CanonicalWriter& w) { w.start("http://www.w3.org/2000/xmlns/", "r", "a"); });
  says("there twice", [](CanonicalWriter& w) {
    w.start("urn:a", "r", "a");
    w.attribute("x", "1");
    w.attribute("x", "2");
  });
  says("before the element's content", [](CanonicalWriter& w) {
    w.start("urn:a", "r", "a");
    w.text("t");
    w.attribute("x", "1");
  });
  says("text stands inside", [](CanonicalWriter& w) { w.text("t"); });
  says("one outermost element", [](CanonicalWriter& w) {
    w.start("urn:a", "r", "a");
    w.end();
    w.start("urn:a", "r", "a");
  });
  says("below a default namespace", [](CanonicalWriter& w) {
    w.start("urn:a", "r");
    w.begin_part(EVP_sha256());
  });
  says("a part is one element", [](CanonicalWriter& w) {
    w.start("urn:a", "r", "a");
    w.begin_part(EVP_sha256());
    w.start("urn:a", "p", "a");
    w.end();
    w.start("urn:a", "p", "a");
  });
  says("belongs to the envelope", [](CanonicalWriter& w) {
    w.start("urn:a", "r", "t");
    w.begin_part(EVP_sha256());
    w.start("urn:b", "p", "b");
    w.start("urn:b", "q", "b");
    w.declare("t", "urn:c");
  });
}

TEST(CanonicalWriter, lets_a_guest_end_only_what_it_started) {
  EXPECT_THAT(refusal([](CanonicalWriter& writer) {
                writer.start("urn:a", "r", "a");
                writer.content([](CanonicalWriter& guest) { guest.end(); });
              }),
              HasSubstr("more elements are ended"));
  EXPECT_THAT(refusal([](CanonicalWriter& writer) {
                writer.start("urn:a", "r", "a");
                writer.content([](CanonicalWriter& guest) { guest.start("urn:a", "x", "a"); });
              }),
              HasSubstr("started and not ended"));
}

TEST(CanonicalWriter, gives_nothing_out_after_a_refusal_that_was_caught) {
  EXPECT_THAT(refusal([](CanonicalWriter& writer) {
                writer.start("urn:a", "r", "a");
                try {
                  writer.text("kept \x01");
                } catch (const Error&) {
                }
                writer.end();
                writer.take();
              }),
              HasSubstr("an earlier call was refused"));
}

}  // namespace
}  // namespace tilts::xml
