// How a key may be named, and which paths lead to an anchor (verification policy, section 7).
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/base64.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

namespace names = exchange::names;

const World& world() { return World::get(); }

std::string named_by(const std::string& key_info, const std::string& token = "") {
  Draft draft = honest(world().certificate.get());
  draft.token = token;
  draft.key_info = key_info;
  return sign(text(draft), world().key.get());
}

std::string str(const std::string& content) {
  return "<o:SecurityTokenReference>" + content + "</o:SecurityTokenReference>";
}

std::string identifier(std::string_view kind, const std::string& octets) {
  return str("<o:KeyIdentifier EncodingType='" + std::string(names::base64_binary) + "' ValueType='" +
             std::string(kind) + "'>" + xml::base64_encode(octets) + "</o:KeyIdentifier>");
}

exchange::TrustFiles with_known(const X509* certificate) {
  exchange::TrustFiles trust = world().trust();
  trust.certificates = {world().file("known-to-us.pem", pem(certificate))};
  return trust;
}

std::string token_of(std::string_view kind, const std::string& octets) {
  return "<o:BinarySecurityToken u:Id='token' ValueType='" + std::string(kind) + "'>" +
         xml::base64_encode(octets) + "</o:BinarySecurityToken>";
}

const std::string to_token = str("<o:Reference URI='#token'/>");

TEST(Key, KeyIdentifierAndThumbprintFindAKnownCertificate) {
  const X509* certificate = world().certificate.get();
  const ASN1_OCTET_STRING* id = X509_get0_subject_key_id(const_cast<X509*>(certificate));
  const std::string key_id(reinterpret_cast<const char*>(ASN1_STRING_get0_data(id)),
                           static_cast<size_t>(ASN1_STRING_length(id)));
  const std::string bytes = der(certificate);
  std::string thumbprint(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(thumbprint.data()));
  const auto trust = with_known(certificate);
  EXPECT_EQ(refused_by(named_by(identifier(names::x509_key_identifier, key_id)), policy(), trust), "");
  EXPECT_EQ(refused_by(named_by(identifier(names::thumbprint_sha1, thumbprint)), policy(), trust), "");
  EXPECT_EQ(refused_by(named_by(identifier(names::thumbprint_sha1, thumbprint)), policy(), world().trust()),
            "key-reference");
  EXPECT_EQ(refused_by(named_by(identifier("urn:example:other", thumbprint)), policy(), trust),
            "key-reference");
}

TEST(Key, PkiPathAndEmbeddedTokensAreTaken) {
  const std::string root = der(world().root.get());
  const std::string leaf = der(world().certificate.get());
  std::string path = root + leaf;
  const auto size = path.size();
  path.insert(0, {'\x30', '\x82', static_cast<char>(size >> 8), static_cast<char>(size)});
  EXPECT_EQ(refused_by(named_by(to_token, token_of(names::x509_pki_path, path))), "");
  EXPECT_EQ(refused_by(named_by(to_token, token_of(names::x509_pki_path, path + "x"))), "key-reference");
  EXPECT_EQ(refused_by(named_by(to_token, token_of(names::x509_pki_path, leaf))), "key-reference");
  EXPECT_EQ(refused_by(named_by(
                str("<o:Embedded>" + binary_token(world().certificate.get(), "inner") + "</o:Embedded>"))),
            "");
}

TEST(Key, NothingElseNamesAKey) {
  const std::string ds = " xmlns:ds='http://www.w3.org/2000/09/xmldsig#'";
  const std::string token = binary_token(world().certificate.get());
  for (const std::string& info :
       {std::string(), "<ds:KeyName" + ds + ">Registry</ds:KeyName>", to_token + to_token,
        "<ds:KeyName" + ds + ">x</ds:KeyName>" + to_token, "<ds:RetrievalMethod" + ds + " URI='#token'/>",
        "<ds:KeyValue" + ds + "/>" + to_token,
        "<ds:X509Data" + ds + "><ds:X509Certificate>" + xml::base64_encode(der(world().certificate.get())) +
            "</ds:X509Certificate></ds:X509Data>",
        str("<o:Reference URI='http://127.0.0.1/token'/>"), str("<o:Reference URI='file:///etc/passwd'/>"),
        str("<o:Reference URI='#body'/>"), str("<o:Reference URI='#nowhere'/>"), str(""),
        str("<o:Reference URI='#token'/><o:Reference URI='#token'/>")})
    EXPECT_EQ(refused_by(named_by(info, token)), "key-reference") << info;
}

