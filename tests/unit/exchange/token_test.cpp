// Tokens: what a security token service is asked, what of its answer is carried, and how long.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/exchange/names.h"
#include "gateway/exchange/token_request.h"
#include "gateway/exchange/token_source.h"
#include "gateway/exchange/verifier.h"
#include "gateway/xml/canonical_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_server.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using std::chrono::seconds;
using support::ServerReply;
using support::ServerRequest;
using support::TlsServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using xml::CanonicalWriter;

constexpr const char* audience = "urn:test:hub";
constexpr std::string_view xs = "http://www.w3.org/2001/XMLSchema";

void element(CanonicalWriter& to, std::string_view uri, std::string_view local, std::string_view prefix,
             std::string_view text) {
  to.start(uri, local, prefix);
  to.text(text);
  to.end();
}

// What an answer of the service may be like.
struct Issued {
  std::string id = "_1";
  std::string name = "AU:100001";
  Time expires;
  std::string type{names::saml2_token};
  std::string applies_to = audience;
  int tokens = 1;
  bool encrypted = false;
  bool reference = false;
  bool proof_key = false;
  bool lifetime = true;
  std::optional<Time> not_on_or_after{};
};

void write_token(CanonicalWriter& to, const Issued& issued) {
  if (issued.encrypted) {
    to.start(names::saml2, "EncryptedAssertion", "saml");
    element(to, names::xenc, "EncryptedData", "xenc", issued.name);
    return to.end();
  }
  to.start(names::saml2, "Assertion", "saml");
  to.attribute("ID", issued.id);
  if (issued.not_on_or_after) {
    to.start(names::saml2, "Conditions", "saml");
    to.attribute("NotOnOrAfter", to_text(*issued.not_on_or_after));
    to.end();
  }
  to.start(names::saml2, "AttributeValue", "saml");
  to.attribute("http://www.w3.org/2001/XMLSchema-instance", "type", "xsi", "xs:string");
  to.text(issued.name);
  to.end();
  to.end();
}

void write_reference(CanonicalWriter& to) {
  to.start(names::wst, "RequestedAttachedReference", "wst");
  to.start(names::wsse, "SecurityTokenReference", "wsse");
  to.start(names::wsse, "KeyIdentifier", "wsse");
  to.attribute("ValueType", names::saml_id);
  to.text("_given");
  to.end();
  to.end();
  to.end();
}

// The namespace that an attribute's value needs is declared far outside of the assertion.
Content response(const Issued& issued) {
  return [issued](CanonicalWriter& to) {
    to.start(names::wst, "RequestSecurityTokenResponseCollection", "wst");
    to.declare("xs", xs);
    to.start(names::wst, "RequestSecurityTokenResponse", "wst");
    element(to, names::wst, "TokenType", "wst", issued.type);
    to.start(names::wst, "RequestedSecurityToken", "wst");
    for (int i = 0; i < issued.tokens; ++i) write_token(to, issued);
    to.end();
    if (issued.reference) write_reference(to);
    if (issued.proof_key) element(to, names::wst, "RequestedProofToken", "wst", "");
    to.start(names::wsp, "AppliesTo", "wsp");
    to.start(names::wsa, "EndpointReference", "wsa");
    element(to, names::wsa, "Address", "wsa", issued.applies_to);
    to.end();
    to.end();
    if (issued.lifetime) {
      to.start(names::wst, "Lifetime", "wst");
      element(to, names::wsu, "Expires", "wsu", to_text(issued.expires));
      to.end();
    }
    to.end();
    to.end();
  };
}

Profile service_profile() {
  Profile profile = population();
  profile.operations = {{"Issue", std::string(names::wst) + "/RST/Issue"}};
  profile.limits.requests_per_second = 10'000;
  profile.limits.attempts = 1;
  return profile;
}

Profile registry_profile(Confirmation confirmation) {
  Profile profile = population();
  profile.limits.requests_per_second = 10'000;
  profile.request.token = TokenDemand{audience, confirmation, seconds{60}};
  return profile;
}

