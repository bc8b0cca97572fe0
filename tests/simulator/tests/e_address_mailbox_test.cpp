// The mailbox of e-address, as its owner meets it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <zlib.h>

#include "tests/simulator/tests/e_address_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* letter =
    R"({"sender":"_DEFAULT@99000000007","title":"Lēmums & \"1\"","reference":"N-1"})";

std::string inflated(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  const int end = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  if (end != Z_STREAM_END) throw std::runtime_error("no GZIP");
  return out;
}

// As the recipient: [length][key][vector] out of the carried key, then AES-CBC. Empty when the key is not
// his.
std::string deciphered(const std::string& carried_base64, const std::string& cipher,
                       const std::string& key_file) {
  const Handle<std::FILE, std::fclose> file(std::fopen(key_file.c_str(), "r"));
  const Handle<EVP_PKEY, EVP_PKEY_free> key(PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new(key.get(), nullptr));
  EVP_PKEY_decrypt_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
  const std::string carried = bytes_of(carried_base64);
  std::string opened(512, '\0');
  std::size_t opened_size = opened.size();
  if (EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(opened.data()), &opened_size,
                       reinterpret_cast<const unsigned char*>(carried.data()), carried.size()) != 1)
    return "";
  EXPECT_EQ(opened_size, 1U + 32U + 16U);
  EXPECT_EQ(opened[0], 32);
  const Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> aes(EVP_CIPHER_CTX_new());
  const auto* octets = reinterpret_cast<const unsigned char*>(opened.data());
  EVP_DecryptInit_ex(aes.get(), EVP_aes_256_cbc(), nullptr, octets + 1, octets + 33);
  std::string text(cipher.size() + 16, '\0');
  int size = 0, rest = 0;
  EVP_DecryptUpdate(aes.get(), reinterpret_cast<unsigned char*>(text.data()), &size,
                    reinterpret_cast<const unsigned char*>(cipher.data()), static_cast<int>(cipher.size()));
  if (EVP_DecryptFinal_ex(aes.get(), reinterpret_cast<unsigned char*>(text.data()) + size, &rest) != 1)
    return "";
  text.resize(static_cast<std::size_t>(size + rest));
  return text;
}

std::string list_fields(int most, const std::string& after = "") {
  return fmt::format("<m:MaxResultCount>{}</m:MaxResultCount>{}", most,
                     after.empty() ? "" : "<m:StartAfter>" + after + "</m:StartAfter>");
}

TEST_F(EAddressTest, TheListIsPagedInTheOrderOfArrival) {
  start_e_address();
  std::vector<std::string> ids;
  for (int place = 0; place < 5; ++place) ids.push_back(put(letter));
  const std::string first = call("GetMessageList", list_fields(2)).body;
  EXPECT_THAT(elements(first, "m:MessageId"), ElementsAre(ids[0], ids[1]));
  EXPECT_EQ(element(first, "m:HasMoreData"), "true");
  EXPECT_EQ(element(first, "m:DocumentKindCode"), "DOC_EMPTY");
  EXPECT_EQ(element(first, "m:SenderEAddress"), "_DEFAULT@99000000007");
  EXPECT_EQ(element(first, "m:SenderRefNumber"), "N-1");
  EXPECT_THAT(element(first, "m:Received"), testing::ContainsRegex("T.*[+]0[23]:00$"));
  EXPECT_THAT(elements(call("GetMessageList", list_fields(2, ids[1])).body, "m:MessageId"),
              ElementsAre(ids[2], ids[3]));
  confirm(ids[3]);
  const std::string last = call("GetMessageList", list_fields(2, ids[3])).body;
  EXPECT_THAT(elements(last, "m:MessageId"), ElementsAre(ids[4]));
  EXPECT_EQ(element(last, "m:HasMoreData"), "false");
  EXPECT_EQ(element(call("GetMessageList", list_fields(4)).body, "m:HasMoreData"), "false");
  EXPECT_THAT(call("GetMessageList", list_fields(2, "17")).body, HasSubstr("StartAfter names no message"));
  EXPECT_THAT(call("GetMessageList", list_fields(0)).body, HasSubstr("MaxResultCount is not 1 to 1000"));
}

