#include "gateway/exchange/envelope.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/exchange/canonical_check.h"
#include "gateway/exchange/elements.h"
#include "gateway/exchange/names.h"
#include "gateway/exchange/nonce.h"
#include "gateway/exchange/signer.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/ready_content.h"

namespace tilts::exchange {
namespace {

using xml::CanonicalWriter;
using xml::WrittenPart;

// xs:dateTime with Z and whole seconds, which is what every peer reads.
std::string timestamp(Time time) {
  std::string text = to_text(std::chrono::floor<std::chrono::seconds>(time));
  return text.replace(text.find('.'), std::string::npos, "Z");
}

// One message on its way. Body is written first, because the header holds its digest.
class Envelope {
 public:
  Envelope(const Profile& profile, const Identity& identity, const IssuedToken* token)
      : profile_(profile),
        identity_(identity),
        token_(token),
        soap_(profile.soap == SoapVersion::v1_1 ? names::soap11 : names::soap12) {}

  SignedMessage write(const Addressing& addressing, const Content& content, Time now) {
    part(body_, "Body", soap_, "soap", [&] { write_content(content); });
    header_.start(soap_, "Header", "soap");
    write_addressing(addressing);
    const Time expires = write_security(now);
    header_.end();
    return {join(), expires};
  }

 private:
  struct Reference {
    std::string id;
    WrittenPart part;
  };

  // An element that is signed when the profile names it.
  template <typename Inside>
  void part(CanonicalWriter& writer, const std::string& name, std::string_view uri, std::string_view prefix,
            const Inside& inside) {
    const bool is_signed = std::ranges::find(profile_.request.parts, name) != profile_.request.parts.end();
    // The token is named by the signature's KeyInfo as well.
    const bool has_id = is_signed || name == "BinarySecurityToken";
    const std::string id = "id-" + name;
    if (is_signed) writer.begin_part(digest_of(profile_.request.digest));
    writer.start(uri, name, prefix);
    if (has_id) writer.attribute(names::wsu, "Id", "wsu", id);
    inside();
    writer.end();
    if (is_signed) references_.push_back({id, writer.end_part()});
  }

  void write_content(const Content& content) {
    if (const auto* ready = std::get_if<std::string>(&content)) {
      if (!ready->empty()) xml::write_ready(body_, *ready, profile_.limits.request_bytes);
    } else {
      body_.content(std::get<0>(content));
    }
  }

  void write_addressing(const Addressing& addressing) {
    const auto header = [&](const std::string& name, const std::string& value) {
      part(header_, name, names::wsa, "wsa", [&] { header_.text(value); });
    };
    header("Action", addressing.action);
    header("MessageID", addressing.message_id);
    if (addressing.relates_to.empty()) {
      part(header_, "ReplyTo", names::wsa, "wsa",
           [&] { element(header_, names::wsa, "Address", "wsa", names::wsa_anonymous); });
    } else {
      header("RelatesTo", addressing.relates_to);
    }
    header("To", addressing.to);
  }

  Time write_security(Time now) {
    const Time created = std::chrono::floor<std::chrono::seconds>(now);
    const Time expires = created + profile_.request.lifetime;
    header_.start(names::wsse, "Security", "wsse");
    header_.attribute(soap_, "mustUnderstand", "soap", "1");
    part(header_, "Timestamp", names::wsu, "wsu", [&] {
      element(header_, names::wsu, "Created", "wsu", timestamp(created));
      element(header_, names::wsu, "Expires", "wsu", timestamp(expires));
    });
    if (token_ != nullptr) write_token();
    if (!key_is_of_token())
      part(header_, "BinarySecurityToken", names::wsse, "wsse", [&] {
        header_.attribute("EncodingType", names::base64_binary);
        header_.attribute("ValueType", names::x509_v3);
        header_.text(identity_.certificate_base64);
      });
    write_signature();
    header_.end();
    return expires;
  }

  // WS-Security SAML token profile 1.1, section 3.4: a signature covers an assertion by the assertion's own
  // ID.
  void write_token() {
    header_.verbatim(token_->element);
    if (std::ranges::find(profile_.request.parts, "Token") == profile_.request.parts.end()) return;
    if (token_->id.empty())
      throw Error(Code::config,
                  "the profile wants the token signed, and it came encrypted, without an ID; take the "
                  "part Token out");
    references_.push_back({token_->id, {.digest = digest(profile_.request.digest, token_->canonical)}});
  }