support::ServerKeys server_keys() {
  return {pki("registry/tls.pem"), pki("registry/tls.key"), pki("trust/gateway-ca.pem")};
}

class TokenTest : public testing::Test {
 protected:
  void issue(std::function<Issued()> next) {
    service_ = std::make_unique<TlsServer>(server_keys(), [this, next](const ServerRequest& request) {
      last_request = request.body;
      ServerReply reply;
      if (refuse) {
        reply.status = 503;
        return reply;
      }
      if (delay.count() > 0) std::this_thread::sleep_for(delay);
      reply.body = answer_to(request.body, *identity("registry/sign"), service_profile(), response(next()));
      return reply;
    });
  }

  Settings settings_for(const TlsServer& server, Profile profile) {
    Settings settings{.profile = std::move(profile)};
    settings.registry = "hub";
    settings.endpoint = server.address() + "/hub";
    settings.keys = std::make_shared<Keyring>(
        std::vector{pair("gateway")}, std::vector{pki("trust/population/tls-ca.pem")}, Clock::system());
    settings.trust =
        std::make_shared<Truststore>(TrustFiles{{pki("trust/population/signing-ca.pem")}, {}, {}, {}});
    settings.budget = std::make_shared<ByteBudget>(64 << 20);
    settings.first_pause = std::chrono::milliseconds{1};
    return settings;
  }

  std::shared_ptr<TokenSource> source(Confirmation confirmation = Confirmation::holder_of_key) {
    Settings settings = settings_for(*service_, service_profile());
    settings.clock = Clock([this] { return Clock::system().now() + ahead.load(); });
    // The service's answers are stamped by the machine's clock: only what the source counts by runs ahead.
    settings.profile.answer.skew = std::chrono::hours{24};
    return std::make_shared<TokenSource>(std::move(settings),
                                         TokenDemand{audience, confirmation, seconds{60}});
  }

  Issued good() const {
    return {.id = "_" + std::to_string(service_->requests()), .expires = later(seconds{300})};
  }
  Time later(seconds time) const { return Clock::system().now() + ahead.load() + time; }

  std::unique_ptr<TlsServer> service_;
  std::string last_request;
  std::atomic<seconds> ahead{seconds{0}};
  std::atomic<bool> refuse = false;
  std::chrono::milliseconds delay{0};
  std::stop_token stop;
  const std::shared_ptr<const Identity> ours = identity("gateway");
};

TEST_F(TokenTest, a_holder_of_key_token_is_asked_for_with_our_certificate) {
  issue([&] { return good(); });
  source()->current(*ours, stop);
  EXPECT_EQ(inside(last_request, "Action"), std::string(names::wst) + "/RST/Issue");
  EXPECT_EQ(inside(last_request, "RequestType"), std::string(names::wst) + "/Issue");
  EXPECT_EQ(inside(last_request, "TokenType"), names::saml2_token);
  EXPECT_EQ(inside(last_request, "KeyType"), std::string(names::wst) + "/PublicKey");
  EXPECT_EQ(inside(last_request, "X509Certificate"), ours->certificate_base64);
  EXPECT_THAT(last_request, HasSubstr(">" + std::string(audience) +
                                      "</wsa:Address></wsa:EndpointReference></wsp:AppliesTo>"));
  source(Confirmation::bearer)->current(*ours, stop);
  EXPECT_EQ(inside(last_request, "KeyType"), std::string(names::wst) + "/Bearer");
  EXPECT_THAT(last_request, Not(HasSubstr("UseKey")));
}

