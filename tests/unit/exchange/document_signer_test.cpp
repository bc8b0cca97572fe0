// Documents of ours: signed, verified by xmlsec's own tool and by our verifier, and refused when they are not
// such.
#include "gateway/exchange/document_signer.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/verifier.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* div = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";

// A prefix that nothing uses stands on the root: inclusive canonicalisation counts it.
const std::string envelope = "<Envelope xmlns=\"" + std::string(div) +
                             "\" xmlns:unused=\"urn:unused\"><SenderDocument Id=\"SenderSection\">"
                             "<DocumentMetadata><Title>Atzinums par Jāni &amp; citiem</Title>\n  "
                             "</DocumentMetadata></SenderDocument>"
                             "<Signatures></Signatures></Envelope>";

DocumentSigning signing(bool inclusive = true) {
  return {.element = "{" + std::string(div) + "}SenderDocument",
          .into = "{" + std::string(div) + "}Signatures",
          .id = "SenderSignature",
          .inclusive = inclusive};
}

const Time moment = parse_time("2026-11-22T10:15:30.500Z");

std::string signed_by(const std::string& key, const DocumentSigning& how,
                      const std::string& document = envelope) {
  return sign_document(document, how, *identity(key), moment);
}

bool xmlsec_verifies(const std::string& document, const std::string& certificate) {
  const support::TemporaryFolder folder;
  const std::string command = "xmlsec1 --verify --pubkey-cert-pem '" + certificate +
                              "' --id-attr:Id SenderDocument --id-attr:Id SignedProperties '" +
                              folder.write("document.xml", document) + "' >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

Verified verified(const std::string& document, const std::set<std::string>& legacy = {}) {
  Policy policy;
  policy.xades = true;
  policy.legacy = legacy;
  const auto trust = std::make_shared<Trust>(TrustFiles{{pki("trust/gateway-ca.pem")}, {}, {}, {}});
  return Verifier(policy, trust, Clock::system()).document(document);
}

struct Variant {
  std::string name;
  std::string key;
  bool inclusive;
  Hash signature;
};

class SignedDocument : public testing::TestWithParam<Variant> {};

TEST_P(SignedDocument, is_verified_by_xmlsec_and_by_us_and_refused_when_changed) {
  DocumentSigning how = signing(GetParam().inclusive);
  how.signature = GetParam().signature;
  const std::string document = signed_by(GetParam().key, how);
  const std::string certificate = pki(GetParam().key + ".pem");
  EXPECT_TRUE(xmlsec_verifies(document, certificate)) << document;
  const Verified result = verified(document);
  ASSERT_EQ(result.parts().size(), 1u) << "the signed properties are no content";
  EXPECT_THAT(result.parts()[0].bytes,
              AllOf(testing::StartsWith("<SenderDocument "), HasSubstr("Atzinums par Jāni &amp; citiem")));
  EXPECT_EQ(result.signing_time(), parse_time("2026-11-22T10:15:30Z"));

  for (const std::string part : {"Atzinums", "2026-11-22T10"}) {
    std::string changed = document;
    changed[changed.find(part)] ^= 1;
    EXPECT_FALSE(xmlsec_verifies(changed, certificate)) << part;
    EXPECT_THROW(verified(changed), Refusal) << part;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SignedDocument,
                         testing::Values(Variant{"inclusive", "gateway", true, Hash::sha512},
                                         Variant{"exclusive", "gateway", false, Hash::sha512},
                                         Variant{"sha256", "gateway", true, Hash::sha256},
                                         Variant{"ecdsa", "gateway-ecdsa", true, Hash::sha256}),
                         [](const auto& test) { return test.param.name; });

TEST(DocumentSigner, says_what_live_verifiers_look_for) {
  const std::string document = signed_by("gateway", signing());
  EXPECT_THAT(document, AllOf(HasSubstr("Id=\"SenderSignature\""), HasSubstr("URI=\"#SenderSection\""),
                              HasSubstr("Type=\"http://uri.etsi.org/01903#SignedProperties\""),
                              HasSubstr("<ds:RSAKeyValue><ds:Modulus>"), HasSubstr("<ds:X509SubjectName>CN="),
                              HasSubstr("<ds:X509IssuerName>CN="), HasSubstr("xmldsig-more#rsa-sha512"),
                              HasSubstr(std::string(names::inclusive_c14n)),
                              HasSubstr("</ds:Signature></Signatures></Envelope>")));
  EXPECT_THAT(document, testing::Not(HasSubstr(std::string(names::sha1)))) << "SHA-1 is never a default";
}

TEST(DocumentSigner, names_its_certificate_by_sha1_only_by_words) {
  DocumentSigning how = signing();
  how.certificate = Hash::sha1;
  const std::string document = signed_by("gateway", how);
  EXPECT_TRUE(xmlsec_verifies(document, pki("gateway.pem")));
  EXPECT_NO_THROW(verified(document, {std::string(names::sha1)}));
  try {
    verified(document);
    ADD_FAILURE() << "it was taken";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.rule(), "xades-digest");
  }
}

TEST(DocumentSigner, refuses_what_it_cannot_sign) {
  const auto why = [](const std::string& document) -> std::string {
    try {
      signed_by("gateway", signing(), document);
      return "signed";
    } catch (const Error& error) {
      return std::string(name(error.code())) + ": " + error.what();
    }
  };
  const auto with = [](std::string document, const std::string& from, const std::string& to) {
    return document.replace(document.find(from), from.size(), to);
  };
  EXPECT_THAT(why(with(envelope, " Id=\"SenderSection\"", "")), HasSubstr("what shall be signed has no Id"));
  EXPECT_THAT(why(with(envelope, "<Signatures></Signatures>", "")),
              HasSubstr("the document has no Signatures"));
  EXPECT_THAT(why(with(envelope, "<Signatures></Signatures>", "<Signatures/><Signatures/>")),
              HasSubstr("Signatures stands in the document more than once"));
  EXPECT_THAT(why(with(with(envelope, "<Signatures></Signatures>", ""), "</DocumentMetadata>",
                       "<Signatures/></DocumentMetadata>")),
              HasSubstr("would stand inside what it covers"));
  EXPECT_THAT(why("<Envelope"), testing::Not(HasSubstr("signed")));
}

}  // namespace
}  // namespace tilts::exchange