TEST_F(EAddressTest, ALetterIsSignedByItsSenderAndComesPlainWithoutFiles) {
  start_e_address();
  const std::string id = put(letter);
  const Reception reception = get_message(id);
  ASSERT_EQ(reception.status, 200U) << reception.body;
  EXPECT_THAT(reception.content_type, testing::StartsWith("application/soap+xml"));
  const std::string envelope = envelope_in(reception.body);
  EXPECT_EQ(wrong_with(envelope, pki().anchor), "");
  EXPECT_EQ(element(envelope, "d:MessageId"), id);
  EXPECT_THAT(envelope, HasSubstr("<d:Title>Lēmums &amp; \"1\"</d:Title>"));
  EXPECT_THAT(envelope, HasSubstr("xmldsig-more#ecdsa-sha512"));
  EXPECT_EQ(element(envelope, "d:RecipientEAddress"), "_DEFAULT@90000000000");
  // what the answer's own signature is, the profile says: none here
  EXPECT_THAT(reception.body, Not(HasSubstr("BinarySecurityToken")));
  EXPECT_THAT(reception.body, HasSubstr("<u:Timestamp"));
  std::string changed = envelope;
  changed.replace(changed.find("Lēmums"), 1, "K");
  EXPECT_EQ(wrong_with(changed, pki().anchor), "the signature does not verify");
}

TEST_F(EAddressTest, LettersMayHaveASignerOfTheirOwn) {
  const support::SimulatorPki other(folder_.path() / "other", support::KeyKind::rsa);
  start_e_address(
      {"--document-certificate", other.registry_sign.certificate, "--document-key", other.registry_sign.key});
  const std::string envelope = envelope_in(get_message(put(letter)).body);
  EXPECT_EQ(wrong_with(envelope, other.anchor), "");
  EXPECT_EQ(wrong_with(envelope, pki().anchor), "a stranger");
  EXPECT_THAT(envelope, HasSubstr("xmldsig-more#rsa-sha512"));
}