// Its issuer's signature may cover a prefix that only a value uses (InclusiveNamespaces PrefixList).
TEST_F(TokenTest, is_carried_with_the_namespaces_that_only_its_values_use) {
  issue([&] { return good(); });
  const auto token = source()->current(*ours, stop);
  EXPECT_THAT(token->element,
              AllOf(testing::StartsWith("<saml:Assertion "), HasSubstr("xmlns:xs=\"" + std::string(xs)),
                    HasSubstr("xsi:type=\"xs:string\"")));
  EXPECT_THAT(token->reference, AllOf(HasSubstr(names::saml_id), HasSubstr(">_1</wsse:KeyIdentifier>")));
}

TEST_F(TokenTest, an_encrypted_one_is_named_as_its_service_says) {
  issue([&] {
    Issued issued = good();
    issued.encrypted = issued.reference = true;
    return issued;
  });
  const auto token = source()->current(*ours, stop);
  EXPECT_THAT(token->element, testing::StartsWith("<saml:EncryptedAssertion "));
  EXPECT_THAT(token->reference, HasSubstr(">_given</wsse:KeyIdentifier>"));
}

TEST_F(TokenTest, one_asks_and_all_others_wait) {
  delay = std::chrono::milliseconds{200};
  issue([&] { return good(); });
  const auto tokens = source();
  std::mutex mutex;
  std::set<std::string> got;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i)
      threads.emplace_back([&] {
        const auto token = tokens->current(*ours, stop);
        const std::lock_guard lock(mutex);
        got.insert(token->element);
      });
  }
  EXPECT_EQ(got.size(), 1u);
  EXPECT_EQ(service_->requests(), 1u);
}

TEST_F(TokenTest, a_failure_is_told_to_all_who_waited_and_the_next_one_asks_again) {
  delay = std::chrono::milliseconds{200};
  issue([&] {
    Issued issued = good();
    issued.tokens = 0;
    return issued;
  });
  const auto tokens = source();
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&] {
        try {
          tokens->current(*ours, stop);
        } catch (const Error& error) {
          failed += error.code() == Code::untrusted;
        }
      });
  }
  EXPECT_EQ(failed, 6);
  EXPECT_EQ(service_->requests(), 1u);
  EXPECT_THROW(tokens->current(*ours, stop), Error);
  EXPECT_EQ(service_->requests(), 2u);
}

TEST_F(TokenTest, is_kept_until_shortly_before_its_end) {
  issue([&] { return good(); });
  const auto tokens = source();
  const auto first = tokens->current(*ours, stop);
  ahead = seconds{230};
  EXPECT_EQ(tokens->current(*ours, stop), first);
  ahead = seconds{250};
  EXPECT_NE(tokens->current(*ours, stop), first);
  EXPECT_EQ(service_->requests(), 2u);
}

TEST_F(TokenTest, one_that_still_lives_serves_while_the_service_is_away) {
  issue([&] { return good(); });
  const auto tokens = source();
  const auto first = tokens->current(*ours, stop);
  refuse = true;
  ahead = seconds{250};
  EXPECT_EQ(tokens->current(*ours, stop), first);
  ahead = seconds{301};
  EXPECT_THROW(tokens->current(*ours, stop), Error);
}

TEST_F(TokenTest, another_key_needs_another_token) {
  issue([&] { return good(); });
  const auto tokens = source();
  const auto first = tokens->current(*ours, stop);
  EXPECT_NE(tokens->current(*identity("gateway-ecdsa"), stop), first);
  EXPECT_EQ(service_->requests(), 2u);
}

TEST_F(TokenTest, whoever_waits_can_be_stopped) {
  delay = std::chrono::milliseconds{500};
  issue([&] { return good(); });
  const auto tokens = source();
  std::jthread first([&] { tokens->current(*ours, stop); });
  while (service_->connections() == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  std::stop_source stopped;
  stopped.request_stop();
  try {
    tokens->current(*ours, stopped.get_token());
    ADD_FAILURE() << "it was given one";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient);
  }
}

struct Refused {
  const char* what;
  void (*spoil)(Issued&);
  const char* sentence;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.what; }

