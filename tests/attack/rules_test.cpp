// Each rule has a message that a trusted peer signed while using the forbidden construct. With its rule
// skipped the message is accepted, or another rule refuses it, and the row says which and why both stay.
#include "gateway/exchange/rules.h"

#include <deque>
#include <set>

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "gateway/exchange/names.h"
#include "tests/attack/by_hand.h"
#include "tests/attack/world.h"

namespace tilts::attack {
namespace {

// In place of a rule: a message as like as can be to an attack beside it, which is accepted.
constexpr const char* control = "";

struct Attack {
  std::string rule;
  std::string what;
  std::string message;
  std::string then_refused_by;  // with the rule skipped; empty: nothing else stands in the way
  std::string why_both;
  std::string mended;  // the same without the forbidden construct: accepted
  exchange::Policy policy;
  exchange::TrustFiles trust;
  exchange::Expectation expected;
};

const World& world() { return World::get(); }

std::string signed_by_peer(const Draft& draft) { return sign(text(draft), world().key.get()); }
Draft draft() { return honest(world().certificate.get()); }

// A certificate of the peer's own making: the root's key signed it, with whatever is wished.
struct Made {
  Key key;
  X509Handle certificate;
};

std::string signed_with(const Made& made, bool ecdsa = false) {
  return sign(text(honest(made.certificate.get(), ecdsa)), made.key.get());
}

Made issued(Key key, Wish wish) {
  wish.issuer = world().root.get();
  wish.issuer_key = world().root_key.get();
  X509Handle certificate = make(wish, key.get());
  return {std::move(key), std::move(certificate)};
}

class Attacks {
 public:
  Attacks() {
    encryption();
    envelope();
    freshness();
    addressing();
    signature();
    references();
    coverage();
    keys();
  }

  std::deque<Attack> all;  // a row is still spoken of when the next one is there

 private:
  Attack& add(std::string rule, std::string what, std::string message) {
    all.push_back({.rule = std::move(rule),
                   .what = std::move(what),
                   .message = std::move(message),
                   .policy = attack::policy(),
                   .trust = world().trust(),
                   .expected = attack::expectation()});
    return all.back();
  }

  Attack& add(std::string rule, std::string what, const Draft& spoilt) {
    return add(std::move(rule), std::move(what), signed_by_peer(spoilt));
  }

  // Encrypted first and signed then: the signature is as good as any.
  void encryption() {
    const std::string data =
        "<x:EncryptedData xmlns:x='http://www.w3.org/2001/04/xmlenc#' "
        "Type='http://www.w3.org/2001/04/xmlenc#Content'><x:CipherData><x:CipherValue>AAAA</x:CipherValue>"
        "</x:CipherData></x:EncryptedData>";
    Draft body = draft();
    body.body = data;
    add("encrypted", "an encrypted Body", body);
    Draft part = draft();
    part.body = "<p:A xmlns:p='urn:p'><p:Person>" + data + "</p:Person></p:A>";
    add("encrypted", "an encrypted part of Body", part);
    Draft header = draft();
    header.more_headers = "<e:EncryptedHeader xmlns:e='" + std::string(exchange::names::wsse11) +
                          "' s:mustUnderstand='1'>" + data + "</e:EncryptedHeader>";
    add("encrypted", "an encrypted header", header).then_refused_by = "header-understood";
    all.back().why_both = "one says what is not built, the other knows no header of that name";
    header.more_headers = "<e:Header xmlns:e='urn:e'><p>in words</p></e:Header>";
    all.back().mended = signed_by_peer(header);
    Draft key = draft();
    key.more_security = "<x:EncryptedKey xmlns:x='http://www.w3.org/2001/04/xmlenc#'/>";
    add("encrypted", "a key for something that is encrypted", key);
    Draft assertion = draft();
    assertion.more_security = "<a2:EncryptedAssertion xmlns:a2='urn:oasis:names:tc:SAML:2.0:assertion'/>";
    add("encrypted", "an encrypted assertion", assertion).then_refused_by = "assertion-unexpected";
    all.back().why_both = "one says that it is not decrypted, the other that nobody wants it";
    all.back().mended = signed_by_peer(draft());
    assertion.more_security = "<a2:Assertion xmlns:a2='urn:oasis:names:tc:SAML:2.0:assertion'/>";
    add("assertion-unexpected", "an assertion where none is expected", assertion);
    assertion.more_security = "<a1:Assertion xmlns:a1='urn:oasis:names:tc:SAML:1.0:assertion'/>";
    add("assertion-unexpected", "the same of SAML 1.1", assertion);
  }

