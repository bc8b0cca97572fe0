// What becomes of a file that arrives: proven, opened, unpacked and put under a name, or nothing of it is
// left.
#include "gateway/pull/incoming_files.h"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sys/resource.h>
#include <zlib.h>

#include "gateway/base/error.h"
#include "gateway/exchange/names.h"
#include "gateway/pull/gunzip.h"
#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace names = exchange::names;
using host::IncomingFile;

std::string digest(std::string_view bytes, const EVP_MD* method = EVP_sha512()) {
  std::string made(static_cast<size_t>(EVP_MD_get_size(method)), '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(made.data()), nullptr, method,
             nullptr);
  return made;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::shared_ptr<const exchange::Identity> identity(exchange::Key key) {
  auto made = std::make_shared<exchange::Identity>();
  made->key = std::move(key);
  return made;
}
std::shared_ptr<const exchange::Identity> rsa() { return identity(exchange::Key(EVP_RSA_gen(2048))); }

// RSA-OAEP of `plain`, as a sender makes it.
std::string wrap(const exchange::Identity& whose, std::string_view plain, const EVP_MD* method = EVP_sha1()) {
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new(whose.key.get(), nullptr));
  EVP_PKEY_encrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
  EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), method);
  EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), method);
  std::string out(static_cast<size_t>(EVP_PKEY_get_size(whose.key.get())), '\0');
  size_t size = out.size();
  EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   reinterpret_cast<const unsigned char*>(plain.data()), plain.size());
  out.resize(size);
  return out;
}

struct Sealed {
  std::string key, iv, cipher;
  std::string plain_key() const { return static_cast<char>(key.size()) + key + iv; }
};

Sealed seal(std::string_view plain, size_t key_octets = 32) {
  Sealed sealed{std::string(key_octets, 'k'), std::string(16, 'i'), std::string(plain.size() + 16, '\0')};
  const EVP_CIPHER* cipher = key_octets == 16   ? EVP_aes_128_cbc()
                             : key_octets == 24 ? EVP_aes_192_cbc()
                                                : EVP_aes_256_cbc();
  const Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> context(EVP_CIPHER_CTX_new());
  EVP_EncryptInit_ex(context.get(), cipher, nullptr, reinterpret_cast<unsigned char*>(sealed.key.data()),
                     reinterpret_cast<unsigned char*>(sealed.iv.data()));
  int first = 0, last = 0;
  auto* out = reinterpret_cast<unsigned char*>(sealed.cipher.data());
  EVP_EncryptUpdate(context.get(), out, &first, reinterpret_cast<const unsigned char*>(plain.data()),
                    static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context.get(), out + first, &last);
  sealed.cipher.resize(static_cast<size_t>(first + last));
  return sealed;
}

class Arriving : public testing::Test {
 protected:
  Arriving() { std::filesystem::create_directory(folder()); }