class RefusedToken : public TokenTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedToken, is_not_taken) {
  issue([&] {
    Issued issued = good();
    GetParam().spoil(issued);
    return issued;
  });
  try {
    source()->current(*ours, stop);
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::untrusted);
    EXPECT_THAT(error.what(), HasSubstr(GetParam().sentence));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedToken,
    testing::Values(
        Refused{"none", [](Issued& one) { one.tokens = 0; }, "does not hold exactly one SAML 2.0 assertion"},
        Refused{"two", [](Issued& one) { one.tokens = 2; }, "does not hold exactly one SAML 2.0 assertion"},
        Refused{"type", [](Issued& one) { one.type = "urn:other"; }, "of another type"},
        Refused{"audience", [](Issued& one) { one.applies_to = "urn:other"; }, "for another audience"},
        Refused{"proof_key", [](Issued& one) { one.proof_key = true; }, "made a key of its own"},
        Refused{"ended", [](Issued& one) { one.expires -= seconds{301}; }, "has ended already"},
        Refused{"endless", [](Issued& one) { one.lifetime = false; }, "does not say until when"},
        Refused{"condition", [](Issued& one) { one.not_on_or_after = one.expires - seconds{301}; },
                "has ended already"},
        Refused{"unnamed", [](Issued& one) { one.encrypted = true; },
                "RequestedAttachedReference does not say"}),
    [](const auto& test) { return test.param.what; });

TEST_F(TokenTest, of_an_answer_that_nobody_trusted_signed_is_not_taken) {
  service_ = std::make_unique<TlsServer>(server_keys(), [&](const ServerRequest& request) {
    ServerReply reply;
    reply.body = answer_to(request.body, *identity("stranger/sign"), service_profile(), response(good()));
    return reply;
  });
  try {
    source()->current(*ours, stop);
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::untrusted);
  }
}

// What is carried stood in the Body that was verified, and nowhere else.
TEST_F(TokenTest, that_is_not_the_verified_one_is_not_carried) {
  Profile profile = service_profile();
  const std::string request = sign_message(profile, *ours, {"urn:a", "urn:uuid:1", "urn:b", {}},
                                           text_content("x"), Clock::system().now())
                                  .bytes;
  issue([&] { return good(); });
  Issued issued = good();
  const std::string message = answer_to(request, *identity("registry/sign"), profile, response(issued));
  const auto trust =
      std::make_shared<Trust>(TrustFiles{{pki("trust/population/signing-ca.pem")}, {}, {}, {}});
  const Verified verified =
      Verifier(profile.answer, trust, Clock::system()).message(message, {"urn:uuid:1", {}});
  const TokenDemand demand{audience};
  const Time now = Clock::system().now();
  EXPECT_THAT(read_token(verified, message, demand, now).element, HasSubstr("AU:100001"));
  std::string other = message;
  other.replace(other.find("AU:100001"), 9, "AU:100002");
  EXPECT_THROW(read_token(verified, other, demand, now), Error);
}

// The whole way: the registry's request carries the token, and its signature names it.
class Carried : public TokenTest {
 protected:
  void serve(Confirmation confirmation) {
    issue([&] {
      Issued issued = good();
      issued.encrypted = issued.reference = encrypted;
      return issued;
    });
    registry = std::make_unique<TlsServer>(server_keys(), [this](const ServerRequest& request) {
      requests.push_back(request.body);
      ServerReply reply;
      Content content = text_content("well");
      if (!faults.empty()) {
        content =
            "<s:Fault xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Code><s:Value>s:Sender</s:Value>"
            "<s:Subcode><s:Value>o:" +
            faults.back() +
            "</s:Value></s:Subcode></s:Code><s:Reason>"
            "<s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>";
        faults.pop_back();
        reply.status = 400;
      }
      Profile answering = population();
      reply.body = answer_to(request.body, *identity("registry/sign"), answering, content);
      return reply;
    });
    Settings settings = settings_for(*registry, registry_profile(confirmation));
    if (sign_token) settings.profile.request.parts.emplace_back("Token");
    settings.tokens = source(confirmation);
    exchange = std::make_unique<Exchange>(std::move(settings));
  }
  Verified ask() { return exchange->ask({"SubmitSync", {}, text_content("x")}, {}, stop); }