  void envelope() {
    Draft other = draft();
    other.soap = "http://schemas.xmlsoap.org/soap/envelope/";
    add("envelope-version", "SOAP 1.1 where the profile says 1.2", other).policy.soap =
        exchange::SoapVersion::v1_2;

    Draft after = draft();
    after.after_body = "<x/>";
    add("envelope-shape", "an element after Body", after);
    Draft two = draft();
    two.after_body = "<s:Body><p:Forged xmlns:p='urn:example:p'/></s:Body>";
    add("envelope-shape", "a second Body", two);
    Draft words = draft();
    words.before_header = "text";
    add("envelope-shape", "text below Envelope", words);
    Draft order = draft();
    order.before_header = "<s:Body/>";
    add("envelope-shape", "a Body before the Header", order).then_refused_by = "body-signed";
    all.back().why_both = "the first Body is read, and the signature covers the second";
    order.before_header = "<!-- Body -->";
    all.back().mended = signed_by_peer(order);

    for (const char* value : {"1", "true", "yes"}) {
      Draft unknown = draft();
      unknown.more_headers = "<x:Must xmlns:x='urn:x' s:mustUnderstand='" + std::string(value) + "'/>";
      add("header-understood", "an unknown header that must be understood", unknown);
    }

    Draft security = draft();
    security.more_headers = "<o:Security/>";
    add("security-single", "a second Security header for us", security);
    Draft next = draft();
    next.more_headers = "<o:Security s:role='http://www.w3.org/2003/05/soap-envelope/role/next'/>";
    add("security-single", "a second Security header for the next node, which we are", next);

    Draft signatures = draft();
    signatures.more_security = "";
    std::string message = signed_by_peer(signatures);
    const size_t begin = message.find("<ds:Signature ");
    const size_t end = message.find("</ds:Signature>") + 15;
    message.insert(end, message.substr(begin, end - begin));
    add("message-signed", "the message signature twice", message);
  }

  Draft stamped(const std::string& created, const std::string& expires) {
    Draft result = draft();
    result.timestamp = "<u:Timestamp u:Id='ts'><u:Created>" + created + "</u:Created><u:Expires>" + expires +
                       "</u:Expires></u:Timestamp>";
    return result;
  }

  void freshness() {
    Draft second = draft();
    second.more_security =
        "<u:Timestamp><u:Created>2026-11-21T11:59:00Z</u:Created><u:Expires>2026-11-21T12:04:00Z</"
        "u:Expires></u:Timestamp>";
    add("timestamp-single", "a second Timestamp, not signed", second);
    Draft outside = draft();
    outside.more_headers = "<u:Timestamp/>";
    add("timestamp-single", "a Timestamp beside the Security header", outside);

    add("timestamp-form", "a local time", stamped("2026-11-21T13:59:00+02:00", "2026-11-21T14:04:00+02:00"));
    add("timestamp-form", "no zone", stamped("2026-11-21T11:59:00", "2026-11-21T12:04:00Z"));
    Draft never = draft();
    never.timestamp = "<u:Timestamp u:Id='ts'><u:Created>2026-11-21T11:59:00Z</u:Created></u:Timestamp>";
    add("timestamp-form", "no Expires", never);
    Draft twice = draft();
    twice.timestamp =
        "<u:Timestamp "
        "u:Id='ts'><u:Created>2026-11-21T11:59:00Z</u:Created><u:Created>2026-11-21T11:59:00Z</"
        "u:Created><u:Expires>2026-11-21T12:04:00Z</u:Expires></u:Timestamp>";
    add("timestamp-form", "two Created", twice);

    add("timestamp-order", "Expires at Created", stamped("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"));
    add("timestamp-lifetime", "601 seconds", stamped("2026-11-21T11:59:00Z", "2026-11-21T12:09:01Z"));
    add("timestamp-future", "61 seconds ahead", stamped("2026-11-21T12:01:01Z", "2026-11-21T12:05:00Z"));
    add("timestamp-expired", "61 seconds past", stamped("2026-11-21T11:55:00Z", "2026-11-21T11:58:59Z"));
  }