  void write_signature() {
    header_.start(names::ds, "Signature", "ds");
    header_.begin_part(nullptr);  // hashed by the call that signs
    header_.start(names::ds, "SignedInfo", "ds");
    algorithm(header_, "CanonicalizationMethod", names::exclusive_c14n);
    algorithm(header_, "SignatureMethod", signature_uri(identity_.key.get(), profile_.request.signature));
    for (const Reference& reference : references_) write_reference(reference);
    header_.end();
    const WrittenPart signed_info = header_.end_part();
    const std::string value =
        sign(identity_.key.get(), profile_.request.signature, header_.bytes_of(signed_info));
    element(header_, names::ds, "SignatureValue", "ds", xml::base64_encode(value));
    header_.start(names::ds, "KeyInfo", "ds");
    if (key_is_of_token())
      header_.verbatim(token_->reference);
    else
      write_certificate_reference();
    header_.end();
    header_.end();
  }

  void write_certificate_reference() {
    header_.start(names::wsse, "SecurityTokenReference", "wsse");
    header_.start(names::wsse, "Reference", "wsse");
    header_.attribute("URI", "#id-BinarySecurityToken");
    header_.attribute("ValueType", names::x509_v3);
    header_.end();
    header_.end();
  }

  // A holder-of-key token confirms the key that signs, and names it.
  bool key_is_of_token() const { return token_ != nullptr && !token_->reference.empty(); }

  void write_reference(const Reference& reference) {
    header_.start(names::ds, "Reference", "ds");
    header_.attribute("URI", "#" + reference.id);
    header_.start(names::ds, "Transforms", "ds");
    header_.start(names::ds, "Transform", "ds");
    header_.attribute("Algorithm", names::exclusive_c14n);
    if (!reference.part.prefixes.empty()) {
      header_.start(names::exclusive_c14n, "InclusiveNamespaces", "ec");
      header_.attribute("PrefixList", reference.part.prefixes);
      header_.end();
    }
    header_.end();
    header_.end();
    algorithm(header_, "DigestMethod", digest_uri(profile_.request.digest));
    element(header_, names::ds, "DigestValue", "ds", xml::base64_encode(reference.part.digest));
    header_.end();
  }

  // Header and Body declare what they use themselves, so the frame around them is all that is left to write.
  // A large Body stays where it is in memory: its buffer has room for the rest.
  std::string join() {
    std::string bytes = body_.take();
    bytes.append("</soap:Envelope>");
    return bytes.insert(0, fmt::format("<soap:Envelope xmlns:soap=\"{}\">{}", soap_, header_.take()));
  }

  const Profile& profile_;
  const Identity& identity_;
  const IssuedToken* const token_;
  const std::string_view soap_;
  CanonicalWriter header_;
  CanonicalWriter body_;
  std::vector<Reference> references_;
};

}  // namespace

std::string fresh_message_id(const Profile& profile) {
  std::array<unsigned char, 16> octets = fresh_octets();
  octets[6] = static_cast<unsigned char>((octets[6] & 0x0F) | 0x40);
  octets[8] = static_cast<unsigned char>((octets[8] & 0x3F) | 0x80);
  const auto hex = [&](size_t begin, size_t end) {
    return fmt::format("{:02x}", fmt::join(octets.begin() + begin, octets.begin() + end, ""));
  };
  return fmt::format("{}{}-{}-{}-{}-{}", profile.message_id_prefix, hex(0, 4), hex(4, 6), hex(6, 8),
                     hex(8, 10), hex(10, 16));
}

SignedMessage sign_message(const Profile& profile, const Identity& identity, const Addressing& addressing,
                           const Content& content, Time now, const IssuedToken* token,
                           [[maybe_unused]] const std::vector<Attachment>& attachments) {
  if (profile.request.token && token == nullptr)
    throw Error(Code::bug, "a request goes out without its token");
  SignedMessage message = Envelope(profile, identity, token).write(addressing, content, now);
#ifndef NDEBUG
  check_canonical(message.bytes, attachments);
#endif
  return message;
}

std::string media_type(SoapVersion soap, std::string_view action) {
  if (soap == SoapVersion::v1_1) return "text/xml; charset=utf-8";
  return fmt::format("application/soap+xml; charset=utf-8; action=\"{}\"", action);
}

}  // namespace tilts::exchange
