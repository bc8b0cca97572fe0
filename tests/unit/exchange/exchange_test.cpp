#include "gateway/exchange/exchange.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tls_server.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using std::chrono::milliseconds;
using support::After;
using support::ServerReply;
using support::ServerRequest;
using support::TlsServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A registry that answers with the text it was asked with.
ServerReply answer(const ServerRequest& request, const std::string& signer = "registry/sign") {
  ServerReply reply;
  reply.body = answer_to(request.body, *identity(signer), population(),
                         text_content("answer to " + inside(request.body, "Text")));
  return reply;
}

std::string fault_xml(const std::string& code) {
  return "<soap:Fault xmlns:soap='http://www.w3.org/2003/05/soap-envelope'><soap:Code><soap:Value>soap:" +
         code +
         "</soap:Value><soap:Subcode><soap:Value>Busy</soap:Value></soap:Subcode></soap:Code><soap:Reason>"
         "<soap:Text xml:lang='lv'>Jānis Bērziņš</soap:Text></soap:Reason></soap:Fault>";
}

ServerReply signed_fault(const ServerRequest& request, const std::string& code) {
  ServerReply reply;
  reply.status = 500;
  reply.body = answer_to(request.body, *identity("registry/sign"), population(), fault_xml(code));
  return reply;
}

ServerReply unsigned_fault(int status, const std::string& code) {
  ServerReply reply;
  reply.status = status;
  reply.body = "<soap:Envelope xmlns:soap='http://www.w3.org/2003/05/soap-envelope'><soap:Body>" +
               fault_xml(code) + "</soap:Body></soap:Envelope>";
  return reply;
}

Call call(const std::string& text) { return {"SubmitSync", {}, text_content(text)}; }

class ExchangeTest : public testing::Test {
 protected:
  void serve(TlsServer::Handler handler) {
    server = std::make_unique<TlsServer>(
        support::ServerKeys{pki("registry/tls.pem"), pki("registry/tls.key"), pki("trust/gateway-ca.pem")},
        std::move(handler));
    settings.registry = "population";
    settings.endpoint = server->address() + "/population";
    settings.keys = std::make_shared<Keyring>(
        std::vector{pair("gateway")}, std::vector{pki("trust/population/tls-ca.pem")}, Clock::system());
    settings.trust =
        std::make_shared<Truststore>(TrustFiles{{pki("trust/population/signing-ca.pem")}, {}, {}, {}});
    settings.budget = std::make_shared<ByteBudget>(64 << 20);
    settings.profile.limits.requests_per_second = 10'000;
    settings.first_pause = milliseconds{1};
  }

  const Exchange& exchange() {
    if (!exchange_) exchange_ = std::make_unique<Exchange>(settings);
    return *exchange_;
  }

  // What asking ends with: the answered text, or "code: sentence".
  std::string ask(const Call& one) {
    try {
      return inside(std::string(exchange().ask(one, hooks, stop).part("Body")), "Text");
    } catch (const Error& error) {
      return std::string(name(error.code())) + ": " + error.what();
    }
  }
  std::string submit(const Call& one) {
    try {
      return inside(std::string(exchange().submit(one, "urn:uuid:mine", hooks, stop).part("Body")), "Text");
    } catch (const Error& error) {
      return std::string(name(error.code())) + ": " + error.what();
    }
  }

  Settings settings{.profile = population()};
  std::unique_ptr<TlsServer> server;
  Hooks hooks;
  std::stop_token stop;

 private:
  std::unique_ptr<Exchange> exchange_;
};

TEST_F(ExchangeTest, a_replaced_anchor_counts_from_the_next_answer) {
  serve([&](const ServerRequest& request) { return answer(request); });
  const support::TemporaryFolder folder;
  const std::string anchor =
      folder.write("a.pem", support::read_file(pki("trust/population/signing-ca.pem")));
  settings.trust = std::make_shared<Truststore>(TrustFiles{{anchor}, {}, {}, {}}, milliseconds{0});
  EXPECT_EQ(ask(call("one")), "answer to one");
  folder.write("a.pem", support::read_file(pki("trust/gateway-ca.pem")));
  EXPECT_THAT(ask(call("two")), HasSubstr("untrusted"));
}