  void addressing() {
    const std::string ns = "http://www.w3.org/2005/08/addressing";
    const auto header = [](const std::string& uri, const std::string& local, const std::string& id,
                           const std::string& content) {
      return "<a:" + local + " xmlns:a='" + uri + "' u:Id='" + id + "'>" + content + "</a:" + local + ">";
    };
    Draft twice = draft();
    twice.addressing += header(ns, "RelatesTo", "rel2", "urn:uuid:9");
    twice.references.push_back({"#rel2", exclusive()});
    add("addressing-single", "a second RelatesTo, signed too", twice);

    Draft old = draft();
    old.addressing += header("http://schemas.xmlsoap.org/ws/2004/08/addressing", "From", "from", "x");
    old.references.push_back({"#from", exclusive()});
    add("addressing-namespace", "a header of the 2004 draft, signed too", old);

    add("relates-to", "an answer to another request", draft()).expected.relates_to = "urn:uuid:7";
    Draft silent = draft();
    silent.addressing = header(ns, "Action", "action", "urn:example:Answer");
    silent.references.resize(3);
    add("relates-to", "an answer that says not to what", silent);

    add("to", "an answer to somebody else", draft()).expected.to = {"urn:example:other"};

    for (const char* kind : {"ReplyTo", "FaultTo"}) {
      Draft reply = draft();
      reply.addressing += header(ns, kind, "reply", "<a:Address>http://127.0.0.1/elsewhere</a:Address>");
      reply.references.push_back({"#reply", exclusive()});
      add("reply-to", std::string("a request that wants its answer elsewhere: ") + kind, reply)
          .expected.relates_to = "";
    }
  }

  void signature() {
    Draft sha1 = draft();
    sha1.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2000/09/xmldsig#rsa-sha1'/>";
    Attack& weak = add("signature-method", "RSA with SHA-1", sha1);
    weak.then_refused_by = "signature-value";
    weak.why_both = "xmlsec is told the same list, in case a rule here reads another URI than it does";
    sha1.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>";
    weak.mended = signed_by_peer(sha1);

    // The certificate is public, and so is a secret that is made of it.
    Draft hmac = draft();
    hmac.method = "<ds:SignatureMethod Algorithm='http://www.w3.org/2001/04/xmldsig-more#hmac-sha256'/>";
    const std::string secret = der(world().certificate.get());
    Attack& shared = add("signature-method", "HMAC, keyed with the peer's certificate",
                         signed_by_hand(hmac, [&](const std::string& bytes) {
                           std::string value(32, '\0');
                           unsigned size = 0;
                           HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                                reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                                reinterpret_cast<unsigned char*>(value.data()), &size);
                           return value;
                         }));
    shared.then_refused_by = "signature-value";
    shared.why_both = weak.why_both;
    shared.mended = signed_by_hand(draft(), world().key.get());

    Draft inclusive = draft();
    inclusive.canonicalization =
        "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/TR/2001/REC-xml-c14n-20010315'/>";
    Attack& method = add("canonicalization-method", "inclusive C14N of SignedInfo", inclusive);
    method.then_refused_by = "signature-value";
    method.why_both = weak.why_both;
    const std::string exclusively =
        "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>";
    inclusive.canonicalization = exclusively;
    method.mended = signed_by_peer(inclusive);
    Draft comments = draft();
    comments.canonicalization =
        "<ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#WithComments'/>";
    Attack& kept = add("canonicalization-method", "C14N with comments", comments);
    kept.then_refused_by = "signature-value";
    kept.why_both = method.why_both;
    comments.canonicalization = exclusively;
    kept.mended = signed_by_peer(comments);

    Draft digest = draft();
    digest.references[0].digest = "http://www.w3.org/2000/09/xmldsig#sha1";
    Attack& short_digest = add("digest-method", "a Reference digested with SHA-1", digest);
    short_digest.then_refused_by = "signature-value";
    short_digest.why_both = kept.why_both;
    digest.references[0].digest = "http://www.w3.org/2001/04/xmlenc#sha512";
    short_digest.mended = signed_by_peer(digest);
  }

