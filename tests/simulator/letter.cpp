#include "tests/simulator/letter.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/sealing.h"
#include "tests/simulator/xades.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t bomb_octets = 1UL << 30;
constexpr const char* section_id = "SenderSection";

constexpr std::array<std::pair<std::string_view, Defect>, 7> defects{{{"", Defect::none},
                                                                      {"unsigned", Defect::unsigned_document},
                                                                      {"changed", Defect::changed},
                                                                      {"stranger", Defect::stranger},
                                                                      {"digest", Defect::digest},
                                                                      {"bomb", Defect::bomb},
                                                                      {"bad-key", Defect::bad_key}}};

void demand(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

// The files as they travel, and the key's way to the recipient where they are encrypted.
struct Packed {
  std::vector<LetterFile> files;
  std::string key;
};

std::string key_for(const Seal& seal, const LetterKeys& keys, Defect defect) {
  if (defect == Defect::bad_key) return seal.carried_to(Key(EVP_RSA_gen(2048)).get());
  const Certificate certificate = read_certificate(keys.recipient_certificate);
  return seal.carried_to(Key(X509_get_pubkey(certificate.get())).get());
}

std::string travelling(FileWish& wish, bool bomb, const Seal& seal) {
  std::string bytes = bomb              ? gzip_of_zeroes(bomb_octets)
                      : wish.compressed ? gzip(wish.content)
                                        : std::move(wish.content);
  if (wish.encrypted) return seal.encrypt(bytes);
  return bytes;
}

Packed pack(LetterWish& wish, const LetterKeys& keys) {
  const auto encrypted = std::count_if(wish.files.begin(), wish.files.end(),
                                       [](const FileWish& file) { return file.encrypted; });
  demand(encrypted == 0 || static_cast<std::size_t>(encrypted) == wish.files.size(),
         "a message's files are encrypted all or none: the recipient has one key");
  demand(encrypted == 0 || !keys.recipient_certificate.empty(), "started without --recipient-certificate");
  demand(wish.defect != Defect::bad_key || encrypted > 0, "bad-key is of files that are encrypted");
  const Seal seal;
  Packed packed;
  bool bomb = wish.defect == Defect::bomb;
  for (FileWish& file : wish.files) {
    const std::size_t place = packed.files.size() + 1;
    LetterFile made{.content_id = fmt::format("attachment-{}", place),
                    .name = file.name,
                    .media_type = file.media_type,
                    .size = file.content.size(),
                    .sha256 = hex(sha256(file.content)),
                    .travels = {},
                    .sections = file.sections};
    const bool burst = bomb && file.compressed;
    bomb = bomb && !burst;
    made.travels = Octets(travelling(file, burst, seal));
    demand(file.sections <= std::max<std::size_t>(made.travels.size(), 1), "more sections than octets");
    packed.files.push_back(std::move(made));
  }
  demand(!bomb, "bomb is of a file that is compressed");
  if (encrypted > 0) packed.key = key_for(seal, keys, wish.defect);
  return packed;
}

std::string file_element(const LetterFile& file, bool compressed, const DocumentForm& form, bool wrong) {
  Digest digest(form.digest);
  digest.add(file.travels.view());
  if (wrong) digest.add("something else");
  std::string xml = "<d:File>";
  append_element(xml, "d:Name", file.name);
  append_element(xml, "d:MediaType", file.media_type);
  append_element(xml, "d:Compressed", compressed ? "true" : "false");
  xml += "<d:Content>";
  append_element(xml, "d:ContentReference", file.content_id);
  return xml + fmt::format(R"(<ds:DigestMethod xmlns:ds="{0}" Algorithm="{1}"></ds:DigestMethod>)"
                           R"(<ds:DigestValue xmlns:ds="{0}">{2}</ds:DigestValue></d:Content></d:File>)",
                           signature_namespace, digest_uri(form.digest), base64(digest.finish()));
}

// All that stands inside SenderDocument.
std::string content_of(const LetterWish& wish, const Packed& packed, const std::string& recipient,
                       const DocumentForm& form, Clock::Time now) {
  std::string xml = "<d:DocumentMetadata><d:GeneralMetadata>";
  append_element(xml, "d:Title", wish.title);
  append_element(xml, "d:Date", iso(riga_day(now)));
  xml += "<d:DocumentKind>";
  append_element(xml, "d:DocumentKindCode", wish.kind);
  append_element(xml, "d:DocumentKindVersion", "1.0");
  append_element(xml, "d:DocumentKindName",
                 wish.kind == delivery_notice ? "Piegādes paziņojums" : "Dokuments");
  xml += "</d:DocumentKind><d:Authors><d:AuthorEntry><d:Institution>";
  append_element(xml, "d:Title", wish.author);
  xml += "</d:Institution></d:AuthorEntry></d:Authors></d:GeneralMetadata><d:PayloadReference>";
  for (std::size_t place = 0; place < packed.files.size(); ++place)
    xml += file_element(packed.files[place], wish.files[place].compressed, form,
                        wish.defect == Defect::digest && place == 0);
  xml += "</d:PayloadReference></d:DocumentMetadata><d:SenderTransportMetadata>";
  append_element(xml, "d:SenderEAddress", wish.sender);
  append_element(xml, "d:SenderRefNumber", wish.reference);
  xml += "<d:Recipients><d:RecipientEntry>";
  append_element(xml, "d:RecipientEAddress", recipient);
  if (!packed.key.empty()) {
    xml += "<d:EncryptionInfo>";
    append_element(xml, "d:Key", packed.key);
    xml += "</d:EncryptionInfo>";
  }
  return xml +
         "</d:RecipientEntry></d:Recipients><d:NotifySenderOnDelivery>false</d:NotifySenderOnDelivery>"
         "<d:Priority>normal</d:Priority></d:SenderTransportMetadata></d:SenderDocument>";
}

}  // namespace