TEST_F(EAddressTest, FilesTravelBesideTheMessageUnderSignedDigests) {
  for (const bool answers_signed : {false, true}) {
    start_e_address({}, answers_signed);
    const std::string id = put(
        R"({"sender":"_DEFAULT@99000000007","files":[{"name":"a.txt","media_type":"text/plain","text":"pirmais"},)"
        R"({"name":"b.bin","size":100001},{"name":"c.txt","text":"trešais","compressed":true}]})");
    const MtomAnswer answer = read_mtom(get_message(id));
    EXPECT_EQ(verifies(answer.infoset(), pki().anchor), answers_signed);
    const std::string envelope = envelope_in(answer.xml);
    EXPECT_EQ(wrong_with(envelope, pki().anchor), "");
    const std::vector<std::string> files = elements(envelope, "d:File");
    ASSERT_EQ(files.size(), 3U);
    ASSERT_EQ(answer.parts.size(), 3U);
    for (std::size_t place = 0; place < files.size(); ++place)
      EXPECT_THAT(files[place], HasSubstr(">" + digest_of("sha512", answer.parts[place].second) + "<"));
    EXPECT_EQ(answer.parts[0].second, "pirmais");
    EXPECT_EQ(answer.parts[1].second.size(), 100'001U);
    EXPECT_EQ(inflated(answer.parts[2].second), "trešais");
    EXPECT_EQ(element(files[0], "d:MediaType"), "text/plain");
    EXPECT_EQ(element(files[2], "d:Compressed"), "true");
    EXPECT_THAT(elements(answer.xml, "m:ContentId"),
                ElementsAre("attachment-1", "attachment-2", "attachment-3"));
  }
}

TEST_F(EAddressTest, InventedFilesAreTheSameFromTheSameNameAndSize) {
  start_e_address();
  const auto octets = [&](const std::string& name) {
    return read_mtom(get_message(put(
                         fmt::format(R"({{"sender":"x@y","files":[{{"name":"{}","size":1003}}]}})", name))))
        .parts.at(0)
        .second;
  };
  const std::string first = octets("a");
  EXPECT_EQ(first.size(), 1003U);
  EXPECT_EQ(first, octets("a"));
  EXPECT_NE(first, octets("b"));
  EXPECT_THAT(simulator().get("/mailbox"), HasSubstr(R"("name":"a","sha256":")"));
}

TEST_F(EAddressTest, AFileInSectionsIsFetchedByCallsOfItsOwn) {
  start_e_address({}, true);
  const std::string id =
      put(R"({"sender":"x@y","files":[{"name":"a","size":1000,"sections":3},{"name":"b","text":"b"}]})");
  const MtomAnswer letter_with_sections = read_mtom(get_message(id));
  EXPECT_EQ(letter_with_sections.parts.size(), 1U);
  EXPECT_EQ(element(letter_with_sections.xml, "m:SectionCount"), "3");
  EXPECT_EQ(element(letter_with_sections.xml, "m:IsSeparateCall"), "true");
  std::string whole;
  const auto section = [&](const std::string& content, int index) {
    return call(
        "GetAttachmentSection",
        fmt::format(
            "<m:MessageId>{}</m:MessageId><m:ContentId>{}</m:ContentId><m:SectionIndex>{}</m:SectionIndex>",
            id, content, index));
  };
  for (int index = 0; index < 3; ++index) {
    const MtomAnswer answer = read_mtom(section("attachment-1", index));
    EXPECT_TRUE(verifies(answer.infoset(), pki().anchor));
    EXPECT_EQ(element(answer.xml, "m:SectionIndex"), std::to_string(index));
    whole += answer.parts.at(0).second;
  }
  EXPECT_EQ(whole.size(), 1000U);
  EXPECT_THAT(element(letter_with_sections.xml, "d:File"), HasSubstr(digest_of("sha512", whole)));
  for (const Reception& reception :
       {section("attachment-1", 3), section("attachment-2", 0), section("attachment-9", 0)})
    EXPECT_THAT(reception.body, HasSubstr("there is no such section"));
}

TEST_F(EAddressTest, FilesAreEncryptedForTheRecipientWhenThatIsWished) {
  const support::KeyFiles recipient = support::encryption_pair(folder_.path());
  start_e_address({"--recipient-certificate", recipient.certificate});
  const std::string id =
      put(R"({"sender":"x@y","files":[{"name":"a","text":"slepens","compressed":true,"encrypted":true}]})");
  const MtomAnswer answer = read_mtom(get_message(id));
  const std::string envelope = envelope_in(answer.xml);
  EXPECT_EQ(wrong_with(envelope, pki().anchor), "");
  EXPECT_THAT(envelope, HasSubstr(digest_of("sha512", answer.parts.at(0).second)));
  EXPECT_EQ(inflated(deciphered(element(envelope, "d:Key"), answer.parts.at(0).second, recipient.key)),
            "slepens");

  const std::string bad =
      put(R"({"sender":"x@y","defect":"bad-key","files":[{"name":"a","text":"slepens","encrypted":true}]})");
  const MtomAnswer lost = read_mtom(get_message(bad));
  EXPECT_EQ(wrong_with(envelope_in(lost.xml), pki().anchor), "");  // only the key is wrong
  EXPECT_EQ(deciphered(element(lost.xml, "d:Key"), lost.parts.at(0).second, recipient.key), "");
  EXPECT_THROW(
      put(R"({"sender":"x@y","files":[{"name":"a","text":"a","encrypted":true},{"name":"b","text":"b"}]})"),
      std::runtime_error);
}

TEST_F(EAddressTest, ALetterMayHaveADefectAndNoOther) {
  start_e_address();
  const auto with = [&](const char* defect) {
    return read_mtom(get_message(put(fmt::format(
        R"({{"sender":"x@y","defect":"{}","files":[{{"name":"a","text":"aaaa","compressed":true}}]}})",
        defect))));
  };
  const auto wrong = [&](const MtomAnswer& answer) {
    return wrong_with(envelope_in(answer.xml), pki().anchor);
  };
  const auto digest_fits = [](const MtomAnswer& answer) {
    return answer.xml.find(digest_of("sha512", answer.parts.at(0).second)) != std::string::npos;
  };
  EXPECT_EQ(wrong(with("unsigned")), "no signature");
  EXPECT_EQ(wrong(with("changed")), "the signature does not verify");
  const std::string stranger = envelope_in(with("stranger").xml);
  EXPECT_EQ(wrong_with(stranger, pki().anchor), "a stranger");
  EXPECT_EQ(wrong_with(stranger, pki().stranger_anchor), "");
  const MtomAnswer digest = with("digest");
  EXPECT_EQ(wrong(digest), "");
  EXPECT_FALSE(digest_fits(digest));
  const MtomAnswer bomb = with("bomb");
  EXPECT_EQ(wrong(bomb), "");
  EXPECT_TRUE(digest_fits(bomb));
  EXPECT_LT(bomb.parts.at(0).second.size(), 20'000'000U);
  // GZIP's last four octets are the unpacked size
  EXPECT_EQ(bomb.parts.at(0).second.substr(bomb.parts.at(0).second.size() - 4), std::string("\0\0\0\x40", 4));
  for (const char* senseless :
       {R"({"sender":"x@y","defect":"bomb"})", R"({"sender":"x@y","defect":"digest"})",
        R"({"sender":"x@y","defect":"bad-key"})", R"({"sender":"x@y","defect":"ugly"})", R"({"title":"x"})",
        R"({"sender":"x@y","colour":"red"})", R"({"sender":"x@y","files":[{"name":"a"}]})"})
    EXPECT_THROW(put(senseless), std::runtime_error) << senseless;
}

TEST_F(EAddressTest, ConfirmingRemovesAndIsToldOnlyOnce) {
  start_e_address();
  const std::string first = put(letter), second = put(letter);
  const std::string answer = confirm(first).body;
  EXPECT_EQ(element(answer, "m:Status"), "Confirmed");
  EXPECT_EQ(element(answer, "m:MessageId"), first);
  EXPECT_THAT(elements(call("GetMessageList", list_fields(10)).body, "m:MessageId"), ElementsAre(second));
  const Reception gone = get_message(first);
  EXPECT_EQ(gone.status, 400U);
  EXPECT_THAT(gone.body, HasSubstr("s:Sender"));
  EXPECT_EQ(element(confirm(first).body, "m:Status"), "ConfirmError");
  EXPECT_EQ(element(confirm("17").body, "m:Status"), "ConfirmError");
  const std::string mailbox = simulator().get("/mailbox");
  EXPECT_EQ(count(mailbox, R"("confirmed":true)"), 1U);
  EXPECT_EQ(count(mailbox, R"("confirmed":false)"), 1U);
  EXPECT_LT(mailbox.find(R"("confirmed":true)"), mailbox.find(second));
}

// confirmed-lost: done at e-address, and whoever asked was never told.
TEST_F(EAddressTest, AConfirmationMayBeDoneAndNeverTold) {
  start_e_address();
  const std::string id = put(letter);
  simulator().fault(R"({"kind":"reset-after","operation":"ConfirmMessage"})");
  EXPECT_TRUE(confirm(id).reset);
  EXPECT_THAT(simulator().get("/mailbox"), HasSubstr(R"("confirmed":true)"));
  EXPECT_EQ(element(confirm(id).body, "m:Status"), "ConfirmError");
}

TEST_F(EAddressTest, EachRegistryHasItsOwnTruthAlone) {
  start_e_address();
  for (const char* path : {"/truth", "/queue", "/nights"})
    EXPECT_THROW(simulator().get(path), std::runtime_error) << path;
  start();
  for (const char* path : {"/sent", "/mailbox"})
    EXPECT_THROW(simulator().get(path), std::runtime_error) << path;
}

TEST_F(EAddressTest, CountsItsOwnOperations) {
  start_e_address();
  const std::string id = put(letter);
  get_message(id);
  get_message(id);
  confirm(id);
  EXPECT_EQ(simulator().counter("GetMessage"), 2);
  EXPECT_EQ(simulator().counter("ConfirmMessage"), 1);
  EXPECT_EQ(simulator().counter("SendMessage"), 0);
}

}  // namespace
}  // namespace tilts::simulator::tests
