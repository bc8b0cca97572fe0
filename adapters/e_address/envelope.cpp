#include "adapters/e_address/envelope.h"

#include <algorithm>
#include <set>

#include "adapters/e_address/names.h"
#include "adapters/e_address/xml_text.h"

namespace tilts::e_address {
namespace {

using sdk::Code;
using sdk::Failure;

// The places of the fields in document_reader().
enum Field : size_t { title, date, kind, sender, reference };
enum FileField : size_t { name, media_type, compressed, content, digest_method, digest };
enum RecipientField : size_t { address, wrapped_key };

void write_file(XmlText& to, const File& file) {
  to.start("d:File");
  to.element("d:Name", file.name);
  to.element("d:MediaType", file.media_type);
  to.element("d:Compressed", file.compressed ? "true" : "false");
  to.start("d:Content");
  to.element("d:ContentReference", file.id);
  to.start("ds:DigestMethod",
           " xmlns:ds=\"" + std::string(signature_namespace) + "\" Algorithm=\"" + file.digest_method + "\"");
  to.end();
  to.start("ds:DigestValue", " xmlns:ds=\"" + std::string(signature_namespace) + "\"");
  to.text(file.digest);
  to.end();
  to.end();
  to.end();
}

void write_metadata(XmlText& to, const Document& document) {
  to.start("d:DocumentMetadata");
  to.start("d:GeneralMetadata");
  to.element("d:Title", document.title);
  to.element("d:Date", document.date);
  to.start("d:DocumentKind");
  to.element("d:DocumentKindCode", document.kind);
  to.element("d:DocumentKindVersion", "1.0");
  to.element("d:DocumentKindName", document.kind);
  to.end();
  to.start("d:Authors");
  to.start("d:AuthorEntry");
  to.start("d:Institution");
  to.element("d:Title", document.author);
  to.end();
  to.end();
  to.end();
  to.end();
  to.start("d:PayloadReference");
  for (const File& file : document.files) write_file(to, file);
  to.end();
  to.end();
}

void write_transport(XmlText& to, const Document& document) {
  to.start("d:SenderTransportMetadata");
  to.element("d:SenderEAddress", document.sender);
  to.element("d:SenderRefNumber", document.reference);
  to.start("d:Recipients");
  for (const std::string& recipient : document.recipients) {
    to.start("d:RecipientEntry");
    to.element("d:RecipientEAddress", recipient);
    to.end();
  }
  to.end();
  to.element("d:NotifySenderOnDelivery", "true");
  to.element("d:Priority", "normal");
  to.end();
}

sdk::RecordReader document_reader() {
  const std::string general = "d:DocumentMetadata/d:GeneralMetadata/";
  const std::string transport = "d:SenderTransportMetadata/";
  return sdk::RecordReader(
      {.namespaces = prefixes(),
       .root = {
           .name = {},
           .path = {},
           .fields = {"d:SenderDocument/" + general + "d:Title", "d:SenderDocument/" + general + "d:Date",
                      "d:SenderDocument/" + general + "d:DocumentKind/d:DocumentKindCode",
                      "d:SenderDocument/" + transport + "d:SenderEAddress",
                      "d:SenderDocument/" + transport + "d:SenderRefNumber"},
           .groups = {{.name = "file",
                       .path = "d:SenderDocument/d:DocumentMetadata/d:PayloadReference/d:File",
                       .fields = {"d:Name", "d:MediaType", "d:Compressed", "d:Content/d:ContentReference",
                                  "d:Content/ds:DigestMethod/@Algorithm", "d:Content/ds:DigestValue"},
                       .groups = {}},
                      {.name = "author",
                       .path = "d:SenderDocument/" + general + "d:Authors/d:AuthorEntry",
                       .fields = {"d:Institution/d:Title"},
                       .groups = {}},
                      {.name = "recipient",
                       .path = "d:SenderDocument/" + transport + "d:Recipients/d:RecipientEntry",
                       .fields = {"d:RecipientEAddress", "d:EncryptionInfo/d:Key"},
                       .groups = {}}}}});
}

// The gateway ends the run of an adapter that gives it more.
constexpr size_t longest_id = 150, longest_name = 1000, longest_text = 10'000;

[[noreturn]] void refuse(const std::string& what) {
  throw Failure(Code::untrusted, "the document " + what + "; ask its sender");
}

File file_of(const sdk::Row& row) {
  File file{.id = std::string(row[content]),
            .name = std::string(row[name]),
            .media_type = std::string(row[media_type]),
            .compressed = row[compressed] == "true" || row[compressed] == "1",
            .digest_method = std::string(row[digest_method]),
            .digest = std::string(row[digest])};
  if (file.id.empty() || file.name.empty()) refuse("has a file without a name or without its content");
  if (file.id.size() > longest_id || file.name.size() > longest_name || file.media_type.size() > longest_id ||
      file.digest_method.size() > longest_id)
    refuse("says more of a file than anybody has to");
  return file;
}

}  // namespace

std::string write_envelope(const Document& document) {
  XmlText to;
  to.start("d:Envelope", " xmlns:d=\"" + std::string(document_namespace) + "\"");
  to.start("d:SenderDocument", " Id=\"SenderSection\"");
  write_metadata(to, document);
  write_transport(to, document);
  to.end();
  to.start("d:Signatures");
  to.end();
  to.end();
  return to.take();
}

Document read_document(std::string_view sender_document, std::string_view ours) try {
  Document document;
  bool for_us = false;
  std::set<std::string> ids;
  const sdk::RecordReader reader = document_reader();
  const sdk::Whole whole = reader.read(sender_document, [&](const sdk::Row& row) {
    if (row.group() == "file") {
      document.files.push_back(file_of(row));
      if (!ids.insert(document.files.back().id).second) refuse("names one content for two files");
    } else if (row.group() == "author") {
      if (document.author.empty()) document.author = row[0];
    } else {
      document.recipients.emplace_back(row[address]);
      if (row[address] != ours) return;
      if (for_us) refuse("names us twice among its recipients");
      for_us = true;
      document.wrapped_key = row[wrapped_key];
    }
  });
  if (!for_us) refuse("is for somebody else: we are not among its recipients");
  document.title = whole[title];
  document.date = whole[date];
  document.kind = whole[kind];
  document.sender = whole[sender];
  document.reference = whole[reference];
  if (document.sender.empty()) refuse("does not say who sends it");
  for (const std::string& text : {document.author, document.title, document.date, document.kind,
                                  document.sender, document.reference, document.wrapped_key})
    if (text.size() > longest_text) refuse("says more of itself than anybody has to");
  return document;
} catch (const Failure& failure) {
  if (failure.code() != Code::bug) throw;
  refuse(std::string("cannot be read: ") + failure.what());
}

}  // namespace tilts::e_address