TEST_F(ExchangeTest, signs_sends_and_verifies) {
  std::string body, type;
  serve([&](const ServerRequest& request) {
    body = request.body;
    type = request.header("content-type");
    return answer(request);
  });
  EXPECT_EQ(ask(call("ābols")), "answer to ābols");
  EXPECT_EQ(inside(body, "To"), settings.endpoint);
  EXPECT_EQ(inside(body, "Action"), "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/SubmitSync");
  EXPECT_THAT(type, HasSubstr("action=\"http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/SubmitSync\""));
}

TEST_F(ExchangeTest, asks_again_with_another_message_id_when_it_is_transient) {
  std::set<std::string> ids;
  serve([&](const ServerRequest& request) {
    ids.insert(inside(request.body, "MessageID"));
    ServerReply reply = answer(request);
    if (request.number == 1) reply.status = 503;
    if (request.number == 2) reply.after = After::close;
    if (request.number == 3) reply.after = After::truncate;
    return reply;
  });
  EXPECT_EQ(ask(call("x")), "answer to x");
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_EQ(server->requests(), 4u);
}

TEST_F(ExchangeTest, gives_up_after_the_attempts_of_the_profile) {
  serve([](const ServerRequest&) { return ServerReply{.status = 503}; });
  settings.profile.limits.attempts = 3;
  const std::string text = ask(call("x"));
  EXPECT_THAT(text, HasSubstr("transient: registry population: request urn:uuid:"));
  EXPECT_THAT(text, HasSubstr("HTTP status 503 (tried 3 times)"));
  EXPECT_EQ(server->requests(), 3u);
}

TEST_F(ExchangeTest, does_not_ask_again_when_the_answer_is_untrusted) {
  serve([](const ServerRequest& request) { return answer(request, "stranger/sign"); });
  EXPECT_THAT(ask(call("x")), HasSubstr("untrusted: registry population: "));
  EXPECT_EQ(server->requests(), 1u);
}

TEST_F(ExchangeTest, refuses_the_answer_to_another_request) {
  std::string first;
  serve([&](const ServerRequest& request) {
    ServerReply reply = answer(request);
    if (first.empty()) first = reply.body;
    reply.body = first;
    return reply;
  });
  EXPECT_EQ(ask(call("x")), "answer to x");
  EXPECT_THAT(ask(call("y")), HasSubstr("untrusted: "));
}

TEST_F(ExchangeTest, never_trusts_an_unsigned_fault) {
  serve(
      [](const ServerRequest& request) { return unsigned_fault(request.number == 1 ? 200 : 500, "Sender"); });
  settings.profile.limits.attempts = 2;
  const std::string success = ask(call("x"));
  EXPECT_THAT(success, HasSubstr("untrusted: "));
  EXPECT_THAT(success, HasSubstr("it claims a fault (Sender), which counts for nothing"));
  const std::string failure = ask(call("x"));
  EXPECT_THAT(failure, HasSubstr("transient: "));
  EXPECT_THAT(failure, HasSubstr("HTTP status 500; it claims a fault (Sender)"));
  EXPECT_THAT(failure, testing::Not(HasSubstr("Jānis")));
}

TEST_F(ExchangeTest, believes_a_signed_fault) {
  serve([](const ServerRequest& request) {
    return signed_fault(request, request.number == 1 ? "Sender" : "Receiver");
  });
  settings.profile.limits.attempts = 2;
  const std::string declined = ask(call("x"));
  EXPECT_THAT(declined, HasSubstr("declined: "));
  EXPECT_THAT(declined, HasSubstr("the registry answered with a fault (Sender, Busy)"));
  EXPECT_THAT(declined, testing::Not(HasSubstr("Jānis")));
  EXPECT_EQ(server->requests(), 1u);
  EXPECT_THAT(ask(call("x")), HasSubstr("(Receiver, Busy) (tried 2 times)"));

  Call wants_faults = call("x");
  wants_faults.return_faults = true;
  EXPECT_TRUE(exchange().ask(wants_faults, hooks, stop).fault());
}