  void references() {
    Draft many = draft();
    many.body = "<p:A xmlns:p='urn:p'>";
    for (int i = 0; i < 600; ++i)
      many.body += "<p:filling>of a Body large enough to pay for the tokens</p:filling>";
    many.body += "</p:A>";
    for (int i = 0; i < 25; ++i) many.references.push_back({"#token", exclusive()});
    add("reference-count", "31 References", many);

    Draft pointer = draft();
    pointer.references.push_back({"#xpointer(id('token'))", exclusive()});
    Attack& xpointer = add("reference-uri", "an XPointer", pointer);
    xpointer.then_refused_by = "reference-resolves";
    xpointer.why_both = "the first says what is wrong, the second refuses whatever else leads nowhere";
    pointer.references.back().uri = "#token";
    xpointer.mended = signed_by_peer(pointer);
    Draft whole = draft();
    whole.references.push_back(
        {"",
         "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>" + exclusive()});
    Attack& document = add("reference-uri", "the whole document", whole);
    document.then_refused_by = "enveloped-signature";
    document.why_both =
        "the whole document can only be signed by cutting the signature out, which a document may";
    whole.references.back().uri = "#token";
    document.mended = signed_by_peer(whole);

    Draft six = draft();
    six.references[0].transforms = exclusive();
    for (int i = 0; i < 5; ++i) six.references[0].transforms += exclusive();
    add("transform-count", "6 transforms", six);

    Draft xpath = draft();
    xpath.references[0].transforms =
        "<ds:Transform Algorithm='http://www.w3.org/TR/2001/REC-xml-c14n-20010315'/>";
    Attack& transform = add("transform-known", "inclusive C14N of Body", xpath);
    transform.then_refused_by = "signature-value";
    transform.why_both = "xmlsec is told the same list";
    xpath.references[0].transforms = exclusive();
    transform.mended = signed_by_peer(xpath);
    Draft path = draft();
    path.references[0].transforms =
        "<ds:Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'>"
        "<ds:XPath>self::s:Body or parent::s:Body</ds:XPath></ds:Transform>" +
        exclusive();
    Attack& chosen = add("transform-known", "an XPath that chooses what of Body counts", path);
    chosen.then_refused_by = "signature-value";
    chosen.why_both = transform.why_both;
    path.references[0].transforms = exclusive();
    chosen.mended = signed_by_peer(path);

    Draft bare = draft();
    bare.references[0].transforms.clear();
    Attack& none = add("transform-order", "no canonicalisation named: inclusive C14N would be meant", bare);
    none.then_refused_by = "";

    Draft twin = draft();
    twin.body = "<p:Answer xmlns:p='urn:example:p' Id='ts'/>";
    add("id-unique", "an id twice, the second in Body", twin);
    for (const char* name : {"ID", "id", "xml:id", "AssertionID", "u:Id"}) {
      Draft other = draft();
      other.body = "<p:Answer xmlns:p='urn:example:p' " + std::string(name) + "='to'/>";
      Attack& attack = add("id-unique", std::string("an id twice, as ") + name, other);
      if (std::string(name) != "xml:id") continue;
      attack.then_refused_by = "reference-resolves";
      attack.why_both = "the parser registers xml:id by itself, and an id is never moved";
      other.body = "<p:Answer xmlns:p='urn:example:p' xml:id='another'/>";
      attack.mended = signed_by_peer(other);
    }

    Draft nowhere = draft();
    nowhere.references.push_back({"#nowhere", exclusive()});
    Attack& nothing = add("reference-resolves", "a Reference to nothing", "");
    nothing.message = signed_by_hand(nowhere, world().key.get());
    nothing.then_refused_by = "reference-stray";
    nothing.why_both = "what is no element is no part that may be named either; a document has no such parts";
    nowhere.references.back().uri = "#token";
    nothing.mended = signed_by_hand(nowhere, world().key.get());

    Draft imitated = draft();
    imitated.more_security = "<x:Aside xmlns:x='urn:x' u:Id='aside'><o:Reference URI='#token'/></x:Aside>";
    imitated.references.push_back({"#aside", str_transform});
    add("str-transform", "STR-Transform on what only looks like a SecurityTokenReference",
        signed_by_hand(imitated, world().key.get()));
    Draft replaced_body = draft();
    replaced_body.references[0].transforms = str_transform;
    Attack& other_text = add("str-transform", "STR-Transform on Body: the token is digested in its place",
                             signed_by_hand(replaced_body, world().key.get()));
    other_text.then_refused_by = "key-reference";
    other_text.why_both = "one asks what the transform stands on, the other what that names";
    replaced_body.references[0].transforms = exclusive();
    other_text.mended = signed_by_hand(replaced_body, world().key.get());

    Draft cut = draft();
    cut.security_attributes = " u:Id='security'";
    cut.references.push_back(
        {"#security",
         "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>" + exclusive()});
    Attack& enveloped = add("enveloped-signature", "the signature cut out of what it covers", cut);
    enveloped.then_refused_by = "reference-stray";
    enveloped.why_both =
        "what contains the signature is never a part that may be named, but the reason differs";
    cut.references.back().uri = "#token";
    enveloped.mended = signed_by_peer(cut);

    // xmlsec cuts out the signature the transform stands in: of itself, nothing is left to digest.
    Draft hollow = draft();
    hollow.signature_attributes = " Id='signature'";
    hollow.references.push_back(
        {"#signature",
         "<ds:Transform Algorithm='http://www.w3.org/2000/09/xmldsig#enveloped-signature'/>" + exclusive()});
    Attack& empty = add("enveloped-signature", "the signature cut out of itself", hollow);
    empty.then_refused_by = "empty-part";
    empty.why_both = "a document may cut its signature out, and still nothing must not pass for something";
    hollow.references.back().uri = "#token";
    empty.mended = signed_by_peer(hollow);

    Draft amplified = draft();
    amplified.envelope_attributes = " xmlns:big='urn:" + std::string(20'000, 'x') + "'";
    amplified.body = "<p:A xmlns:p='urn:p'>";
    for (int i = 0; i < 50; ++i) amplified.body += "<big:b/>";
    amplified.body += "</p:A>";
    Attack& octets =
        add("canonicalization-cost", "one long namespace name, written out fifty times", amplified);
    octets.then_refused_by = "octets";
    octets.why_both = "the first keeps libxml2 from building what the second would stop only afterwards";
    amplified.envelope_attributes = " xmlns:big='urn:x'";
    octets.mended = signed_by_peer(amplified);
    Draft repeated = draft();
    repeated.body = "<p:A xmlns:p='urn:p'>" + std::string(3000, ' ') + "</p:A>";
    for (int i = 0; i < 5; ++i) repeated.references.push_back({"#body", exclusive()});
    Attack& again = add("octets", "Body covered six times", repeated);
    again.then_refused_by = "octets";
    again.why_both = "not a row of the table: xmlsec's own pass counts";
    repeated.references.resize(repeated.references.size() - 5);
    again.mended = signed_by_peer(repeated);
  }

  void coverage() {
    Draft bodiless = draft();
    bodiless.references.erase(bodiless.references.begin());
    add("body-signed", "Body not among what was signed", bodiless);
    Draft timeless = draft();
    timeless.references.erase(timeless.references.begin() + 1);
    add("timestamp-signed", "the Timestamp not among what was signed", timeless);
    for (size_t header = 2; header < 6; ++header) {
      Draft open = draft();
      open.references.erase(open.references.begin() + static_cast<long>(header));
      add("addressing-signed", "an addressing header not among what was signed", open);
    }

    Draft custom = draft();
    custom.more_headers = "<x:Token xmlns:x='urn:x' u:Id='x'/>";
    add("also-signed", "a header that the profile wants signed is not", custom).policy.also_signed = {
        "{urn:x}Token"};
    add("also-signed", "a header that the profile wants signed is missing", draft()).policy.also_signed = {
        "{urn:x}Token"};

    custom.references.push_back({"#x", exclusive()});
    add("reference-stray", "a Reference to a header nobody named", custom);
    Draft inner = draft();
    inner.body = "<p:A xmlns:p='urn:p' Id='inner'/>";
    inner.references.push_back({"#inner", exclusive()});
    add("reference-stray", "a Reference into Body", inner);

    // The signed Body moved aside, a forged one in its place: what xmlsec alone calls SUCCEEDED.
    const std::string honest_one = signed_by_peer(draft());
    const size_t begin = honest_one.find("<s:Body");
    const size_t end = honest_one.find("</s:Body>") + 9;
    const std::string body = honest_one.substr(begin, end - begin);
    std::string wrapped = honest_one;
    wrapped.replace(begin, end - begin, "<s:Body><p:Forged xmlns:p='urn:example:p'/></s:Body>");
    wrapped = replaced(wrapped, "<o:Security", "<x:Aside xmlns:x='urn:x'>" + body + "</x:Aside><o:Security");
    Attack& wrap = add("body-signed", "signature wrapping: the signed Body moved aside", wrapped);
    wrap.then_refused_by = "reference-stray";
    wrap.why_both = "one says that what is read is not signed, the other that what is signed has no place";
    const std::string aside = "<x:Aside xmlns:x='urn:x'><p:Forged xmlns:p='urn:example:p'/></x:Aside>";
    wrap.mended = replaced(honest_one, "<o:Security", aside + "<o:Security");
    std::string copied = honest_one;
    copied = replaced(copied, "<o:Security", "<x:Aside xmlns:x='urn:x'>" + body + "</x:Aside><o:Security");
    copied = replaced(copied, "J&#x101;nis</p:Name></p:Answer></s:Body></s:Envelope>",
                      "Forged</p:Name></p:Answer></s:Body></s:Envelope>");
    Attack& copy =
        add("id-unique", "signature wrapping: the signed Body copied aside, the read one changed", copied);
    copy.then_refused_by = "body-signed";
    copy.why_both =
        "with two places of one id the first in the document serves, and it is not the Body that is read";
    const std::string other_id = replaced(body, "=\"body\"", "=\"copy\"");
    copy.mended =
        replaced(honest_one, "<o:Security", "<x:Aside xmlns:x='urn:x'>" + other_id + "</x:Aside><o:Security");
  }

  void keys() {
    const Made stranger = [] {
      Key key = rsa_key();
      X509Handle certificate = make({.common_name = "Stranger"}, key.get());
      return Made{std::move(key), std::move(certificate)};
    }();
    add("signer-trusted", "a self-signed stranger", signed_with(stranger));
    add("signer-trusted", "no anchor configured", signed_by_peer(draft())).trust = {};
    add("signer-trusted", "an expired certificate",
        signed_with(issued(rsa_key(), {.common_name = "Old", .days_from = -60, .days_until = -1})));
    add("signer-trusted", "a certificate of tomorrow",
        signed_with(issued(rsa_key(), {.common_name = "New", .days_from = 1})));
    add("signer-trusted", "a certificate signed with SHA-1",
        signed_with(issued(rsa_key(), {.common_name = "Weak", .digest = EVP_sha1()})));
    // A certificate signed with MD5, by a CA whose own is in order.
    const Made rsa_ca = issued(
        rsa_key(),
        {.common_name = "RSA CA", .basic_constraints = "critical,CA:TRUE", .key_usage = "keyCertSign"});
    for (const EVP_MD* digest : {EVP_md5(), EVP_sha256()}) {
      Key key = rsa_key();
      X509Handle leaf = make({.common_name = "Below RSA CA",
                              .issuer = rsa_ca.certificate.get(),
                              .issuer_key = rsa_ca.key.get(),
                              .digest = digest},
                             key.get());
      Attack& path = digest == EVP_md5() ? add("signer-trusted", "a certificate signed with MD5", "")
                                         : add(control, "its sister, signed with SHA-256", "");
      path.message = signed_with({std::move(key), std::move(leaf)});
      path.trust.certificates = {world().file("rsa-ca.pem", pem(rsa_ca.certificate.get()))};
    }
    add("signer-trusted", "an unknown critical extension",
        signed_with(
            issued(rsa_key(), {.common_name = "Odd", .more = {"1.3.6.1.4.1.99999.1=critical,ASN1:NULL"}})));
    Attack& weak = add("signer-trusted", "RSA of 1024 bits",
                       signed_with(issued(rsa_key(1024), {.common_name = "Short"})));
    weak.then_refused_by = "key-strength";
    weak.why_both = "a pinned key has no path that would be judged";
    weak.mended = signed_with(issued(rsa_key(), {.common_name = "Short"}));

    // A leaf that plays CA, and an intermediate without basicConstraints.
    for (const char* usage : {"digitalSignature", "keyCertSign,digitalSignature"}) {
      const Made between = issued(rsa_key(), {.common_name = "Between", .key_usage = usage});
      Key key = rsa_key();
      X509Handle leaf =
          make({.common_name = "Below", .issuer = between.certificate.get(), .issuer_key = between.key.get()},
               key.get());
      exchange::TrustFiles trust = world().trust();
      trust.certificates = {world().file("between.pem", pem(between.certificate.get()))};
      add("signer-trusted", std::string("an issuer that is no CA, keyUsage ") + usage,
          signed_with({std::move(key), std::move(leaf)}))
          .trust = trust;
      exchange::Trust loaded(trust);  // the file is read here: it is written anew in the next round
      all.back().trust.certificates = {
          world().file(std::string("between-") + usage + ".pem", pem(between.certificate.get()))};
    }
    revocation();

    Attack& short_pinned = add("key-strength", "a pinned RSA key of 1024 bits", "");
    const Made pinned = issued(rsa_key(1024), {.common_name = "Short"});
    short_pinned.message = signed_with(pinned);
    short_pinned.trust.pinned = {world().file("short.pem", pem(pinned.certificate.get()))};

    add("key-strength", "ECDSA on P-224",
        signed_with(issued(ec_key("P-224"), {.common_name = "Small"}), true));
    Attack& smaller = add("signer-trusted", "ECDSA on a curve of 192 bits",
                          signed_with(issued(ec_key("prime192v1"), {.common_name = "Smaller"}), true));
    smaller.then_refused_by = "key-strength";
    smaller.why_both = weak.why_both;
    smaller.mended = signed_with(issued(ec_key(), {.common_name = "Smaller"}), true);

    add("key-usage", "a certificate that is not for signatures",
        signed_with(issued(rsa_key(), {.common_name = "Wrong", .key_usage = "keyEncipherment"})));

    Draft mixed = honest(world().certificate.get(), true);
    Attack& kind =
        add("key-kind", "ECDSA said, an RSA certificate named", sign(text(mixed), world().ec.get()));
    kind.then_refused_by = "signature-value";
    kind.why_both = "xmlsec asks the key the same, after it has been given one";
    kind.mended = sign(text(honest(world().ec_certificate.get(), true)), world().ec.get());

    Attack& length = add("signature-length", "an ECDSA value with a zero in front of each half", "");
    length.mended = sign(text(honest(world().ec_certificate.get(), true)), world().ec.get());
    length.message = lengthened(length.mended);
    length.then_refused_by = "signature-value";
    length.why_both = "xmlsec 1.2.37 refuses this spelling, others of its versions do not";
  }

  void revocation() {
    const Made revoked = issued(rsa_key(), {.common_name = "Revoked"});
    const std::string message = signed_with(revoked);
    const auto with = [&](const std::string& name, const std::string& list) {
      exchange::TrustFiles trust = world().trust();
      if (!list.empty()) trust.crls = {world().file(name, list)};
      return trust;
    };
    const X509* root = world().root.get();
    EVP_PKEY* key = world().root_key.get();
    for (const auto& [what, trust] :
         {std::pair{"a revoked certificate",
                    with("revoked.crl", make_crl(root, key, {revoked.certificate.get()}, 10))},
          std::pair{"no revocation list at all", with("", "")},
          std::pair{"a stale revocation list", with("stale.crl", make_crl(root, key, {}, -1))}}) {
      Attack& attack = add("signer-trusted", what, message);
      attack.trust = trust;
      attack.policy.revocation = true;
    }
    whole_path();
  }

  // Revocation is asked of the whole path, not of the signer alone.
  void whole_path() {
    const Made between = issued(rsa_key(), {.common_name = "Listed CA",
                                            .basic_constraints = "critical,CA:TRUE",
                                            .key_usage = "keyCertSign,cRLSign"});
    Key key = rsa_key();
    X509Handle leaf =
        make({.common_name = "Listed", .issuer = between.certificate.get(), .issuer_key = between.key.get()},
             key.get());
    const std::string message = signed_with({std::move(key), std::move(leaf)});
    const X509* root = world().root.get();
    EVP_PKEY* root_key = world().root_key.get();
    const std::string of_the_ca = make_crl(between.certificate.get(), between.key.get(), {}, 10);
    const std::string clean = make_crl(root, root_key, {}, 10);
    const std::string on_it = make_crl(root, root_key, {between.certificate.get()}, 10);
    exchange::Policy strict = attack::policy();
    strict.revocation = true;
    exchange::TrustFiles trust = world().trust();
    trust.certificates = {world().file("listed-ca.pem", pem(between.certificate.get()))};
    const auto with = [&](const std::string& name, const std::string& lists) {
      trust.crls = {world().file(name, lists)};
      return trust;
    };
    for (const auto& [rule, what, files] :
         {std::tuple{"signer-trusted", "a revoked intermediate", with("on-it.crl", of_the_ca + on_it)},
          std::tuple{"signer-trusted", "no list that speaks of the intermediate",
                     with("leaf.crl", of_the_ca)},
          std::tuple{"signer-trusted", "no list that speaks of the signer", with("ca.crl", clean)},
          std::tuple{control, "a list for each of the path", with("both.crl", of_the_ca + clean)}}) {
      Attack& attack = add(rule, what, message);
      attack.trust = files;
      attack.policy = strict;
    }
  }

  // r and s, each with a zero octet before it.
  static std::string lengthened(const std::string& message);
};

}  // namespace
}  // namespace tilts::attack

