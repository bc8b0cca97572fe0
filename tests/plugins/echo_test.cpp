#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "plugins/host/adapter.h"
#include "tests/plugins/fake_services.h"

namespace tilts::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Library> echo() {
  return Library::load(std::filesystem::path(ADAPTERS_FOLDER) / Library::file_name("echo"), "echo");
}

std::string response(const std::string& content) {
  return "<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><EchoResponse "
         "xmlns=\"urn:tilts:echo:1\">" +
         content + "</EchoResponse></s:Body>";
}

// Says back everybody it is asked about.
std::string says_back(const Request& request) {
  std::string people;
  for (const std::string& code : request.subjects)
    people += "<Person><Code>" + code + "</Code><Text>sveiki</Text></Person>";
  return response(people);
}

TEST(Echo, AsksForTheRosterInPagesAndKeepsEachPage) {
  FakeServices services;
  services.people = {"01017000001", "01017000002", "01017000003", "01017000004", "01017000005"};
  services.registry = says_back;
  Adapter adapter(echo(), {{"page-size", "2"}, {"greeting", "labdien & <ēģ>"}});
  EXPECT_EQ(adapter.pull(services, "everyone", ""), Ended::done);

  ASSERT_EQ(services.requests.size(), 3u);
  EXPECT_EQ(services.requests[0].operation, "Echo");
  EXPECT_THAT(services.requests[0].subjects, ElementsAre("01017000001", "01017000002"));
  EXPECT_EQ(FakeServices::xml(services.requests[2]),
            "<e:Echo xmlns:e=\"urn:tilts:echo:1\" greeting=\"labdien &amp; "
            "&lt;ēģ>\"><e:Code>01017000005</e:Code></e:Echo>");
  EXPECT_THAT(services.cursors, ElementsAre("2", "4", "5"));
  EXPECT_EQ(services.total, 5u);
  ASSERT_EQ(services.kept.size(), 5u);
  EXPECT_EQ(services.kept[4],
            (Record{"person", "01017000005", "", true, "", {{"code", "01017000005"}, {"text", "sveiki"}}}));
}

TEST(Echo, GoesOnFromTheCursor) {
  FakeServices services;
  services.people = {"01017000001", "01017000002", "01017000003"};
  services.registry = says_back;
  Adapter adapter(echo(), {{"page-size", "2"}});
  adapter.pull(services, "everyone", "2");
  ASSERT_EQ(services.requests.size(), 1u);
  EXPECT_THAT(services.requests[0].subjects, ElementsAre("01017000003"));
}

TEST(Echo, AMissingPersonIsDeclinedAndThePageNotKept) {
  FakeServices services;
  services.people = {"01017000001", "01017000002"};
  services.registry = [](const Request&) { return response("<Person><Code>01017000001</Code></Person>"); };
  Adapter adapter(echo(), {});
  try {
    adapter.pull(services, "everyone", "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::declined);
    EXPECT_STREQ(error.what(),
                 "adapter echo: operation everyone: response urn:uuid:4f1c: not as many people as were asked "
                 "for; ask the registry");
  }
  EXPECT_THAT(services.kept, testing::IsEmpty());
}

TEST(Echo, ParksAndResumes) {
  FakeServices services;
  services.registry = [](const Request&) { return response("<Ticket>T-1</Ticket>"); };
  Adapter adapter(echo(), {});
  EXPECT_EQ(adapter.pull(services, "later", ""), Ended::parked);
  EXPECT_EQ(services.token, "T-1");

  FakeServices later;
  later.registry = [](const Request&) { return response("<Person><Code>01017000001</Code></Person>"); };
  Adapter next(echo(), {});
  EXPECT_EQ(next.resume(later, "later", nullptr, services.token), Ended::done);
  EXPECT_THAT(FakeServices::xml(later.requests[0]), HasSubstr("reference=\"T-1\""));
  EXPECT_EQ(later.kept.size(), 1u);
}

TEST(Echo, SubmitsOnceAndSettles) {
  const Entry entry{{"person", "01017000001", "", true, "", {}}, "key-1"};
  FakeServices services;
  services.registry = [](const Request&) { return response("<Ticket>R-7</Ticket>"); };
  Adapter adapter(echo(), {});
  EXPECT_EQ(adapter.push(services, "note", entry), Ended::done);
  EXPECT_EQ(services.submissions.size(), 1u);
  EXPECT_THAT(FakeServices::xml(services.submissions[0]), HasSubstr("reference=\"key-1\""));
  EXPECT_EQ(services.settlement, "received R-7");

  services.registry = [](const Request&) { return response(""); };
  EXPECT_EQ(adapter.inquire(services, "note", entry), Ended::done);
  EXPECT_EQ(services.settlement, "absent the registry knows no such note");
}

}  // namespace
}  // namespace tilts::host
