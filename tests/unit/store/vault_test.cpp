#include "gateway/store/vault.h"

#include <fstream>

#include <gmock/gmock.h>

#include "gateway/base/error.h"
#include "tests/support/temporary_folder.h"

namespace tilts::store {
namespace {

using testing::HasSubstr;

class VaultTest : public testing::Test {
 protected:
  VaultTest() { Vault::create(file_); }

  std::string refusal() {
    try {
      const Vault vault(file_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::config);
      return error.what();
    }
    ADD_FAILURE() << "it was opened";
    return "";
  }

  support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "master.key";
};

TEST_F(VaultTest, OpensWhatItSealed) {
  const Vault vault(file_);
  for (const std::string& plain : {std::string("Bērziņš"), std::string(), std::string(100'000, '\0')})
    EXPECT_EQ(vault.open("place", vault.seal("place", plain)), plain);
  EXPECT_NE(vault.seal("place", "a"), vault.seal("place", "a")) << "a fresh nonce each time";
}

TEST_F(VaultTest, DoesNotOpenWhatWasChangedMovedOrCut) {
  const Vault vault(file_);
  const std::string sealed = vault.seal("place", "Bērziņš");
  EXPECT_THROW(vault.open("other place", sealed), Error);
  EXPECT_THROW(vault.open("place", ""), Error);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THROW(vault.open("place", changed), Error) << i;
    EXPECT_THROW(vault.open("place", sealed.substr(0, i)), Error) << i;
  }
}

TEST_F(VaultTest, KeyedHashesDependOnKeyLabelAndText) {
  const Vault vault(file_);
  const auto other_file = folder_.path() / "other.key";
  Vault::create(other_file);
  const Vault other(other_file);
  const std::string hash = vault.keyed_hash("code", "81017012345");
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(hash, Vault(file_).keyed_hash("code", "81017012345"));
  EXPECT_NE(hash, vault.keyed_hash("code", "81017012346"));
  EXPECT_NE(hash, vault.keyed_hash("part", "81017012345"));
  EXPECT_NE(hash, other.keyed_hash("code", "81017012345"));
  EXPECT_NE(vault.fingerprint(), other.fingerprint());
  EXPECT_THROW(other.open("place", vault.seal("place", "a")), Error);
}

TEST_F(VaultTest, WrapsKeys) {
  const Vault vault(file_);
  const Key key = Vault::new_key();
  EXPECT_EQ(vault.unwrap("name", vault.wrap("name", key)), key);
  EXPECT_THROW(vault.unwrap("other", vault.wrap("name", key)), Error);
  EXPECT_THROW(vault.open("name", vault.wrap("name", key)), Error) << "a key of its own";
  EXPECT_NE(key, Vault::new_key());
}

TEST_F(VaultTest, SignsUnderAKeyOfItsOwn) {
  const Vault vault(file_);
  const std::string signature = vault.sign("text");
  EXPECT_TRUE(vault.verify("text", signature));
  EXPECT_FALSE(vault.verify("texT", signature));
  EXPECT_FALSE(vault.verify("text", signature.substr(1)));
  EXPECT_THAT(vault.public_key(), HasSubstr("BEGIN PUBLIC KEY"));
}

TEST_F(VaultTest, KeepsAFileThatExists) {
  EXPECT_THROW(Vault::create(file_), Error);
  EXPECT_NO_THROW(Vault{file_});
}

TEST_F(VaultTest, RefusesAKeyThatOthersMayRead) {
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  std::filesystem::permissions(file_, std::filesystem::perms(0640));
  EXPECT_THAT(refusal(), HasSubstr("others may read it"));
}

TEST_F(VaultTest, RefusesWhatIsNoKey) {
  const std::string good = support::read_file(file_);
  for (const std::string& text :
       {std::string(), good.substr(1), good + "x", good.substr(0, good.size() - 2) + "g\n"}) {
    std::ofstream(file_, std::ios::trunc) << text;
    EXPECT_THAT(refusal(), HasSubstr("not a master key")) << text.size();
  }
  std::filesystem::remove(file_);
  EXPECT_THAT(refusal(), HasSubstr("tilts init"));
}

}  // namespace
}  // namespace tilts::store