TEST_F(ExchangeTest, takes_soap_only_in_its_own_media_type) {
  std::string type;
  serve([&](const ServerRequest& request) {
    ServerReply reply = answer(request);
    reply.content_type = type;
    return reply;
  });
  settings.profile.limits.attempts = 1;
  for (const std::string good :
       {"application/soap+xml", "Application/SOAP+XML; Charset=\"UTF-8\"; action=x"}) {
    type = good;
    EXPECT_EQ(ask(call("x")), "answer to x") << good;
  }
  for (const std::string page : {"text/html; charset=utf-8", "text/plain"}) {
    type = page;
    EXPECT_THAT(ask(call("x")), HasSubstr("transient: ")) << page;
  }
  for (const std::string wrong :
       {"text/xml", "application/json", "multipart/related; type=\"application/xop+xml\"",
        "application/soap+xml; charset=windows-1257"}) {
    type = wrong;
    EXPECT_THAT(ask(call("x")), HasSubstr("untrusted: ")) << wrong;
  }
}

TEST_F(ExchangeTest, speaks_soap_1_1) {
  settings.profile.soap = SoapVersion::v1_1;
  settings.profile.answer.soap = SoapVersion::v1_1;
  std::string action;
  const Profile profile = settings.profile;
  serve([&](const ServerRequest& request) {
    action = request.header("soapaction");
    ServerReply reply;
    reply.content_type = "text/xml; charset=utf-8";
    reply.body = answer_to(request.body, *identity("registry/sign-ecdsa"), profile, text_content("1.1"));
    return reply;
  });
  EXPECT_EQ(ask(call("x")), "1.1");
  EXPECT_EQ(action, "\"http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/SubmitSync\"");
}

