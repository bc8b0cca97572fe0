// Signing, beside the one RSA-2048 signature that nothing can save. docs/speed.md has the figures.
#include <memory>

#include "gateway/exchange/envelope.h"
#include "gateway/exchange/libraries.h"
#include "gateway/xml/base64.h"
#include "tests/attack/certificates.h"
#include "tests/attack/world.h"
#include "tests/bench/paired.h"

namespace tilts::bench {
namespace {

void rsa_signature(EVP_PKEY* key) {
  static const std::string bytes(700, 'x');
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  unsigned char value[256];
  size_t length = sizeof value;
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), value, &length, reinterpret_cast<const unsigned char*>(bytes.data()),
                 bytes.size());
}

exchange::Content persons(size_t size) {
  return std::function<void(xml::CanonicalWriter&)>([size](xml::CanonicalWriter& writer) {
    constexpr std::string_view p = "urn:example:p";
    writer.start(p, "Request", "p");
    for (size_t written = 0; written + 200 < size; written += 200) {
      writer.start(p, "Person", "p");
      for (const auto& [local, text] :
           {std::pair{"PersonCode", "99017012345"}, std::pair{"GivenName", "Janis"},
            std::pair{"Surname", "Berzins-Kirsis"}, std::pair{"Status", "active"}}) {
        writer.start(p, local, "p");
        writer.text(text);
        writer.end();
      }
      writer.end();
    }
    writer.end();
  });
}

}  // namespace
}  // namespace tilts::bench

int main(int argc, char** argv) {
  using namespace tilts;
  const exchange::Libraries libraries;
  auto identity = std::make_shared<exchange::Identity>();
  identity->key = attack::rsa_key();
  identity->certificate = attack::make({.common_name = "Gateway"}, identity->key.get());
  identity->certificate_base64 = xml::base64_encode(attack::der(identity->certificate.get()));
  auto profile = std::make_shared<exchange::Profile>();
  profile->request.parts = {"Body", "Timestamp"};
  const auto sign = [identity, profile](size_t size) {
    return [identity, profile, content = bench::persons(size)] {
      exchange::sign_message(*profile, *identity,
                             {.action = "urn:a", .message_id = "urn:uuid:1", .to = "urn:b"}, content,
                             Time{std::chrono::seconds{attack::now}});
    };
  };
  bench::add({.name = "sign 4 KB",
              .reference_name = "one RSA-2048 signature",
              .ours = sign(1200),
              .reference = [identity] { bench::rsa_signature(identity->key.get()); },
              .goal = 1.2});
  bench::add("sign 4 MB from writer calls", sign(size_t{4} << 20), 10'000);
  return bench::run(argc, argv);
}
