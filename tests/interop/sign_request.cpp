// A request or a document of ours for the peers to verify, on standard output:
//   interop_sign SOAP HASH KEY CERTIFICATE CONTENT
//   interop_sign document inclusive|exclusive KEY CERTIFICATE CONTENT
#include <iostream>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/exchange/document_signer.h"
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

// An envelope of the official delivery channel, as short as it can be.
std::string document(bool inclusive, const exchange::Identity& identity, const std::string& content) {
  const std::string div = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";
  xml::CanonicalWriter to;
  to.start(div, "Envelope");
  to.start(div, "SenderDocument");
  to.attribute("Id", "SenderSection");
  to.start(div, "Title");
  to.text(content);
  to.end();
  to.end();
  to.start(div, "Signatures");
  to.end();
  to.end();
  exchange::DocumentSigning signing{.element = "{" + div + "}SenderDocument",
                                    .into = "{" + div + "}Signatures",
                                    .id = "SenderSignature",
                                    .inclusive = inclusive};
  if (EVP_PKEY_is_a(identity.key.get(), "EC")) signing.signature = exchange::Hash::sha256;
  return exchange::sign_document(to.take(), signing, identity, Clock::system().now());
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 6) throw Error(Code::config, "usage: interop_sign SOAP HASH KEY CERTIFICATE CONTENT");
  constexpr std::string_view service = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
  const exchange::Libraries libraries;
  exchange::KeyFiles files;
  files.key = arguments[3];
  files.certificate = arguments[4];
  const std::string content = arguments[5];
  if (std::string(arguments[1]) == "document") {
    std::cout << document(std::string(arguments[2]) == "inclusive", *exchange::load_identity(files), content);
    return 0;
  }
  exchange::Profile profile;
  profile.soap =
      std::string(arguments[1]) == "1.1" ? exchange::SoapVersion::v1_1 : exchange::SoapVersion::v1_2;
  profile.request.parts = {"Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"};
  profile.request.digest = profile.request.signature = hash(arguments[2]);
  const exchange::Addressing addressing{std::string(service) + "/StartTransaction",
                                        exchange::fresh_message_id(profile),
                                        "https://registry.test/population",
                                        {}};
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