TEST_F(ExchangeTest, refuses_what_the_profile_does_not_allow) {
  serve([](const ServerRequest& request) { return answer(request); });
  settings.profile.limits.request_bytes = 20'000;
  EXPECT_THAT(ask({"Delete", {}, text_content("x")}),
              HasSubstr("config: registry population: its profile has no operation"));
  EXPECT_THAT(ask(call(std::string(20'000, 'x'))),
              HasSubstr("config: registry population: the request has "));
  EXPECT_EQ(server->requests(), 0u);
}

TEST_F(ExchangeTest, tells_what_it_did_in_order) {
  std::vector<std::string> told;
  std::string asked_id, answered_id, request_bytes, answer_bytes;
  serve([&](const ServerRequest& request) {
    told.push_back("server");
    ServerReply reply = answer(request);
    if (request.number == 1) reply.status = 503;
    return reply;
  });
  hooks.asked = [&](const Asked& asked) {
    told.push_back("asked " + std::to_string(asked.attempt));
    asked_id = asked.message_id;
  };
  hooks.evidence = [&](const Traffic& traffic) {
    told.push_back("evidence");
    request_bytes = traffic.request;
    answer_bytes = traffic.answer;
  };
  hooks.answered = [&](const Answered& answered) {
    told.push_back(std::string(answered.outcome));
    EXPECT_TRUE(answered.sent);
    answered_id = answered.message_id;
  };
  EXPECT_EQ(ask(call("x")), "answer to x");
  EXPECT_THAT(told, ElementsAre("asked 1", "server", "evidence", "transient", "asked 2", "server", "evidence",
                                "answered"));
  EXPECT_EQ(inside(request_bytes, "MessageID"), asked_id);
  EXPECT_EQ(inside(answer_bytes, "MessageID"), answered_id);
  EXPECT_EQ(inside(answer_bytes, "RelatesTo"), asked_id);
}

TEST_F(ExchangeTest, sends_nothing_that_was_not_written_down) {
  serve([](const ServerRequest& request) { return answer(request); });
  hooks.asked = [](const Asked&) { throw Error(Code::bug, "the audit is full"); };
  EXPECT_THAT(ask(call("x")), HasSubstr("the audit is full"));
  EXPECT_EQ(server->requests(), 0u);
}

TEST_F(ExchangeTest, submits_once_and_calls_everything_else_unknown) {
  std::mutex mutex;  // the server answers on a thread of its own
  ServerReply next;
  const auto say = [&](ServerReply reply) {
    const std::scoped_lock lock(mutex);
    next = std::move(reply);
  };
  serve([&](const ServerRequest& request) {
    const std::scoped_lock lock(mutex);
    const ServerReply& reply = next;
    if (reply.body == "signed") return answer(request);
    if (reply.body == "fault") return signed_fault(request, "Sender");
    if (reply.body == "receiver") return signed_fault(request, "Receiver");
    return reply;
  });
  say({.body = "signed"});
  EXPECT_EQ(submit(call("x")), "answer to x");
  say({.body = "fault"});
  EXPECT_THAT(submit(call("x")), HasSubstr("declined: "));
  std::vector<ServerReply> lost = {{.body = "receiver"},
                                   {.status = 503},
                                   {.status = 404},
                                   {.after = After::close},
                                   {.after = After::reset},
                                   {.body = "cut in half", .after = After::truncate},
                                   {.content_type = "text/html", .body = "<html/>"},
                                   unsigned_fault(500, "Sender")};
  size_t requests = server->requests();
  for (const ServerReply& one : lost) {
    say(one);
    EXPECT_THAT(submit(call("x")), HasSubstr("unknown: registry population: request urn:uuid:mine: "));
    EXPECT_EQ(server->requests(), ++requests);
  }
  server.reset();  // before what it answers from
}

TEST_F(ExchangeTest, knows_when_a_submission_never_left) {
  serve([](const ServerRequest& request) { return answer(request); });
  const std::string address = settings.endpoint;
  server.reset();
  EXPECT_THAT(submit(call("x")), HasSubstr("transient: "));
}

TEST_F(ExchangeTest, asks_a_server_it_does_not_trust_once_and_sends_it_nothing) {
  serve([](const ServerRequest& request) { return answer(request); });
  settings.keys = std::make_shared<Keyring>(std::vector{pair("gateway")}, std::vector{pki("stranger/ca.pem")},
                                            Clock::system());
  std::vector<std::string> outcomes;
  bool kept = false;
  hooks.answered = [&](const Answered& one) {
    outcomes.emplace_back(one.outcome);
    EXPECT_FALSE(one.sent);
  };
  hooks.evidence = [&](const Traffic&) { kept = true; };
  EXPECT_THAT(ask(call("x")),
              AllOf(HasSubstr("untrusted: "), HasSubstr("its TLS certificate is not trusted")));
  EXPECT_THAT(outcomes, ElementsAre("untrusted"));
  EXPECT_THAT(submit(call("x")), HasSubstr("untrusted: ")) << "known, for no byte of it left";
  EXPECT_FALSE(kept);
  EXPECT_EQ(server->requests(), 0u);
}

TEST_F(ExchangeTest, calls_a_submission_unknown_when_its_receipt_cannot_be_kept) {
  serve([](const ServerRequest& request) { return answer(request); });
  hooks.evidence = [](const Traffic&) { throw std::runtime_error("disk full"); };
  EXPECT_THAT(submit(call("x")), HasSubstr("unknown: "));
}

TEST_F(ExchangeTest, takes_a_replaced_certificate_with_the_next_exchange) {
  serve([](const ServerRequest& request) { return answer(request); });
  const support::TemporaryFolder folder;
  const auto put = [&](const std::string& name) {
    std::filesystem::copy_file(pki(name + ".pem"), folder.path() / "c.new");
    std::filesystem::copy_file(pki(name + ".key"), folder.path() / "k.new");
    std::filesystem::rename(folder.path() / "c.new", folder.path() / "c.pem");
    std::filesystem::rename(folder.path() / "k.new", folder.path() / "k.pem");
  };
  put("gateway");
  settings.keys = std::make_shared<Keyring>(
      std::vector{KeyFiles{folder.path() / "c.pem", folder.path() / "k.pem", {}, {}}},
      std::vector{pki("trust/population/tls-ca.pem")}, Clock::system(), milliseconds{0});
  ask(call("x"));
  ask(call("x"));
  EXPECT_EQ(server->connections(), 1u);
  EXPECT_EQ(server->last_client(), "CN=Gateway");
  put("gateway-ecdsa");
  EXPECT_EQ(ask(call("y")), "answer to y");
  EXPECT_EQ(server->connections(), 2u);
  EXPECT_EQ(server->last_client(), "CN=Gateway, ECDSA");
}

TEST_F(ExchangeTest, answers_many_in_order_on_the_callers_thread) {
  serve([](const ServerRequest& request) {
    ServerReply reply = answer(request);
    reply.delay = milliseconds{(request.number * 37) % 60};
    return reply;
  });
  settings.profile.limits.concurrency = 3;
  const auto caller = std::this_thread::get_id();
  std::vector<std::string> answers;
  size_t asked = 0, most_ahead = 0;
  exchange().ask_many(
      40,
      [&](size_t index) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(index, asked++);
        most_ahead = std::max(most_ahead, asked - answers.size());
        return call(std::to_string(index));
      },
      [&](size_t index, Verified verified) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(index, answers.size());
        answers.push_back(inside(std::string(verified.part("Body")), "Text"));
      },
      hooks, stop);
  ASSERT_EQ(answers.size(), 40u);
  for (size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], "answer to " + std::to_string(i));
  EXPECT_EQ(server->most_at_once(), 3u);
  EXPECT_EQ(server->connections(), 3u);
  EXPECT_LE(most_ahead, 6u);
}

