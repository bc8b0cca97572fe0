// Nothing below TLS 1.2 is spoken, even where OpenSSL would let it pass.
#include "gateway/exchange/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>

#include "gateway/base/error.h"
#include "gateway/exchange/transport.h"
#include "tests/support/tls_server.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using support::TlsServer;
using testing::HasSubstr;

using Context = Handle<SSL_CTX, SSL_CTX_free>;
using Bio = Handle<BIO, BIO_free_all>;

std::shared_ptr<const Generation> generation() {
  auto anchors =
      std::make_shared<const std::vector<Certificate>>(load_certificates(pki("trust/population/tls-ca.pem")));
  return std::make_shared<const Generation>(Generation{1, identity("gateway"), std::move(anchors)});
}

class OldServer : public testing::Test {
 protected:
  // A client of OpenSSL that would speak every TLS there is.
  static Context generous() {
    Context context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
    return context;
  }

  bool agrees(SSL_CTX* context) const {
    const std::string address = server_.address();
    const Bio connection(BIO_new_ssl_connect(context));
    BIO_set_conn_hostname(connection.get(), address.substr(std::string("https://").size()).c_str());
    return BIO_do_handshake(connection.get()) == 1;
  }

  TlsServer server_{{pki("registry/tls.pem"), pki("registry/tls.key"), "", false, true},
                    [](const support::ServerRequest&) { return support::ServerReply{}; }};
};

TEST_F(OldServer, IsRefusedByOurTransport) {
  Connection connection({server_.address()});
  Delivery delivery;
  const std::stop_token stop;
  try {
    connection.post({"", "text/xml", "", "<a/>"}, generation(), stop, delivery);
    ADD_FAILURE() << "TLS 1.1 was spoken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient);
    EXPECT_THAT(error.what(), HasSubstr("TLS was not agreed"));
  }
  EXPECT_FALSE(delivery.sent);
  EXPECT_EQ(server_.requests(), 0u);
}

// Where OpenSSL is told to be generous, our own bound is all that is left.
TEST_F(OldServer, IsRefusedByOurBoundAlone) {
  const Context open = generous();
  EXPECT_TRUE(agrees(open.get())) << "the server does speak TLS 1.1";
  const Context ours = generous();
  ASSERT_TRUE(equip(ours.get(), *generation()));
  EXPECT_FALSE(agrees(ours.get()));
}

}  // namespace
}  // namespace tilts::exchange
