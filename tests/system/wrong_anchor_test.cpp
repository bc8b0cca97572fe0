// A server that is not the registry, or an anchor that is not the registry's: nothing goes to it, nobody asks
// it again, and the run says that it is a matter of trust and not of the weather.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tls_server.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using pull::RunState;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(WrongAnchor, ARunIsUntrustedAndAsksOnce) {
  City city;
  city.night(initial());
  const auto table = city.table("residents");
  ASSERT_EQ(table.size(), 300u);

  const std::string right = "<tls anchor=\"" + city.file("authority.pem").string();
  const std::string wrong = "<tls anchor=\"" + city.file("stranger-authority.pem").string();
  city.edit_configuration(right, wrong);
  const pull::RunReport report = city.night();
  EXPECT_EQ(name(report.state), name(RunState::untrusted)) << report.sentence;
  EXPECT_THAT(report.sentence,
              AllOf(HasSubstr("its TLS certificate is not trusted"), Not(HasSubstr("tried"))));
  EXPECT_FALSE(report.fetched);
  EXPECT_EQ(city.table("residents"), table);

  Command command(city, {"run", "residents"});
  EXPECT_EQ(command.end(), 5) << command.err();

  city.edit_configuration(wrong, right);
  EXPECT_TRUE(city.night().fetched) << "the next night carries on";
}

TEST(WrongAnchor, AServerOfAnotherNameIsSentNothing) {
  City city;
  city.night(initial());
  // The municipality's own certificate leads to the same anchor, and is for no host.
  const support::TlsServer elsewhere(
      {city.file("client.pem").string(), city.file("client.key").string(), "", false},
      [](const support::ServerRequest&) { return support::ServerReply{}; });
  city.edit_configuration(city.registry().endpoint(), elsewhere.address("127.0.0.1"));
  const pull::RunReport report = city.night();
  EXPECT_EQ(name(report.state), name(RunState::untrusted)) << report.sentence;
  EXPECT_EQ(elsewhere.requests(), 0u);
}

}  // namespace
}  // namespace tilts::system_test