// Whoever signs may write any key beside it: the value verifies, and says nothing about whose it is.
TEST(Key, AKeyValueIsNeverTheKey) {
  const Key own = rsa_key();
  const auto number = [&](const char* name) {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(own.get(), name, &raw);
    const Handle<BIGNUM, BN_free> value(raw);
    std::string octets(static_cast<size_t>(BN_num_bytes(value.get())), '\0');
    BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(octets.data()));
    return xml::base64_encode(octets);
  };
  Draft draft = honest(world().certificate.get());
  draft.key_info = "<ds:KeyValue xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:RSAKeyValue><ds:Modulus>" +
                   number(OSSL_PKEY_PARAM_RSA_N) + "</ds:Modulus><ds:Exponent>" +
                   number(OSSL_PKEY_PARAM_RSA_E) + "</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>";
  EXPECT_EQ(refused_by(sign(text(draft), own.get())), "key-reference");
  EXPECT_EQ(refused_by(sign(text(draft), world().key.get())), "key-reference");
}

TEST(Key, ATokenThatIsNoCertificateIsRefused) {
  EXPECT_EQ(refused_by(named_by(to_token, token_of(names::x509_v3, "not a certificate"))), "key-reference");
  EXPECT_EQ(refused_by(named_by(to_token, token_of("urn:example:other", der(world().certificate.get())))),
            "key-reference");
  EXPECT_EQ(refused_by(named_by(to_token, token_of(names::x509_v3, der(world().certificate.get()) + "tail"))),
            "key-reference");
}

TEST(Key, ASecondTokenOfTheSameIdIsRefused) {
  const std::string twice =
      binary_token(world().certificate.get()) + binary_token(world().ec_certificate.get());
  EXPECT_NE(refused_by(named_by(to_token, twice)), "");
}

TEST(Key, PinnedIsEnoughUntilItExpires) {
  Key key = rsa_key();
  const X509Handle alone = make({.common_name = "Alone"}, key.get());
  const X509Handle old = make({.common_name = "Alone", .days_from = -60, .days_until = -1}, key.get());
  const exchange::TrustFiles trust{.pinned = {world().file("alone.pem", pem(alone.get()) + pem(old.get()))}};
  EXPECT_EQ(refused_by(sign(text(honest(alone.get())), key.get()), policy(), trust), "");
  EXPECT_EQ(refused_by(sign(text(honest(old.get())), key.get()), policy(), trust), "signer-trusted");
  exchange::Policy strict = policy();
  strict.revocation = true;
  EXPECT_EQ(refused_by(sign(text(honest(alone.get())), key.get()), strict, trust), "signer-trusted");
}