TEST_F(ExchangeTest, ends_many_with_the_first_failure) {
  serve([](const ServerRequest& request) {
    return answer(request, inside(request.body, "Text") == "5" ? "stranger/sign" : "registry/sign");
  });
  std::vector<size_t> answered;
  try {
    exchange().ask_many(
        1000, [](size_t index) { return call(std::to_string(index)); },
        [&](size_t index, const Verified&) { answered.push_back(index); }, hooks, stop);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::untrusted);
  }
  EXPECT_THAT(answered, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_LE(server->requests(), 14u);

  EXPECT_THROW(exchange().ask_many(
                   1000, [](size_t) { return call("0"); },
                   [](size_t, const Verified&) { throw std::logic_error("the adapter's own"); }, hooks, stop),
               std::logic_error);
  exchange().ask_many(0, nullptr, nullptr, hooks, stop);
}

TEST_F(ExchangeTest, stops_many_on_request) {
  std::stop_source source;
  serve([source](const ServerRequest& request) mutable {
    ServerReply reply = answer(request);
    if (request.number > 5) {
      source.request_stop();
      reply.delay = milliseconds{20'000};
    }
    return reply;
  });
  const auto begin = std::chrono::steady_clock::now();
  try {
    exchange().ask_many(
        1000, [](size_t) { return call("x"); }, [](size_t, const Verified&) {}, hooks, source.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient);
    EXPECT_THAT(error.what(), HasSubstr("stopped"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
}

TEST_F(ExchangeTest, keeps_the_requests_a_second) {
  serve([](const ServerRequest& request) { return answer(request); });
  settings.profile.limits.requests_per_second = 20;
  const auto begin = std::chrono::steady_clock::now();
  exchange().ask_many(
      11, [](size_t) { return call("x"); }, [](size_t, const Verified&) {}, hooks, stop);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds{500});
}

TEST_F(ExchangeTest, works_with_a_budget_that_is_too_small_for_two) {
  serve([](const ServerRequest& request) { return answer(request); });
  settings.budget = std::make_shared<ByteBudget>(1);
  size_t answers = 0;
  exchange().ask_many(
      8, [](size_t) { return call("x"); }, [&](size_t, const Verified&) { ++answers; }, hooks, stop);
  EXPECT_EQ(answers, 8u);
}

TEST(ByteBudget, lets_nobody_have_more_than_there_is) {
  ByteBudget budget(100);
  std::stop_source stop;
  std::atomic<bool> second = false;
  auto first = std::make_unique<ByteBudget::Lease>(budget, 60, stop.get_token());
  std::jthread waiting([&] {
    const ByteBudget::Lease lease(budget, 41, stop.get_token());
    second = true;
  });
  const ByteBudget::Lease fits(budget, 40, stop.get_token());
  std::this_thread::sleep_for(milliseconds{50});
  EXPECT_FALSE(second);
  first.reset();
  waiting.join();
  EXPECT_TRUE(second);
  stop.request_stop();
  EXPECT_THROW(ByteBudget::Lease(budget, 1000, stop.get_token()), Error);
}

}  // namespace
}  // namespace tilts::exchange