  std::filesystem::path folder() const { return temporary.path() / "documents"; }
  IncomingFiles& files() {
    if (!incoming) incoming.emplace(terms);
    return *incoming;
  }
  void collect(std::string_view bytes, bool covered = true, std::string_view file = "f") {
    files().collect(file, covered, [&](const IncomingFiles::Take& take) { take(bytes); });
  }
  // The sentence of a refusal; empty when the file was kept.
  std::string refusal(const IncomingFile& file, Code code = Code::untrusted) {
    try {
      files().keep(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return {};
  }
  std::vector<std::string> standing() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
      found.push_back(std::filesystem::relative(entry.path(), folder()).string());
    std::ranges::sort(found);
    return found;
  }
  std::string read(const std::string& name) const { return support::read_file(folder() / name); }
  static IncomingFile file(std::string_view name = "a.txt", std::string_view document = "d1") {
    return {.file = "f", .document = document, .name = name};
  }

  support::TemporaryFolder temporary;
  IncomingFiles::Terms terms{"documents", folder(), 64 << 20, {}, {}};
  std::optional<IncomingFiles> incoming;
};

TEST_F(Arriving, ACoveredFileStandsWhereItsNameSays) {
  collect("first ");
  collect("second");
  EXPECT_THAT(standing(), IsEmpty()) << "what is collected has no name";
  EXPECT_EQ(files().keep(file("Lēmums.pdf")), "d1/Lēmums.pdf");
  EXPECT_EQ(read("d1/Lēmums.pdf"), "first second");
  EXPECT_THAT(standing(), ElementsAre("d1", "d1/Lēmums.pdf"));
}

TEST_F(Arriving, AnEmptyFileIsAFile) {
  collect("");
  EXPECT_EQ(files().keep(file()), "d1/a.txt");
  EXPECT_EQ(read("d1/a.txt"), "");
}

TEST_F(Arriving, OnePieceThatIsNotCoveredUncoversTheFile) {
  collect("first", true);
  collect("second", false);
  collect("third", true);
  EXPECT_THAT(refusal(file()), AllOf(StartsWith("documents: a file is covered neither by"),
                                     HasSubstr("nothing of it was kept")));
  EXPECT_THAT(standing(), IsEmpty());
  EXPECT_THAT(refusal(file(), Code::bug), HasSubstr("collected nothing")) << "its pieces went with it";
}

TEST_F(Arriving, ADigestProvesAFileAndIsAlwaysCompared) {
  const std::string bytes = "what travels";
  for (const auto& [method, hash] : {std::pair{names::sha256, EVP_sha256()},
                                     {names::sha384, EVP_sha384()},
                                     {names::sha512, EVP_sha512()}}) {
    const std::string right = digest(bytes, hash), wrong = digest("other", hash);
    IncomingFile said = file();
    said.digest_method = method;
    said.digest = right;
    collect(bytes, false);
    EXPECT_EQ(refusal(said), "") << method;
    said.digest = wrong;
    for (const bool covered : {false, true}) {
      collect(bytes, covered);
      EXPECT_THAT(refusal(said), HasSubstr("not the one whose digest")) << method;
    }
    said.digest = std::string_view(right).substr(0, 16);
    collect(bytes, true);
    EXPECT_THAT(refusal(said), HasSubstr("not the one whose digest"));
  }
}

TEST_F(Arriving, ADigestOfAnotherKindProvesNothing) {
  const std::string bytes = "what travels", sha1 = digest(bytes, EVP_sha1()),
                    sha256 = digest(bytes, EVP_sha256());
  for (const auto& [method, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {names::sha1, sha1}, {"urn:md5", sha256}, {"", sha256}, {names::sha256, ""}}) {
    IncomingFile said = file();
    said.digest_method = method;
    said.digest = value;
    collect(bytes, true);
    EXPECT_NE(refusal(said), "") << method;
    EXPECT_THAT(standing(), IsEmpty());
  }
}

class Encrypted : public Arriving {
 protected:
  Encrypted() {
    terms.keys = {rsa(), ours};
    for (const auto& uri : {names::rsa_oaep_mgf1p, names::aes256_cbc}) terms.legacy.emplace(uri);
  }
  IncomingFile with(const std::string& wrapped) const {
    IncomingFile given = file();
    given.wrapped_key = wrapped;
    return given;
  }

