// `tilts check --online`: one sentence for each way in which a registry can be out of reach.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tls_server.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Checked {
  explicit Checked(const City& city) {
    Command command(city, {"check", "--online", "population"});
    exit = command.end();
    out = command.out();
    err = command.err();
  }
  int exit;
  std::string out, err;
};

std::string at(const City& city, const char* name) { return "\"" + city.file(name).string() + "\""; }

// Where nothing of the simulator's is asked, the endpoint is all that changes.
void move(City& city, const std::string& endpoint) {
  city.edit_configuration(city.registry().endpoint(), endpoint);
}

TEST(CheckOnline, AllIsWell) {
  City city;
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 0) << checked.err;
  EXPECT_THAT(checked.out,
              AllOf(HasSubstr("ok      name              resolves to 127.0.0.1\n"),
                    HasSubstr("ok      TLS               its certificate leads to our anchor\n"),
                    HasSubstr("ok      our certificate   was accepted\n"), HasSubstr("ok      clock"),
                    HasSubstr("ok      one harmless call a fault signed by ")));
  EXPECT_THAT(checked.err, IsEmpty());
  EXPECT_EQ(city.registry().counter("persons"), 0);
}

TEST(CheckOnline, EveryAnchorCountsAsItDoesAtNight) {
  City city;
  const std::string right = "<tls anchor=" + at(city, "authority.pem") + "/>";
  city.edit_configuration(right, "<tls anchor=" + at(city, "stranger-authority.pem") + "/>" + right);
  EXPECT_EQ(Checked(city).exit, 0);
}

TEST(CheckOnline, AKeyUnderAPassphraseOpensTls) {
  City city;
  const std::string key = city.file("client.key").string(), locked = city.file("locked.key").string();
  const std::string lock = "umask 077; echo secret >'" + city.file("passphrase").string() +
                           "'; openssl pkey -in '" + key + "' -out '" + locked +
                           "' -aes256 -passout pass:secret";
  ASSERT_EQ(std::system(lock.c_str()), 0);
  city.edit_configuration("key=\"" + key + "\"", "key=\"" + locked + "\" passphrase-file=\"passphrase\"");
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 0) << checked.err;
}

TEST(CheckOnline, ANameThatDoesNotResolve) {
  City city;
  move(city, "https://registry.invalid/population");
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 6);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("FAILED  name              the name does not resolve: "),
                                 HasSubstr("registry.invalid")));
}

TEST(CheckOnline, NobodyListens) {
  City city;
  city.stop_registry();
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 6);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("FAILED  connection"), HasSubstr("is the port right?")));
}

TEST(CheckOnline, ACertificateThatNoAnchorOfOursKnows) {
  City city;
  city.edit_configuration("<tls anchor=" + at(city, "authority.pem"),
                          "<tls anchor=" + at(city, "stranger-authority.pem"));
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 5);
  EXPECT_THAT(checked.err, HasSubstr("FAILED  TLS               its certificate is not the one we trust: "));
}

TEST(CheckOnline, ACertificateForAnotherHost) {
  City city;
  const support::TlsServer server(
      {city.file("client.pem").string(), city.file("client.key").string(), "", false},
      [](const support::ServerRequest&) { return support::ServerReply{}; });
  move(city, server.address("127.0.0.1"));
  const Checked checked(city);
  EXPECT_EQ(checked.exit, 5);
  EXPECT_THAT(checked.err, HasSubstr("its certificate is not the one we trust: "));
}

TEST(CheckOnline, OurCertificateIsNotAccepted) {
  City city;
  city.edit_configuration("certificate=" + at(city, "client.pem") + " key=" + at(city, "client.key"),
                          "certificate=" + at(city, "stranger.pem") + " key=" + at(city, "stranger.key"));
  const Checked by_tls13(city);
  EXPECT_EQ(by_tls13.exit, 6);
  EXPECT_THAT(by_tls13.err, AllOf(HasSubstr("FAILED  our certificate   was not accepted: "),
                                  HasSubstr("which certificate it expects of us")));
  EXPECT_THAT(by_tls13.out, HasSubstr("ok      TLS"));

  const support::TlsServer server(
      {city.file("registry-tls.pem").string(), city.file("registry-tls.key").string(),
       city.file("authority.pem").string(), true},
      [](const support::ServerRequest&) { return support::ServerReply{}; });
  move(city, server.address("127.0.0.1"));
  const Checked by_tls12(city);
  EXPECT_EQ(by_tls12.exit, 6);
  EXPECT_THAT(by_tls12.err, HasSubstr("FAILED  our certificate   was not accepted: unknown CA; "));
}

TEST(CheckOnline, ClocksThatDisagree) {
  City city;
  city.registry().post("/clock", R"({"offset":120})");
  const Checked behind(city);
  EXPECT_EQ(behind.exit, 78);
  EXPECT_THAT(behind.err,
              AllOf(HasSubstr("FAILED  clock"), HasSubstr(" s behind the registry's; set it by NTP")));
  city.registry().post("/clock", R"({"offset":-120})");
  EXPECT_THAT(Checked(city).err, HasSubstr(" s ahead of the registry's"));
  city.registry().post("/clock", R"({"offset":15})");
  EXPECT_EQ(Checked(city).exit, 0);
}

TEST(CheckOnline, TheHarmlessCallIsRefusedOrNotToBeTrusted) {
  City city;
  city.registry().fault(
      R"({"kind":"http-status","value":503,"nth":2,"count":0})");  // the first is the greeting
  const Checked refused(city);
  city.registry().remove("/faults");
  EXPECT_EQ(refused.exit, 6);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("FAILED  one harmless call "), HasSubstr("HTTP status 503")));
  EXPECT_THAT(refused.out, HasSubstr("ok      clock"));

  city.edit_configuration("<trust anchor=" + at(city, "authority.pem"),
                          "<trust anchor=" + at(city, "stranger-authority.pem"));
  const Checked untrusted(city);
  EXPECT_EQ(untrusted.exit, 6);  // an HTTP status of refusal: what it says beside it counts for nothing
  EXPECT_THAT(untrusted.err, AllOf(HasSubstr("FAILED  one harmless call "),
                                   HasSubstr("it claims a fault (Sender), which counts for nothing: "),
                                   HasSubstr("anchor")));
}

TEST(CheckOnline, KnowsItsRegistries) {
  City city;
  Command command(city, {"check", "--online", "nobody"});
  EXPECT_EQ(command.end(), 2);
  EXPECT_THAT(command.err(), HasSubstr("no registry is called nobody"));
}

}  // namespace
}  // namespace tilts::system_test