Defect defect_named(const std::string& word) {
  const auto* found =
      std::find_if(defects.begin(), defects.end(), [&](const auto& named) { return named.first == word; });
  if (found == defects.end()) throw std::invalid_argument("no defect is called " + word);
  return found->second;
}

Letter write_letter(LetterWish wish, const std::string& id, const std::string& recipient,
                    const DocumentForm& form, const LetterKeys& keys, Clock::Time now) {
  Packed packed = pack(wish, keys);
  demand(wish.defect != Defect::digest || !packed.files.empty(), "digest is of a file");
  const std::string declared = fmt::format(R"( xmlns:d="{}")", document_namespace);
  std::string content = content_of(wish, packed, recipient, form, now);
  const std::string canonical =
      fmt::format(R"(<d:SenderDocument{} Id="{}">)", declared, section_id) + content;
  const SigningKey& key = wish.defect == Defect::stranger ? keys.stranger : keys.senders;
  const std::string signature = wish.defect == Defect::unsigned_document
                                    ? ""
                                    : sign_element(form, key, section_id, canonical, declared, now);
  if (wish.defect == Defect::changed) content.insert(content.find("</d:Title>"), "!");
  std::string envelope =
      fmt::format(R"(<d:Envelope{}><d:SenderDocument Id="{}">)", declared, section_id) + content;
  envelope += "<d:ServerTransportMetadata>";
  append_element(envelope, "d:MessageId", id);
  append_element(envelope, "d:Received", riga(now));
  envelope += "</d:ServerTransportMetadata><d:Signatures>" + signature + "</d:Signatures></d:Envelope>";
  return {.id = id,
          .sender = std::move(wish.sender),
          .kind = std::move(wish.kind),
          .title = std::move(wish.title),
          .reference = std::move(wish.reference),
          .received = now,
          .envelope = std::move(envelope),
          .files = std::move(packed.files)};
}

}  // namespace tilts::simulator
