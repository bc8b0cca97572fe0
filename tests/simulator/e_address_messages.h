// The messages of e-address's unified interface, read and written.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/desk.h"
#include "tests/simulator/directory.h"
#include "tests/simulator/mailbox.h"

namespace tilts::simulator {

struct SentFile {
  std::string name;
  std::string sha256;  // of the octets that travelled; hex
  std::size_t size = 0;
};

struct SentMessage {
  std::string sender;
  std::string reference;
  std::vector<std::string> recipients;
  std::string kind;
  std::string title;
  bool wants_notice = false;
  std::vector<SentFile> files;
  const xmlNode* envelope = nullptr;  // in the request
};

// Each reads what Body holds, and throws Refusal for what the wire does not have there.
// Every file is there, with the digest that the document gives it; the document's signature is not looked at.
SentMessage read_sent(const xmlNode* payload);
struct ListWanted {
  std::size_t most = 0;
  std::string after;
};
ListWanted read_list(const xmlNode* payload);
struct SectionWanted {
  std::string message_id;
  std::string content_id;
  std::size_t index = 0;
};
SectionWanted read_section(const xmlNode* payload);
// The only element inside the payload, called so; empty when it may be left out and is.
std::string read_only(const xmlNode* payload, const char* name, bool optional = false);

std::string sent_answer(const std::string& message_id);
std::string list_answer(const Mailbox::Page& page);
Outcome letter_answer(const Letter& letter);
Outcome section_answer(const SectionWanted& wanted, const LetterFile& file);
std::string confirm_answer(const std::string& message_id, bool done);
std::string initial_answer(const Directory::Page& page);
std::string changed_answer(const Directory::Page& page);

}  // namespace tilts::simulator
