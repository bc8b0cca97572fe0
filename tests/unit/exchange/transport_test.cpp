#include "gateway/exchange/transport.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
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
using testing::HasSubstr;

support::ServerKeys server_keys(const std::string& name = "registry/tls") {
  return {pki(name + ".pem"), pki(name + ".key"), pki("trust/gateway-ca.pem")};
}

std::shared_ptr<const Generation> generation(const std::string& key = "gateway",
                                             const std::string& anchor = "trust/population/tls-ca.pem") {
  static uint64_t number = 0;
  auto anchors = std::make_shared<const std::vector<Certificate>>(load_certificates(pki(anchor)));
  return std::make_shared<const Generation>(Generation{++number, identity(key), std::move(anchors)});
}

ServerReply echo(const ServerRequest& request) {
  ServerReply reply;
  reply.body = request.body;
  return reply;
}

struct Outcome {
  Code code = Code::bug;
  std::string text = "answered";
  HttpAnswer answer;
  Delivery delivery;
};

class Client {
 public:
  explicit Client(const std::string& endpoint, milliseconds answer = milliseconds{10'000},
                  size_t most = 1 << 20)
      : connection_({.endpoint = endpoint,
                     .answer_bytes = most,
                     .connect = milliseconds{5'000},
                     .answer = answer,
                     .keep_alive = std::chrono::seconds{60}}) {}

  Outcome post(std::string_view body = "<a/>") { return post(body, generation_); }
  Outcome post(std::string_view body, std::shared_ptr<const Generation> with) {
    Outcome outcome;
    try {
      outcome.answer =
          connection_.post({"", "text/xml", "urn:act", body}, std::move(with), stop, outcome.delivery);
    } catch (const Error& error) {
      outcome.code = error.code();
      outcome.text = error.what();
    }
    return outcome;
  }

  std::stop_token stop;

 private:
  Connection connection_;
  std::shared_ptr<const Generation> generation_ = generation();
};

TEST(Transport, posts_once_and_keeps_the_connection) {
  TlsServer server(server_keys(), echo);
  Client client(server.address());
  const std::string large(300'000, 'x');
  EXPECT_EQ(client.post("<a/>").answer.body, "<a/>");
  const Outcome second = client.post(large);
  EXPECT_EQ(second.answer.body, large);
  EXPECT_EQ(second.answer.status, 200);
  EXPECT_EQ(second.answer.content_type, "application/soap+xml; charset=utf-8");
  EXPECT_TRUE(second.delivery.sent);
  EXPECT_TRUE(second.delivery.reused);
  EXPECT_EQ(server.connections(), 1u);
  EXPECT_EQ(server.requests(), 2u);
  EXPECT_EQ(server.last_client(), "CN=Gateway");
}

TEST(Transport, says_what_soap_demands_in_the_headers) {
  std::string head;
  TlsServer server(server_keys(), [&](const ServerRequest& request) {
    head = request.head;
    return echo(request);
  });
  Client client(server.address());
  client.post(std::string(2'000'000, 'x'));  // large enough for libcurl to want Expect
  EXPECT_THAT(head, HasSubstr("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: text/xml\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nSOAPAction: \"urn:act\"\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 2000000\r\n"));
  EXPECT_EQ(head.find("Expect"), std::string::npos);
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos);
}

// libcurl by itself would send the request again, and call it a success.
TEST(Transport, never_sends_again_when_a_kept_connection_closes_without_an_answer) {
  for (const After after : {After::close, After::reset}) {
    TlsServer server(server_keys(), [after](const ServerRequest& request) {
      ServerReply reply = echo(request);
      if (request.on_connection == 2) reply.after = after;
      return reply;
    });
    Client client(server.address());
    ASSERT_EQ(client.post().text, "answered");
    const Outcome lost = client.post();
    EXPECT_EQ(lost.code, Code::transient) << lost.text;
    EXPECT_EQ(lost.text, "a kept connection was closed without an answer");
    EXPECT_TRUE(lost.delivery.sent);
    EXPECT_EQ(server.requests(), 2u) << "the server has seen the request twice";
    EXPECT_EQ(client.post().text, "answered") << "the next one opens a new connection";
    EXPECT_EQ(server.requests(), 3u);
  }
}

// It has no name, so nobody would see what takes the room.
TEST(Transport, keeps_no_file_of_an_answer_that_is_gone) {
  const support::TemporaryFolder folder;
  const auto files = [&] {
    long count = 0;
    for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      count += std::filesystem::read_symlink(one, gone).string().starts_with(folder.path().string());
    }
    return count;
  };
  for (const bool cut : {false, true}) {
    TlsServer server(server_keys(), [cut](const ServerRequest&) {
      ServerReply reply;
      reply.content_type = "multipart/related; type=\"application/xop+xml\"; boundary=b";
      reply.body =
          "--b\r\nContent-ID: <r>\r\nContent-Type: application/xop+xml; charset=utf-8; "
          "type=\"text/xml\"\r\n\r\n<a/>\r\n--b\r\nContent-ID: <f>\r\n\r\n0123456789" +
          std::string(cut ? "" : "\r\n--b--\r\n");
      return reply;
    });
    Connection connection({.endpoint = server.address(),
                           .answer_bytes = 1 << 20,
                           .mtom = true,
                           .attachment_bytes = 1 << 20,
                           .part_folder = folder.path(),
                           .connect = milliseconds{5'000},
                           .answer = milliseconds{10'000},
                           .keep_alive = std::chrono::seconds{60}});
    Delivery delivery;
    try {
      const HttpAnswer answer =
          connection.post({"", "text/xml", "urn:act", "<a/>"}, generation(), std::stop_token(), delivery);
      EXPECT_EQ(answer.parts.at(0).size, 10u);
      EXPECT_EQ(files(), 1);
    } catch (const Error& error) {
      EXPECT_TRUE(cut) << error.what();
    }
    EXPECT_EQ(files(), 0);
  }
}

TEST(Transport, says_that_a_request_may_have_arrived_when_the_answer_is_missing) {
  for (const After after : {After::close, After::reset, After::truncate}) {
    TlsServer server(server_keys(), [after](const ServerRequest& request) {
      ServerReply reply = echo(request);
      reply.after = after;
      return reply;
    });
    const Outcome lost = Client(server.address()).post("<a>some content to cut</a>");
    EXPECT_EQ(lost.code, Code::transient) << lost.text;
    EXPECT_TRUE(lost.delivery.sent);
    EXPECT_EQ(server.requests(), 1u);
  }
}

TEST(Transport, gives_up_when_the_answer_is_late) {
  TlsServer server(server_keys(), [](const ServerRequest& request) {
    ServerReply reply = echo(request);
    reply.delay = milliseconds{20'000};
    return reply;
  });
  const auto begin = std::chrono::steady_clock::now();
  const Outcome late = Client(server.address(), milliseconds{300}).post();
  EXPECT_EQ(late.code, Code::transient);
  EXPECT_EQ(late.text, "no whole answer within 300 ms");
  EXPECT_TRUE(late.delivery.sent);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{4});
}

TEST(Transport, stops_on_request) {
  std::stop_source stop;
  TlsServer server(server_keys(), [&](const ServerRequest& request) {
    stop.request_stop();
    ServerReply reply = echo(request);
    reply.delay = milliseconds{20'000};
    return reply;
  });
  Client client(server.address());
  client.stop = stop.get_token();
  const auto begin = std::chrono::steady_clock::now();
  const Outcome stopped = client.post();
  EXPECT_EQ(stopped.text, "stopped on request");
  EXPECT_TRUE(stopped.delivery.sent);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{4});
}

TEST(Transport, refuses_an_answer_that_is_too_large) {
  for (const After after : {After::answer, After::answer_to_the_end}) {
    TlsServer server(server_keys(), [after](const ServerRequest&) {
      ServerReply reply;
      reply.body.assign(1001, 'x');
      reply.after = after;
      return reply;
    });
    const Outcome refused = Client(server.address(), milliseconds{5'000}, 1000).post();
    EXPECT_EQ(refused.code, Code::untrusted);
    EXPECT_THAT(refused.text, HasSubstr("larger than 1000 bytes"));
    EXPECT_EQ(Client(server.address(), milliseconds{5'000}, 1001).post().text, "answered");
  }
}

TEST(Transport, does_not_follow_redirects) {
  TlsServer server(server_keys(), [](const ServerRequest&) {
    ServerReply reply;
    reply.status = 307;
    reply.more_headers = "Location: /elsewhere\r\n";
    return reply;
  });
  EXPECT_EQ(Client(server.address()).post().answer.status, 307);
  EXPECT_EQ(server.requests(), 1u);
}

TEST(Transport, ignores_proxies_of_the_environment) {
  TlsServer server(server_keys(), echo);
  setenv("https_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_EQ(Client(server.address()).post().text, "answered");
  unsetenv("https_proxy");
  unsetenv("ALL_PROXY");
}

TEST(Transport, sends_nothing_to_a_server_it_does_not_know) {
  for (const bool only_tls12 : {false, true}) {
    for (const std::string name : {"stranger/tls", "registry/tls-expired", "registry/tls-elsewhere"}) {
      support::ServerKeys keys = server_keys(name);
      keys.only_tls12 = only_tls12;
      TlsServer server(keys, echo);
      const Outcome refused = Client(server.address()).post();
      EXPECT_EQ(refused.code, Code::untrusted) << name;
      EXPECT_THAT(refused.text, HasSubstr("its TLS certificate is not trusted")) << name;
      EXPECT_FALSE(refused.delivery.sent) << name;
      EXPECT_EQ(server.requests(), 0u) << name;
    }
    support::ServerKeys keys = server_keys();
    keys.only_tls12 = only_tls12;
    TlsServer right(keys, echo);
    EXPECT_TRUE(Client(right.address()).post().delivery.sent);
  }
  TlsServer ecdsa(server_keys("registry/tls-ecdsa"), echo);
  EXPECT_EQ(Client(ecdsa.address("127.0.0.1")).post().text, "answered");
}

TEST(Transport, does_not_believe_the_anchors_of_the_system) {
  TlsServer server(server_keys("stranger/tls"), echo);
  setenv("SSL_CERT_FILE", pki("stranger/ca.pem").c_str(), 1);
  const Outcome refused = Client(server.address()).post();
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(refused.code, Code::untrusted);
  EXPECT_THAT(refused.text, HasSubstr("its TLS certificate is not trusted"));
  EXPECT_FALSE(refused.delivery.sent);
}

TEST(Transport, tells_when_its_certificate_is_refused) {
  support::ServerKeys keys = server_keys();
  keys.client_anchor = pki("stranger/ca.pem");
  TlsServer server(keys, echo);
  const Outcome refused = Client(server.address()).post();
  EXPECT_EQ(refused.code, Code::transient);
  EXPECT_THAT(refused.text, HasSubstr("our certificate"));
  EXPECT_EQ(server.requests(), 0u);
}

TEST(Transport, knows_that_nothing_was_sent_where_nobody_listens) {
  std::string address;
  {
    const TlsServer gone(server_keys(), echo);
    address = gone.address();
  }
  const Outcome refused = Client(address).post();
  EXPECT_EQ(refused.code, Code::transient);
  EXPECT_THAT(refused.text, HasSubstr("does not accept connections"));
  EXPECT_FALSE(refused.delivery.sent);
  const Outcome unknown = Client("https://registry.invalid/").post();
  EXPECT_THAT(unknown.text, HasSubstr("host name is not known"));
  EXPECT_FALSE(unknown.delivery.sent);
}

TEST(Transport, leaves_a_kept_connection_with_its_generation) {
  TlsServer server(server_keys(), echo);
  Client client(server.address());
  client.post();
  EXPECT_EQ(server.last_client(), "CN=Gateway");
  const Outcome next = client.post("<a/>", generation("gateway-ecdsa"));
  EXPECT_EQ(next.text, "answered");
  EXPECT_FALSE(next.delivery.reused);
  EXPECT_EQ(server.last_client(), "CN=Gateway, ECDSA");
  EXPECT_EQ(server.connections(), 2u);
}

TEST(Transport, speaks_nothing_but_https) {
  for (const std::string endpoint : {"http://localhost/", "file:///etc/passwd", "localhost", ""})
    EXPECT_THROW(Connection({endpoint}), Error) << endpoint;
}

}  // namespace
}  // namespace tilts::exchange
