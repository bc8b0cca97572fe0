#include <openssl/evp.h>

#include "gateway/evidence/bundle.h"
#include "gateway/store/vault.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/canonical_writer.h"
#include "gateway/xml/characters.h"

namespace tilts::evidence {
namespace {

// What somebody typed as a reason may hold what XML has not.
std::string clean(std::string_view text) {
  xml::ByteBuffer unused;
  if (xml::append_escaped(unused, text, xml::Escaping::text)) return std::string(text);
  std::string ascii;
  for (const char c : text) ascii += (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '?';
  return ascii;
}

class Writer {
 public:
  void start(std::string_view local) { xml_.start(bundle_namespace, local, "e"); }
  void end() { xml_.end(); }
  void say(std::string_view name, std::string_view value) { xml_.attribute(name, clean(value)); }
  void say(std::string_view name, int64_t value) { xml_.attribute(name, std::to_string(value)); }
  void say(std::string_view name, Time value) {
    if (value != Time{}) xml_.attribute(name, to_text(value));
  }
  void text(std::string_view local, std::string_view content) {
    start(local);
    xml_.text(clean(content));
    end();
  }
  void bytes(std::string_view content) { xml_.text(xml::base64_encode(content)); }
  void bytes(std::string_view local, std::string_view content) {
    start(local);
    bytes(content);
    end();
  }

  void contents(const Bundle& bundle);
  void chain(const Chain& chain);

  xml::CanonicalWriter& xml() { return xml_; }

 private:
  void submission(const Bundle& bundle);
  void exchange(const store::KeptExchange& exchange);
  void row(const store::AuditRow& row);

  xml::CanonicalWriter xml_;
};

void Writer::contents(const Bundle& bundle) {
  start("contents");
  say("municipality", bundle.municipality);
  say("environment", bundle.environment);
  say("made", bundle.made);
  say("made-by", bundle.made_by);
  submission(bundle);
  for (const store::KeptExchange& one : bundle.exchanges) exchange(one);
  for (const auto& [sha256, content] : bundle.terms) {
    start("terms");
    say("sha256", sha256);
    bytes(content);
    end();
  }
  end();
}

void Writer::submission(const Bundle& bundle) {
  const store::Submission& one = bundle.submission;
  start("submission");
  say("id", one.id);
  say("key", one.key);
  say("registry", one.registry);
  say("operation", one.operation);
  say("revision", one.revision);
  say("state", store::name(one.state));
  say("attempt", one.attempt);
  say("number", one.receipt);
  say("created", one.created);
  say("changed", one.changed);
  say("erased", one.erased);
  say("mapping", one.rules);
  text("case-number", one.case_number);
  start("entry");
  say("intake", bundle.entry.intake);
  say("form", bundle.entry.form);
  say("sha256", bundle.entry.sha256);
  bytes(bundle.entry.bytes);
  end();
  for (const store::SubmissionAttachment& attachment : bundle.attachments) {
    start("attachment");
    say("name", attachment.name);
    say("media-type", attachment.media_type);
    say("sha256", attachment.sha256);
    bytes(attachment.bytes);
    end();
  }
  for (const Finding& finding : bundle.findings) {
    start("finding");
    say("rule", finding.rule);
    say("field", finding.field);
    text("english", finding.english);
    text("latvian", finding.latvian);
    end();
  }
  for (const store::SubmissionEvent& event : bundle.history) {
    start("event");
    say("at", event.at);
    say("state", store::name(event.state));
    say("attempt", event.attempt);
    say("actor", event.actor);
    xml_.text(clean(event.text));
    end();
  }
  end();
}

void Writer::exchange(const store::KeptExchange& exchange) {
  const store::Proof& proof = exchange.proof;
  start("exchange");
  say("message-id", exchange.id);
  say("registry", proof.registry);
  say("operation", proof.operation);
  say("at", proof.at);
  say("digest", store::hex(exchange.digest));
  say("asked-chain", exchange.asked.chain);
  say("asked-row", exchange.asked.position);
  if (exchange.erased) {
    say("erased", "true");
  } else {
    say("submits", proof.submits ? "true" : "false");
    say("outcome", proof.outcome);
    say("profile", proof.profile);
    say("trust", proof.trust);
    say("salt", store::hex(proof.salt));
    say("sealed", store::hex(exchange.sealed));
    bytes("request", proof.request);
    bytes("response", proof.response);
  }
  end();
}

void Writer::chain(const Chain& chain) {
  start("chain");
  text("checkpoint-key", chain.key);
  for (const store::ChainPiece& piece : chain.pieces) {
    start("piece");
    say("chain", piece.chain);
    say("before", store::hex(piece.before));
    for (const store::AuditRow& one : piece.rows) row(one);
    text("checkpoint", piece.checkpoint);
    end();
  }
  end();
}

void Writer::row(const store::AuditRow& row) {
  start("row");
  say("position", row.position);
  say("at", row.at);
  say("digest", store::hex(row.digest));
  say("link", store::hex(row.link));
  if (!row.content.empty()) {
    say("salt", store::hex(row.salt));
    say("asked-chain", row.asked.chain);
    say("asked-row", row.asked.position);
    bytes(row.content);
  }
  end();
}

}  // namespace

std::string write_bundle(const Bundle& bundle, const std::function<Chain(const std::string& digest)>& chain) {
  Writer writer;
  writer.start("evidence");
  writer.xml().begin_part(EVP_sha256());
  writer.contents(bundle);
  const xml::WrittenPart written = writer.xml().end_part();
  writer.chain(chain(store::hex(written.digest)));
  writer.end();
  return writer.xml().take();
}

}  // namespace tilts::evidence
