// The DIV envelope: a document with who sends it, whom to, and what files come with it. Its SenderDocument is
// what the sender signs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilts::e_address {

struct File {
  std::string id;  // ContentReference: by this the message names it
  std::string name;
  std::string media_type;
  bool compressed = false;
  std::string digest_method;
  std::string digest;  // base64
};

struct Document {
  std::string title;
  std::string date;  // YYYY-MM-DD
  std::string kind;
  std::string author;
  std::string sender;
  std::string reference;
  std::vector<std::string> recipients;
  std::vector<File> files;
  std::string wrapped_key;  // of an incoming one, for us: base64; empty: nothing is encrypted
};

// The envelope of a document of ours, without its signature.
std::string write_envelope(const Document& document);

// A verified SenderDocument, read for the recipient `ours`. Throws Failure(untrusted) with a sentence about
// this document: it lacks what it must have, or is not for us.
Document read_document(std::string_view sender_document, std::string_view ours);

}  // namespace tilts::e_address