  std::shared_ptr<const exchange::Identity> ours = rsa();
  const std::string plain = std::string(200'000, 'x') + "end";
  const std::string does_not_open =
      "documents: a file does not open: it was changed, or encrypted for another key; nothing "
      "of it "
      "was kept, ask its sender";
};

TEST_F(Encrypted, AFileOpensWithOneOfOurKeys) {
  for (const auto& uri : {names::aes128_cbc, names::aes192_cbc}) terms.legacy.emplace(uri);
  for (const size_t octets : {16u, 24u, 32u}) {
    const Sealed sealed = seal(plain, octets);
    // In pieces that end where no block does.
    collect(std::string_view(sealed.cipher).substr(0, 70'001));
    collect(std::string_view(sealed.cipher).substr(70'001));
    EXPECT_EQ(files().keep(with(wrap(*ours, sealed.plain_key()))), "d1/a.txt");
    EXPECT_EQ(read("d1/a.txt"), plain);
  }
}

TEST_F(Encrypted, UnpackedAfterItIsOpened) {
  const Sealed sealed = seal(gzip(plain));
  collect(sealed.cipher);
  const std::string wrapped = wrap(*ours, sealed.plain_key());
  IncomingFile given = with(wrapped);
  given.compressed = true;
  files().keep(given);
  EXPECT_EQ(read("d1/a.txt"), plain);
}

TEST_F(Encrypted, WhateverDependsOnTheKeyReadsTheSame) {
  const Sealed sealed = seal(plain);
  const auto refused = [&](std::string_view cipher, const std::string& wrapped, bool compressed = false) {
    collect(cipher);
    IncomingFile given = with(wrapped);
    given.compressed = compressed;
    EXPECT_EQ(refusal(given), does_not_open);
    EXPECT_THAT(standing(), IsEmpty());
  };
  const std::string good = wrap(*ours, sealed.plain_key());
  refused(sealed.cipher, "no RSA block");
  refused(sealed.cipher, wrap(*rsa(), sealed.plain_key()));
  refused(sealed.cipher, wrap(*ours, sealed.plain_key(), EVP_sha256()));
  refused(sealed.cipher, wrap(*ours, ""));
  refused(sealed.cipher, wrap(*ours, sealed.key + sealed.iv));
  refused(sealed.cipher, wrap(*ours, sealed.plain_key() + "x"));
  refused(sealed.cipher, wrap(*ours, sealed.plain_key().substr(0, 48)));
  const Sealed shorter = seal(plain, 16);  // not among the words
  refused(shorter.cipher, wrap(*ours, shorter.plain_key()));
  refused(std::string_view(sealed.cipher).substr(0, 160), good);
  refused(std::string_view(sealed.cipher).substr(0, 161), good);
  refused("", good);
  refused(sealed.cipher, good, true);  // it opens to what is no GZIP
  const Sealed cut = seal(gzip(plain).substr(0, 100));
  refused(cut.cipher, wrap(*ours, cut.plain_key()), true);
}

// The padding of what a wrong key opens is right once in 256 times.
TEST_F(Encrypted, AKeyThatDoesNotOpenNeverLetsAnythingThrough) {
  terms.keys = {ours};
  for (int i = 0; i < 1500; ++i) {
    collect(std::string(16, 'x'));
    ASSERT_EQ(refusal(with("no RSA block")), does_not_open);
  }
}

TEST_F(Encrypted, OnlyByTheProfilesWords) {
  const Sealed sealed = seal(plain);
  const std::string wrapped = wrap(*ours, sealed.plain_key());
  for (const auto& left_out : {names::rsa_oaep_mgf1p, names::aes256_cbc}) {
    incoming.reset();
    const auto words = terms.legacy;
    terms.legacy.erase(std::string(left_out));
    collect(sealed.cipher);
    EXPECT_THAT(refusal(with(wrapped)), HasSubstr("which the profile does not allow"));
    EXPECT_THAT(standing(), IsEmpty());
    terms.legacy = words;
  }
}

TEST_F(Encrypted, NothingHereCouldOpenIt) {
  terms.keys = {identity(exchange::Key(EVP_EC_gen("P-256")))};
  collect("x");
  EXPECT_THAT(refusal(with("x")), HasSubstr("no RSA key is held here"));
}

class Compressed : public Arriving {
 protected:
  static IncomingFile file() {
    IncomingFile given = Arriving::file();
    given.compressed = true;
    return given;
  }
};

TEST_F(Compressed, AFileIsUnpacked) {
  const std::string plain = std::string(300'000, 'x') + "end";
  collect(gzip(plain));
  files().keep(file());
  EXPECT_EQ(read("d1/a.txt"), plain);
  collect(gzip(""));
  files().keep(file());
  EXPECT_EQ(read("d1/a.txt"), "");
}

TEST_F(Compressed, WhatIsNotOneWholeMemberIsRefused) {
  const std::string good = gzip("some text that is packed");
  std::string checksum = good, middle = good;
  checksum[checksum.size() - 8] ^= 1;
  middle[middle.size() / 2] ^= 1;
  const std::string raw = good.substr(10, good.size() - 18);
  for (const auto& [bytes, sentence] :
       std::vector<std::pair<std::string, const char*>>{{"plain text", "is none, or was changed"},
                                                        {raw, "is none, or was changed"},
                                                        {checksum, "is none, or was changed"},
                                                        {middle, "is none, or was changed"},
                                                        {good.substr(0, good.size() - 1), "was cut off"},
                                                        {good.substr(0, 12), "was cut off"},
                                                        {"", "was cut off"},
                                                        {good + good, "goes on behind its end"},
                                                        {good + '\0', "goes on behind its end"}}) {
    collect(bytes);
    EXPECT_THAT(refusal(file()), AllOf(StartsWith("documents: a file that is said to be GZIP "),
                                       HasSubstr(sentence), HasSubstr("nothing of it was kept")));
    EXPECT_THAT(standing(), IsEmpty());
  }
}

TEST(GunzipAlone, WhatStandsBehindIsRefusedInAnotherPieceToo) {
  Gunzip gunzip(1000);
  const auto take = [](std::string_view) {};
  gunzip.add(gzip("text"), take);
  EXPECT_THROW(gunzip.add("x", take), Error);
}

TEST_F(Compressed, ABombDoesNotGoOff) {
  const std::string blanks(17 << 20, ' ');
  const std::string bomb = gzip(blanks);
  ASSERT_LT(bomb.size() * 200, blanks.size());
  collect(bomb);
  EXPECT_THAT(refusal(file()), HasSubstr("unpacks to more than 16 MiB, out of all proportion"));
  EXPECT_THAT(standing(), IsEmpty());
  const std::string small = std::string(15 << 20, ' ');
  collect(gzip(small));
  EXPECT_EQ(refusal(file()), "") << "a table of blanks is no bomb";
}

TEST_F(Compressed, ADenseFileMayBeLarge) {
  std::string dense(17 << 20, ' ');
  for (size_t at = 0; at < dense.size(); at += 256) dense[at] = static_cast<char>(at * 2654435761u >> 13);
  const std::string packed = gzip(dense);
  ASSERT_GT(packed.size() * 200, dense.size());
  collect(packed);
  EXPECT_EQ(refusal(file()), "");
}

TEST_F(Compressed, TheQuotaHoldsForWhatComesOut) {
  terms.quota = 4 << 20;
  temporary.write("documents/old.txt", std::string(1 << 20, 'x'));
  collect(std::string(3 << 19, 'x'), true, "other");
  collect(gzip(std::string((2 << 20) - 1, ' ')));
  EXPECT_THAT(refusal(file(), Code::transient), HasSubstr("the 4 MiB that quota-megabytes allows"));
  EXPECT_THAT(standing(), ElementsAre("old.txt"));
}

// Were it the quota that ran out, every file behind it would wait until somebody comes.
TEST_F(Compressed, AFileThatWouldFillHalfTheFolderIsRefusedAlone) {
  terms.quota = 4 << 20;
  collect(gzip(std::string((2 << 20) + 1, ' ')));
  EXPECT_THAT(refusal(file()), HasSubstr("out of all proportion"));
  EXPECT_THAT(standing(), IsEmpty());
}

TEST_F(Compressed, ADocumentWhoseFilesWouldFillHalfTheFolderTogetherIsRefusedAlone) {
  terms.quota = 4 << 20;
  collect(gzip(std::string(1 << 20, ' ')));
  EXPECT_EQ(refusal(file()), "");
  collect(gzip(std::string((1 << 20) + 1, ' ')));
  EXPECT_THAT(refusal(file()), StartsWith("documents: the document's files are more than half of the"));
  EXPECT_THAT(standing(), IsEmpty());
  files().drop();
  collect(gzip(std::string(1 << 20, ' ')));
  EXPECT_EQ(refusal(file()), "") << "the next document is another";
}

TEST_F(Arriving, TheQuotaHoldsForAllThatStandsAndWaits) {
  terms.quota = 1000;
  temporary.write("documents/old.txt", std::string(400, 'x'));
  collect(std::string(100, 'x'), true, "other");
  collect(std::string(200, 'x'));
  EXPECT_EQ(refusal(file()), "");
  collect(std::string(300, 'x'));
  try {
    collect("x");
    FAIL() << "the quota was passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::transient);
    EXPECT_THAT(error.what(), AllOf(StartsWith("documents: "), HasSubstr("run the job again")));
  }
  files().drop();
  collect(std::string(200, 'x'));
  EXPECT_EQ(refusal(file("b.txt")), "") << "what was dropped makes room";
  collect(std::string(200, 'x'));
  EXPECT_NE(refusal(file("c.txt", "d2"), Code::transient), "");
  std::filesystem::remove(folder() / "d1/b.txt");
  files().drop();
  collect(std::string(200, 'x'));
  EXPECT_EQ(refusal(file("c.txt", "d2")), "") << "so does what was taken away";
}

// It could never be kept, and every document behind it would wait until somebody comes.
TEST_F(Arriving, ADocumentOfMoreThanHalfTheQuotaIsRefusedAlone) {
  terms.quota = 1000;
  const auto refused = [&](std::string_view id, std::string_view name) {
    IncomingFile given = file(name);
    given.file = id;
    return refusal(given);
  };
  collect(std::string(300, 'x'), true, "first");
  collect(std::string(200, 'x'), true, "second");
  EXPECT_EQ(refused("first", "a.txt"), "") << "just half of it";
  files().drop();
  collect(std::string(300, 'x'), true, "first");
  collect(std::string(201, 'x'), true, "second");
  for (int more = 0; more < 10; ++more) collect(std::string(200, 'x'), true, "third");
  for (const char* id : {"first", "second", "third"})
    EXPECT_THAT(refused(id, "b.txt"),
                StartsWith("documents: the document's files are more than half of the"));
  EXPECT_THAT(standing(), ElementsAre("d1", "d1/a.txt"));
  files().drop();
  collect(std::string(100, 'x'));
  EXPECT_EQ(refusal(file("c.txt")), "") << "the next document is another";
}

TEST_F(Arriving, WhatStoodThereBeforeCounts) {
  temporary.write("documents/old.txt", std::string(900, 'x'));
  terms.quota = 1000;
  EXPECT_THROW(collect(std::string(200, 'x')), Error);
}

TEST_F(Arriving, TwoFilesOfOneNameAreTwoAndTheSameDocumentAgainIsTheSame) {
  const auto deliver = [&] {
    std::vector<std::string> kept;
    for (const auto& [id, name] : std::vector<std::pair<const char*, const char*>>{
             {"f1", "a.txt"}, {"f2", "a.txt"}, {"f3", "A.TXT"}, {"f4", "a-2.txt"}}) {
      collect(id, true, id);
      kept.push_back(files().keep({.file = id, .document = "d1", .name = name}));
    }
    return kept;
  };
  const auto first = deliver();
  EXPECT_THAT(first, ElementsAre("d1/a.txt", "d1/a-2.txt", "d1/A-3.TXT", "d1/a-2-2.txt"));
  EXPECT_EQ(deliver(), first) << "again in this run";
  incoming.reset();
  EXPECT_EQ(deliver(), first) << "and in another";
  EXPECT_EQ(read("d1/a-2.txt"), "f2");
  EXPECT_THAT(standing(), testing::SizeIs(5));
}

TEST_F(Arriving, ANameLeadsNowhereElse) {
  collect("x");
  const std::string kept = files().keep(file("../../../x", "../.."));
  EXPECT_THAT(kept, AllOf(StartsWith("document-"), testing::EndsWith("/_.._.._x")));
  EXPECT_EQ(read(kept), "x");
  for (const auto& entry : std::filesystem::directory_iterator(temporary.path()))
    EXPECT_EQ(entry.path(), folder()) << "nothing stands beside the folder";
}

// A document that is held has nothing in the folder: no record would name it, and nobody would take it away.
TEST_F(Arriving, ARefusedFileTakesTheOthersOfItsDocumentWithIt) {
  const auto put = [&](std::string_view name, std::string_view document) {
    collect("x");
    files().keep(file(name, document));
  };
  put("a.txt", "d1");
  put("a.txt", "d2");
  collect("y", false);
  EXPECT_NE(refusal(file("b.txt")), "");
  EXPECT_THAT(standing(), ElementsAre("d2", "d2/a.txt"));

  // What a checkpoint has kept stays, also when the same document comes again.
  put("a.txt", "d1");
  files().drop();
  put("a.txt", "d1");
  put("b.txt", "d1");
  collect("y", false);
  EXPECT_NE(refusal(file("c.txt")), "");
  EXPECT_THAT(standing(), ElementsAre("d1", "d1/a.txt", "d2", "d2/a.txt"));
}

TEST_F(Arriving, AFullDiskIsASentenceWithoutTheNameAndLeavesNothing) {
  collect("x");
  files();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit full = before;
  full.rlim_cur = 0;
  setrlimit(RLIMIT_FSIZE, &full);
  const std::string sentence = refusal(file("Anna.txt"), Code::transient);
  std::string collecting;
  try {
    collect("x");
  } catch (const Error& error) {
    collecting = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(sentence,
              AllOf(StartsWith("documents: "), HasSubstr("no space is left"), Not(HasSubstr("Anna"))));
  EXPECT_THAT(collecting, AllOf(StartsWith("documents: "), HasSubstr("cannot be written")));
  EXPECT_THAT(standing(), IsEmpty());
}

TEST_F(Arriving, WithoutItsFolderThereIsASentence) {
  std::filesystem::remove(folder());
  EXPECT_THROW(files(), Error);
}

}  // namespace
}  // namespace tilts::pull
