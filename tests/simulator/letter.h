// A message of e-address as it waits in the mailbox: a signed document, and the files beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/clock.h"
#include "tests/simulator/crypto.h"
#include "tests/simulator/octets.h"
#include "tests/simulator/profile.h"

namespace tilts::simulator {

constexpr const char* message_namespace = "http://vraa.gov.lv/xmlschemas/div/uui/2011/11";
constexpr const char* document_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";
constexpr const char* delivery_notice = "DELIVERY_NOTICE";

// How a document is to be wrong on purpose.
enum class Defect { none, unsigned_document, changed, stranger, digest, bomb, bad_key };
// Throws std::invalid_argument for a word that names none; an empty one is Defect::none.
Defect defect_named(const std::string& word);

struct FileWish {
  std::string name;
  std::string media_type;
  std::string content;
  bool compressed = false;
  bool encrypted = false;
  std::size_t sections = 0;  // fetched by so many calls of their own; 0: with the message
};

struct LetterWish {
  std::string sender;
  std::string author;  // the institution's title
  std::string kind = "DOC_EMPTY";
  std::string title;
  std::string reference;
  std::vector<FileWish> files;
  Defect defect = Defect::none;
};

struct LetterFile {
  std::string content_id;
  std::string name;
  std::string media_type;
  std::size_t size = 0;  // unpacked
  std::string sha256;    // of the same; hex
  Octets travels;
  std::size_t sections = 0;
};

struct Letter {
  std::string id;
  std::string sender;
  std::string kind;
  std::string title;
  std::string reference;
  Clock::Time received;
  std::string envelope;  // d:Envelope, canonical, declaring its own namespaces
  std::vector<LetterFile> files;
  bool confirmed = false;
};

struct LetterKeys {
  SigningKey senders;
  SigningKey stranger;
  std::string recipient_certificate;  // PEM file (RSA); empty: nothing can be encrypted
};

// Throws std::invalid_argument for a wish that makes no sense.
Letter write_letter(LetterWish wish, const std::string& id, const std::string& recipient,
                    const DocumentForm& form, const LetterKeys& keys, Clock::Time now);

}  // namespace tilts::simulator