// Root with pathlen:0 lets one CA below it, but not two; name constraints bind the leaf.
TEST(Key, PathLengthAndNameConstraintsHold) {
  struct Case {
    const char* what;
    std::string first_constraints;
    std::vector<std::string> first_more;
    bool second;
    std::string refused;
  };
  for (const Case& each :
       {Case{"one CA between", "critical,CA:TRUE,pathlen:0", {}, false, ""},
        Case{"two CAs between where none may be", "critical,CA:TRUE,pathlen:0", {}, true, "signer-trusted"},
        Case{"two CAs between", "critical,CA:TRUE,pathlen:1", {}, true, ""},
        Case{"names of a kind that the leaf has none of",
             "critical,CA:TRUE",
             {"nameConstraints=critical,permitted;email:example.test"},
             false,
             ""},
        Case{"this country's names",
             "critical,CA:TRUE",
             {"nameConstraints=critical,permitted;dirName:latvia"},
             false,
             ""},
        Case{"another country's names",
             "critical,CA:TRUE",
             {"nameConstraints=critical,permitted;dirName:estonia"},
             false,
             "signer-trusted"}}) {
    Key first_key = ec_key();
    const X509Handle first = make({.common_name = "First",
                                   .issuer = world().root.get(),
                                   .issuer_key = world().root_key.get(),
                                   .basic_constraints = each.first_constraints,
                                   .key_usage = "keyCertSign",
                                   .more = each.first_more},
                                  first_key.get());
    Key second_key = ec_key();
    const X509Handle second = make({.common_name = "Second",
                                    .issuer = first.get(),
                                    .issuer_key = first_key.get(),
                                    .basic_constraints = "critical,CA:TRUE",
                                    .key_usage = "keyCertSign"},
                                   second_key.get());
    Key key = ec_key();
    const X509Handle leaf = make({.common_name = "Leaf",
                                  .issuer = each.second ? second.get() : first.get(),
                                  .issuer_key = each.second ? second_key.get() : first_key.get()},
                                 key.get());
    exchange::TrustFiles trust = world().trust();
    trust.certificates = {world().file("chain.pem", pem(first.get()) + pem(second.get()))};
    EXPECT_EQ(refused_by(sign(text(honest(leaf.get(), true)), key.get()), policy(), trust), each.refused)
        << each.what;
  }
  Key first_key = ec_key();
  const X509Handle first = make({.common_name = "First",
                                 .issuer = world().root.get(),
                                 .issuer_key = world().root_key.get(),
                                 .basic_constraints = "critical,CA:TRUE",
                                 .more = {"nameConstraints=critical,permitted;DNS:registry.test"}},
                                first_key.get());
  Key key = ec_key();
  const X509Handle leaf = make({.common_name = "Leaf",
                                .issuer = first.get(),
                                .issuer_key = first_key.get(),
                                .more = {"subjectAltName=DNS:elsewhere.test"}},
                               key.get());
  exchange::TrustFiles trust = world().trust();
  trust.certificates = {world().file("constrained.pem", pem(first.get()))};
  EXPECT_EQ(refused_by(sign(text(honest(leaf.get(), true)), key.get()), policy(), trust), "signer-trusted");
}

TEST(Key, ACurrentRevocationListLetsTheOthersPass) {
  exchange::TrustFiles trust = world().trust();
  trust.crls = {world().file("current.crl", make_crl(world().root.get(), world().root_key.get(), {}, 10))};
  exchange::Policy strict = policy();
  strict.revocation = true;
  EXPECT_EQ(refused_by(sign(text(honest(world().certificate.get())), world().key.get()), strict, trust), "");
}

TEST(Key, TrustFilesThatCannotBeReadAreAConfigurationError) {
  for (const std::string& file :
       {std::string("/nowhere.pem"), world().file("empty.pem", ""),
        world().file("broken.pem", pem(world().root.get()) +
                                       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")})
    try {
      const exchange::Trust trust({.anchors = {file}});
      ADD_FAILURE() << file;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::config);
      EXPECT_NE(std::string(error.what()).find(file), std::string::npos);
    }
}

// The cached verdict ends with the certificate.
TEST(Key, AVerdictIsNotRememberedPastItsEnd) {
  auto moment = std::make_shared<Time>(Time{std::chrono::seconds{now}});
  const exchange::Verifier verifier(policy(), std::make_shared<exchange::Trust>(world().trust()),
                                    Clock([moment] { return *moment; }));
  const auto message = [&](const std::string& created, const std::string& expires) {
    Draft draft = honest(world().certificate.get());
    draft.timestamp = "<u:Timestamp u:Id='ts'><u:Created>" + created + "</u:Created><u:Expires>" + expires +
                      "</u:Expires></u:Timestamp>";
    return sign(text(draft), world().key.get());
  };
  EXPECT_NO_THROW(verifier.message(message("2026-11-21T11:59:00Z", "2026-11-21T12:04:00Z"), expectation()));
  *moment = parse_time("2027-11-22T12:00:00Z");
  EXPECT_THROW(verifier.message(message("2027-11-22T11:59:00Z", "2027-11-22T12:04:00Z"), expectation()),
               exchange::Refusal);
}

}  // namespace
}  // namespace tilts::attack
