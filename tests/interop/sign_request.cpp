// A request of ours for the peers to verify, on standard output:
//   interop_sign SOAP HASH KEY CERTIFICATE CONTENT
#include <iostream>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/exchange/envelope.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/libraries.h"
#include "gateway/exchange/profile.h"

namespace {

using namespace tilts;

exchange::Hash hash(const std::string& name) {
  if (name == "sha256") return exchange::Hash::sha256;
  if (name == "sha384") return exchange::Hash::sha384;
  if (name == "sha512") return exchange::Hash::sha512;
  throw Error(Code::config, "HASH is sha256, sha384 or sha512");
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 6) throw Error(Code::config, "usage: interop_sign SOAP HASH KEY CERTIFICATE CONTENT");
  constexpr std::string_view service = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
  const exchange::Libraries libraries;
  exchange::Profile profile;
  profile.soap =
      std::string(arguments[1]) == "1.1" ? exchange::SoapVersion::v1_1 : exchange::SoapVersion::v1_2;
  profile.request.parts = {"Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"};
  profile.request.digest = profile.request.signature = hash(arguments[2]);
  exchange::KeyFiles files;
  files.key = arguments[3];
  files.certificate = arguments[4];
  const exchange::Addressing addressing{std::string(service) + "/StartTransaction",
                                        exchange::fresh_message_id(profile),
                                        "https://registry.test/population",
                                        {}};
  const std::string content = arguments[5];
  const auto write = [&](xml::CanonicalWriter& to) {
    to.start(service, "StartTransaction", "r");
    to.start(service, "eServiceID", "r");
    to.text(content);
    to.end();
    to.end();
  };
  std::cout << exchange::sign_message(profile, *exchange::load_identity(files), addressing, write,
                                      Clock::system().now())
                   .bytes;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