#include "gateway/xml/base64.h"

namespace tilts::attack {
namespace {

std::string Attacks::lengthened(const std::string& message) {
  const size_t begin = message.find("<ds:SignatureValue>") + 19;
  const size_t end = message.find("</ds:SignatureValue>");
  const std::string value = *xml::base64_decode(message.substr(begin, end - begin));
  std::string longer(1, '\0');
  longer += value.substr(0, 32) + std::string(1, '\0') + value.substr(32);
  return message.substr(0, begin) + xml::base64_encode(longer) + message.substr(end);
}

const std::deque<Attack>& attacks() {
  static const Attacks made;
  return made.all;
}

TEST(Rules, EachRefusesItsAttack) {
  for (const Attack& attack : attacks())
    EXPECT_EQ(refused_by(attack.message, attack.policy, attack.trust, attack.expected), attack.rule)
        << attack.what;
}

TEST(Rules, EachIsCarriedByItsAttack) {
  for (const Attack& attack : attacks()) {
    EXPECT_EQ(refused_without(attack.rule, attack.message, attack.policy, attack.trust, attack.expected),
              attack.then_refused_by)
        << attack.rule << ": " << attack.what;
    EXPECT_EQ(attack.why_both.empty(), attack.then_refused_by.empty()) << attack.what;
  }
}

// Where another rule stands behind the first, only this shows that nothing else is wrong with the message.
TEST(Rules, EachAttackIsAcceptedWhenItIsMended) {
  for (const Attack& attack : attacks()) {
    EXPECT_EQ(attack.mended.empty(), attack.then_refused_by.empty()) << attack.what;
    if (!attack.mended.empty()) {
      EXPECT_EQ(refused_by(attack.mended, attack.policy, attack.trust, attack.expected), "") << attack.what;
    }
  }
}

TEST(Rules, NoneIsWithoutAnAttack) {
  std::set<std::string> attacked;
  for (const Attack& attack : attacks()) attacked.insert(attack.rule);
  // Judged on the side, each with messages in key_test.cpp, document_test.cpp or its own unit test.
  for (const auto& rules :
       {exchange::envelope_rules(), exchange::freshness_rules(), exchange::signature_rules(),
        exchange::reference_rules(), exchange::coverage_rules(), exchange::key_rules()})
    for (const exchange::Rule& rule : rules) EXPECT_TRUE(attacked.contains(std::string(rule.id))) << rule.id;
}

}  // namespace
}  // namespace tilts::attack
