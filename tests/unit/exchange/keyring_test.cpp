#include "gateway/exchange/keyring.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/error.h"
#include "gateway/exchange/truststore.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/exchange/pki.h"

namespace tilts::exchange {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using support::read_file;
using testing::HasSubstr;

const fs::perms ours = fs::perms::owner_read | fs::perms::owner_write;

std::string write_secret(const support::TemporaryFolder& folder, const std::string& name,
                         const std::string& content) {
  const std::string file = folder.write(name, content);
  fs::permissions(file, ours);
  return file;
}

std::string refusal(const KeyFiles& files) {
  try {
    load_identity(files);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    return error.what();
  }
  return "accepted";
}

void openssl(const std::string& arguments) {
  ASSERT_EQ(std::system(("openssl " + arguments + " 2>/dev/null").c_str()), 0) << arguments;
}

TEST(Identity, reads_rsa_and_ecdsa) {
  EXPECT_NE(identity("gateway")->certificate_base64, "");
  EXPECT_TRUE(EVP_PKEY_is_a(identity("gateway-ecdsa")->key.get(), "EC"));
  EXPECT_TRUE(identity("gateway")->chain.empty());
}

TEST(Identity, refuses_a_key_that_others_can_read) {
  const support::TemporaryFolder folder;
  const std::string key = write_secret(folder, "key.pem", read_file(pki("gateway.key")));
  EXPECT_EQ(refusal({pki("gateway.pem"), key, {}, {}}), "accepted");
  for (const fs::perms more : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(key, ours | more);
    EXPECT_THAT(refusal({pki("gateway.pem"), key, {}, {}}), HasSubstr("chmod 600"));
  }
}

TEST(Identity, tells_what_is_wrong_with_a_file) {
  const support::TemporaryFolder folder;
  const std::string empty = write_secret(folder, "empty", "");
  const std::string noise = write_secret(folder, "noise", "noise");
  const std::string cut = write_secret(folder, "cut", read_file(pki("gateway.key")).substr(0, 300));
  EXPECT_THAT(refusal({pki("gateway.pem"), "/nowhere/key", {}, {}}),
              HasSubstr("/nowhere/key: cannot be read"));
  EXPECT_THAT(refusal({pki("gateway.pem"), folder.path(), {}, {}}), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal({pki("gateway.pem"), empty, {}, {}}), HasSubstr("is empty"));
  EXPECT_THAT(refusal({pki("gateway.pem"), noise, {}, {}}), HasSubstr("neither PEM nor PKCS#12"));
  EXPECT_THAT(refusal({pki("gateway.pem"), cut, {}, {}}), HasSubstr("holds no key"));
  EXPECT_THAT(refusal({pki("gateway-ecdsa.pem"), pki("gateway.key"), {}, {}}), HasSubstr("does not belong"));
  EXPECT_THAT(refusal({noise, pki("gateway.key"), {}, {}}), HasSubstr("no readable certificate"));
  EXPECT_THAT(refusal({"", pki("gateway.key"), {}, {}}), HasSubstr("no certificate beside it"));
}

TEST(Identity, refuses_keys_that_nothing_here_signs_with) {
  const support::TemporaryFolder folder;
  const std::string name = (folder.path() / "weak").string();
  for (const std::string kind : {"rsa:1024", "ec -pkeyopt ec_paramgen_curve:P-384", "ed25519"}) {
    openssl("req -x509 -newkey " + kind + " -nodes -subj /CN=x -keyout " + name + ".key -out " + name +
            ".pem");
    fs::permissions(name + ".key", ours);
    EXPECT_THAT(refusal({name + ".pem", name + ".key", {}, {}}), HasSubstr("neither RSA of 2048 bits"))
        << kind;
  }
}

TEST(Identity, opens_what_a_passphrase_closes) {
  const support::TemporaryFolder folder;
  const std::string right = write_secret(folder, "right", "koks\n");
  const std::string wrong = write_secret(folder, "wrong", "akmens\n");
  const std::string pem = (folder.path() / "closed.key").string();
  const std::string pkcs12 = (folder.path() / "closed.p12").string();
  openssl("pkey -in " + pki("gateway.key") + " -aes256 -passout file:" + right + " -out " + pem);
  openssl("pkcs12 -export -inkey " + pki("gateway.key") + " -in " + pki("gateway.pem") + " -certfile " +
          pki("trust/gateway-ca.pem") + " -passout file:" + right + " -out " + pkcs12);
  fs::permissions(pem, ours);
  fs::permissions(pkcs12, ours);
  EXPECT_EQ(refusal({pki("gateway.pem"), pem, right, {}}), "accepted");
  EXPECT_THAT(refusal({pki("gateway.pem"), pem, wrong, {}}), HasSubstr("passphrase"));
  EXPECT_THAT(refusal({pki("gateway.pem"), pem, {}, {}}), HasSubstr("passphrase"));
  EXPECT_EQ(load_identity({{}, pkcs12, right, {}})->certificate_base64,
            identity("gateway")->certificate_base64);
  EXPECT_EQ(load_identity({{}, pkcs12, right, {}})->chain.size(), 1u);
  EXPECT_THAT(refusal({{}, pkcs12, wrong, {}}), HasSubstr("does not open with its passphrase"));
  fs::permissions(right, ours | fs::perms::others_read);
  EXPECT_THAT(refusal({{}, pkcs12, right, {}}), HasSubstr("chmod 600"));
}

const std::vector<std::string>& anchors() {
  static const std::vector<std::string> files = {pki("trust/population/tls-ca.pem")};
  return files;
}

TEST(Keyring, follows_the_day_of_each_pair) {
  Time now = parse_time("2026-11-30T23:59:59Z");
  Keyring keys({pair("gateway-ecdsa", parse_time("2026-12-01T00:00:00Z")),
                pair("gateway", parse_time("2026-01-01T00:00:00Z"))},
               anchors(), Clock([&now] { return now; }));
  const auto before = keys.current();
  EXPECT_EQ(before->identity, keys.identities()[1]);
  EXPECT_EQ(keys.current(), before);
  now += std::chrono::seconds{1};
  EXPECT_EQ(keys.current()->identity, keys.identities()[0]);
  EXPECT_GT(keys.current()->number, before->number);
  now = parse_time("2025-01-01T00:00:00Z");
  EXPECT_THROW(keys.current(), Error);
}

TEST(Keyring, takes_replaced_files_and_keeps_the_old_ones_while_they_do_not_fit) {
  const support::TemporaryFolder folder;
  const std::string certificate = folder.write("c.pem", read_file(pki("gateway.pem")));
  const std::string key = write_secret(folder, "k.pem", read_file(pki("gateway.key")));
  Keyring keys({{certificate, key, {}, {}}}, anchors(), Clock::system(), milliseconds{0});
  const auto first = keys.current();
  EXPECT_EQ(keys.current(), first);

  folder.write("c.pem", read_file(pki("gateway-ecdsa.pem")));
  EXPECT_EQ(keys.current(), first);
  EXPECT_THAT(keys.problem(), HasSubstr("does not belong"));

  folder.write("k.pem", read_file(pki("gateway-ecdsa.key")));
  const auto second = keys.current();
  EXPECT_NE(second, first);
  EXPECT_GT(second->number, first->number);
  EXPECT_EQ(second->identity->certificate_base64, identity("gateway-ecdsa")->certificate_base64);
  EXPECT_EQ(keys.problem(), "");
}

TEST(Keyring, sees_when_only_the_rights_of_a_file_were_mended) {
  const support::TemporaryFolder folder;
  const std::string key = write_secret(folder, "k.pem", read_file(pki("gateway.key")));
  Keyring keys({{pki("gateway.pem"), key, {}, {}}}, anchors(), Clock::system(), milliseconds{0});
  const auto first = keys.current();
  folder.write("k.pem", read_file(pki("gateway.key")) + "\n");
  fs::permissions(key, ours | fs::perms::group_read);
  EXPECT_EQ(keys.current(), first);
  EXPECT_THAT(keys.problem(), HasSubstr("chmod 600"));
  fs::permissions(key, ours);
  EXPECT_NE(keys.current(), first);
  EXPECT_EQ(keys.problem(), "");
}

TEST(Keyring, tells_every_problem_at_the_start) {
  try {
    Keyring({{pki("gateway.pem"), "/nowhere/a", {}, {}}, {pki("gateway.pem"), "/nowhere/b", {}, {}}},
            {"/nowhere/c"}, Clock::system());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    for (const std::string file : {"/nowhere/a", "/nowhere/b", "/nowhere/c"})
      EXPECT_THAT(error.what(), HasSubstr(file));
  }
  EXPECT_THROW(Keyring({}, anchors(), Clock::system()), Error);
  EXPECT_THROW(Keyring({pair("gateway")}, {}, Clock::system()), Error);
}

TEST(Truststore, takes_replaced_files_and_keeps_the_old_ones_while_they_cannot_be_read) {
  const support::TemporaryFolder folder;
  const std::string anchor = folder.write("a.pem", read_file(pki("trust/population/signing-ca.pem")));
  Truststore trust({{anchor}, {}, {}, {}}, milliseconds{0});
  const auto first = trust.current();
  EXPECT_EQ(trust.current(), first);

  folder.write("a.pem", "half of a file");
  EXPECT_EQ(trust.current(), first);
  EXPECT_THAT(trust.problem(), HasSubstr("a.pem"));

  folder.write("a.pem", read_file(pki("trust/gateway-ca.pem")));
  EXPECT_NE(trust.current(), first);
  EXPECT_EQ(trust.problem(), "");
}

}  // namespace
}  // namespace tilts::exchange