  std::unique_ptr<TlsServer> registry;
  std::unique_ptr<Exchange> exchange;
  std::vector<std::string> requests;
  std::vector<std::string> faults;
  bool sign_token = false, encrypted = false;
};

TEST_F(Carried, a_holder_of_key_token_names_the_key_of_the_signature) {
  serve(Confirmation::holder_of_key);
  ask();
  ask();
  EXPECT_EQ(service_->requests(), 1u);
  const std::string& request = requests.back();
  EXPECT_THAT(request, Not(HasSubstr("BinarySecurityToken")));
  const size_t timestamp = request.find("</wsu:Timestamp>"), token = request.find("<saml:Assertion "),
               signature = request.find("<ds:Signature ");
  EXPECT_LT(timestamp, token);
  EXPECT_LT(token, signature);
  EXPECT_NE(signature, std::string::npos);
  EXPECT_THAT(request.substr(signature), HasSubstr("<ds:KeyInfo><wsse:SecurityTokenReference "));
  EXPECT_THAT(request.substr(signature), HasSubstr(">_1</wsse:KeyIdentifier>"));
}

TEST_F(Carried, a_bearer_token_stands_beside_the_certificate) {
  serve(Confirmation::bearer);
  ask();
  EXPECT_THAT(requests.back(), AllOf(HasSubstr("<saml:Assertion "), HasSubstr("<wsse:BinarySecurityToken "),
                                     HasSubstr("URI=\"#id-BinarySecurityToken\"")));
}

// Nobody can put another bearer's token in its place.
TEST_F(Carried, a_bearer_token_is_signed_where_the_profile_says_so) {
  sign_token = true;
  serve(Confirmation::bearer);
  ask();
  EXPECT_THAT(requests.back(), HasSubstr("<ds:Reference URI=\"#_1\">"));
  const support::TemporaryFolder folder;
  const auto xmlsec_verifies = [&](const std::string& message) {
    std::string command =
        "xmlsec1 --verify --pubkey-cert-pem '" + pki("gateway.pem") + "' --id-attr:ID Assertion";
    for (const char* part : {"Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"})
      command += std::string(" --id-attr:Id ") + part;
    return std::system((command + " '" + folder.write("m.xml", message) + "' >/dev/null 2>&1").c_str()) == 0;
  };
  EXPECT_TRUE(xmlsec_verifies(requests.back())) << requests.back();
  std::string changed = requests.back();
  changed.replace(changed.find("AU:100001"), 9, "AU:100002");
  EXPECT_FALSE(xmlsec_verifies(changed));
}

TEST_F(Carried, an_encrypted_token_cannot_be_signed_and_says_so) {
  sign_token = true;
  encrypted = true;
  serve(Confirmation::bearer);
  try {
    ask();
    ADD_FAILURE() << "it was sent";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), HasSubstr("take the part Token out"));
  }
}

TEST_F(Carried, one_that_the_registry_does_not_take_is_replaced) {
  serve(Confirmation::holder_of_key);
  faults = {"FailedAuthentication"};
  ask();
  EXPECT_EQ(service_->requests(), 2u);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests.back(), HasSubstr(">_2</wsse:KeyIdentifier>"));
  faults = {"UnsupportedAlgorithm"};
  EXPECT_THROW(ask(), Error);
  EXPECT_EQ(service_->requests(), 2u) << "that fault is not about the token";
}

TEST_F(Carried, a_profile_that_wants_one_needs_a_service) {
  serve(Confirmation::bearer);
  try {
    const Exchange none(settings_for(*registry, registry_profile(Confirmation::bearer)));
    ADD_FAILURE() << "it was made";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("name the token-service in the configuration"));
  }
}

}  // namespace
}  // namespace tilts::exchange
