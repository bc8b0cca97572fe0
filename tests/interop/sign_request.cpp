// A request or a document of ours for the peers to verify, on standard output:
//   interop_sign SOAP HASH KEY CERTIFICATE CONTENT
//   interop_sign document inclusive|exclusive KEY CERTIFICATE CONTENT
//   interop_sign carry SOAP KEY CERTIFICATE CONTENT ASSERTION STS_KEY STS_CERTIFICATE ANCHOR AUDIENCE
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/exchange/document_signer.h"
#include "gateway/exchange/envelope.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/libraries.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/token_request.h"
#include "gateway/exchange/trust.h"
#include "gateway/exchange/verifier.h"

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

std::shared_ptr<const exchange::Identity> identity(const std::string& key, const std::string& certificate) {
  exchange::KeyFiles files;
  files.key = key;
  files.certificate = certificate;
  return exchange::load_identity(files);
}

exchange::Profile profile(const std::string& soap, exchange::Hash hash) {
  exchange::Profile profile;
  profile.soap = soap == "1.1" ? exchange::SoapVersion::v1_1 : exchange::SoapVersion::v1_2;
  profile.request.parts = {"Body", "Timestamp", "Action", "MessageID", "ReplyTo", "To"};
  profile.request.digest = profile.request.signature = hash;
  return profile;
}

std::string request(const exchange::Profile& profile, const exchange::Identity& identity,
                    const std::string& content, const exchange::IssuedToken* token = nullptr) {
  constexpr std::string_view service = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
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
  return exchange::sign_message(profile, identity, addressing, write, Clock::system().now(), token).bytes;
}

// The assertion as a token service's signed answer brings it, read and verified as the gateway does.
exchange::IssuedToken token(const std::string& assertion_file, const exchange::Identity& sts,
                            const std::string& anchor, const std::string& audience) {
  std::ifstream file(assertion_file);
  const std::string assertion{std::istreambuf_iterator<char>(file), {}};
  const std::string response = fmt::format(
      "<t:RequestSecurityTokenResponseCollection xmlns:t='{}'><t:RequestSecurityTokenResponse>"
      "<t:RequestedSecurityToken>{}</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>"
      "</t:RequestSecurityTokenResponseCollection>",
      exchange::names::wst, assertion);
  exchange::Profile service = profile("1.2", exchange::Hash::sha256);
  service.request.parts = {"Body", "Timestamp", "Action", "MessageID", "RelatesTo", "To"};
  const std::string answer =
      exchange::sign_message(service, sts, {"urn:issued", "urn:uuid:answer", "urn:us", "urn:uuid:request"},
                             response, Clock::system().now())
          .bytes;
  const auto trust = std::make_shared<exchange::Trust>(exchange::TrustFiles{{anchor}, {}, {}, {}});
  const exchange::Verified verified =
      exchange::Verifier({}, trust, Clock::system()).message(answer, {"urn:uuid:request", {}});
  return exchange::read_token(verified, answer, {audience, exchange::Confirmation::holder_of_key},
                              Clock::system().now());
}

}  // namespace

int main(int count, char** arguments) try {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const bool carries = !words.empty() && words[0] == "carry";
  if (words.size() != (carries ? 10u : 5u))
    throw Error(Code::config, "usage: interop_sign SOAP HASH KEY CERTIFICATE CONTENT");
  const exchange::Libraries libraries;
  const auto signer = identity(words[2], words[3]);
  const std::string& content = words[4];
  if (carries) {
    exchange::Profile carrying = profile(words[1], exchange::Hash::sha256);
    carrying.request.parts.emplace_back("Token");
    const exchange::IssuedToken issued = token(words[5], *identity(words[6], words[7]), words[8], words[9]);
    std::cout << request(carrying, *signer, content, &issued);
  } else if (words[0] == "document") {
    std::cout << document(words[1] == "inclusive", *signer, content);
  } else {
    std::cout << request(profile(words[0], hash(words[1])), *signer, content);
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
