// What the request service's helper decides by itself; its conversation is shown by the adapters' cases.
#include <gtest/gtest.h>

#include "gateway/xml/canonical_writer.h"
#include "plugins/host/content.h"
#include "plugins/request_service/envelope.h"
#include "plugins/request_service/ivis_error.h"

namespace tilts::request_service {
namespace {

TEST(RequestService, KnowsAUrnOfItsOwn) {
  EXPECT_TRUE(is_urn("URN:IVIS:100001:EP.DA-DA29-V1-0"));
  EXPECT_TRUE(is_urn("URN:IVIS:100001:" + std::string(133, 'a')));
  EXPECT_FALSE(is_urn("URN:IVIS:100001:" + std::string(134, 'a')));
  EXPECT_FALSE(is_urn("urn:ivis:100001:EP.DA-DA29-V1-0"));
  EXPECT_FALSE(is_urn("URN:IVIS:10001:EP.DA-DA29-V1-0"));
  EXPECT_FALSE(is_urn("URN:IVIS:1000010:EP"));
  EXPECT_FALSE(is_urn("URN:IVIS:100001:a b"));
  EXPECT_FALSE(is_urn("URN:IVIS:100001"));
  EXPECT_FALSE(is_urn(""));
}

TEST(RequestService, KnowsAUuidOfItsOwn) {
  EXPECT_TRUE(is_uuid("7d0c8a52-1f3e-4b61-9c7a-0d2e4f6a8b9c"));
  EXPECT_FALSE(is_uuid("7D0C8A52-1f3e-4b61-9c7a-0d2e4f6a8b9c"));
  EXPECT_FALSE(is_uuid("urn:uuid:7d0c8a52-1f3e-4b61-9c7a-0d2e4f6a8b9c"));
  EXPECT_FALSE(is_uuid("7d0c8a521f3e4b619c7a0d2e4f6a8b9c"));
}

// What is measured before sending is what is written, to the byte.
TEST(RequestService, MeasuresWhatIsWritten) {
  sdk::Writer to;
  const sdk::Namespace r = to.name("r", "urn:r");
  const sdk::Namespace p = to.name("p", "urn:a&b");
  const sdk::Namespace q = to.name("q", "urn:q");
  to.start(r, "Root");
  to.attribute("plain", "\"a\" < b & c > d\t\n\r");
  to.attribute(q, "named", "v");
  for (int times = 0; times < 2; ++times) {
    to.start(p, "Again");
    to.declare(q);
    to.text("a & b < c > d \r \xC4\x81 \"");
    to.element(p, "Inside", "");
    to.end();
  }
  to.element({}, "nowhere", "x");
  to.start(q, "Q");
  to.element(p, "Inside", "y");
  to.end();
  to.end();
  xml::CanonicalWriter writer;
  writer.content([&](xml::CanonicalWriter& inside) {
    host::Content::calls(std::string(to.bytes()), 256).write(inside);
  });
  EXPECT_EQ(xml_size(to), writer.take().size());
}

TEST(RequestService, EveryErrorHasItsNextStep) {
  const Service service{.destination = {},
                        .message_type = {},
                        .answer_type = {},
                        .destination_place = "x-destination in the profile",
                        .message_type_place = "x-message-type in the profile",
                        .asynchronous = false,
                        .sender = {}};
  const auto of = [&](int number) { return ivis_error(std::to_string(number), service); };
  for (const int number : {4, 5}) EXPECT_EQ(of(number).then, IvisError::Then::new_transaction) << number;
  EXPECT_EQ(of(19).then, IvisError::Then::smaller_list);
  for (const int number : {6, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 23}) {
    EXPECT_EQ(of(number).then, IvisError::Then::fail) << number;
    EXPECT_EQ(of(number).code, sdk::Code::config) << number;
  }
  for (const int number : {1, 2, 16, 17, 18, 22}) EXPECT_EQ(of(number).code, sdk::Code::bug) << number;
  for (const char* number : {"3", "7", "24", "0", "", "5x"})
    EXPECT_EQ(ivis_error(number, service).code, sdk::Code::declined) << number;
  EXPECT_EQ(of(10).next, "mend x-destination in the profile");
  EXPECT_EQ(of(21).next, "mend x-message-type in the profile");
}

}  // namespace
}  // namespace tilts::request_service
