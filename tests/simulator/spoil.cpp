#include "tests/simulator/spoil.h"

#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <iconv.h>

namespace tilts::simulator {
namespace {

// So few that libxml2's own guard lets them pass: what refuses them is a rule of the reader.
constexpr int levels = 3;
constexpr std::size_t times = 5;
constexpr std::string_view word = "tilts ";

void insert(std::string& content, const std::string& text) { content.insert(content.rfind("</"), text); }

std::string repeated(std::string_view text, std::size_t often) {
  std::string all;
  for (std::size_t i = 0; i < often; ++i) all += text;
  return all;
}

std::string expansion() {
  std::string text(word);
  for (int level = 1; level < levels; ++level) text = repeated(text, times);
  return text;
}

}  // namespace

void pad(std::string& content, std::size_t bytes) { insert(content, std::string(bytes, ' ')); }

void nest(std::string& content, std::size_t deep) {
  insert(content, repeated("<deep>", deep) + repeated("</deep>", deep));
}

// In the order of their names, as canonical form has them.
void stuff(std::string& content, std::size_t attributes) {
  std::string element = "<stuffed";
  for (std::size_t i = 0; i < attributes; ++i) element += fmt::format(" a{:05}=\"\"", i);
  insert(content, element + "></stuffed>");
}

void leave_open(std::string& content) { insert(content, "<open>"); }

void expand(std::string& content) { insert(content, expansion()); }

void put_beside_include(std::string& content) {
  const std::size_t at = content.find("<xop:Include ");
  if (at == std::string::npos) throw std::runtime_error("the answer has no Include that could be spoilt");
  content.insert(at, "AAAA");
}

bool spoils_parts(FaultKind kind) {
  return kind == FaultKind::mtom_cut || kind == FaultKind::part_missing ||
         kind == FaultKind::content_id_twice || kind == FaultKind::part_changed ||
         kind == FaultKind::part_unreferenced;
}

void spoil_parts(FaultKind kind, std::vector<MimePart>& parts) {
  if (parts.empty()) throw std::runtime_error("the answer has no parts that could be spoilt");
  MimePart further{parts.back().id, "application/octet-stream", Octets(std::string("another part"))};
  switch (kind) {
    case FaultKind::part_missing:
      parts.pop_back();
      break;
    case FaultKind::content_id_twice:
      parts.push_back(std::move(further));
      break;
    case FaultKind::part_unreferenced:
      further.id = "nobody.names.me@tilts.simulator";
      parts.push_back(std::move(further));
      break;
    case FaultKind::part_changed: {
      std::string changed(parts.front().octets.view());
      if (changed.empty()) throw std::runtime_error("the answer's first part is empty");
      changed[changed.size() / 2] ^= 1;
      parts.front().octets = Octets(std::move(changed));
      break;
    }
    default:
      break;
  }
}

void cut(Multipart& whole) {
  whole.further.pop_back();
  Octets& last = whole.further.back();
  last = last.stretch(0, last.size() / 2);
}

std::string with_entities(const std::string& answer) {
  std::string declared = fmt::format("<!DOCTYPE s:Envelope [<!ENTITY e1 \"{}\">", word);
  for (int level = 2; level <= levels; ++level)
    declared += fmt::format("<!ENTITY e{} \"{}\">", level, repeated(fmt::format("&e{};", level - 1), times));
  std::string referring = answer;
  const std::string text = expansion();
  referring.replace(referring.find(text), text.size(), fmt::format("&e{};", levels));
  return declared + "]>" + referring;
}

// Latvian letters become single octets, which are not UTF-8; what windows-1257 has not becomes a question
// mark. A comment makes sure that there is such a letter.
std::string in_windows_1257(const std::string& answer) {
  const std::string whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- ā -->" + answer;
  const iconv_t table = iconv_open("WINDOWS-1257", "UTF-8");
  if (table == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error("iconv has no WINDOWS-1257");
  std::string out(whole.size(), '\0');
  char* from = const_cast<char*>(whole.data());
  char* to = out.data();
  std::size_t left = whole.size(), room = out.size();
  while (iconv(table, &from, &left, &to, &room) == static_cast<std::size_t>(-1) && left > 0) {
    *to++ = '?';
    --room;
    do ++from, --left;
    while (left > 0 && (static_cast<unsigned char>(*from) & 0xC0) == 0x80);  // the rest of the letter
  }
  iconv_close(table);
  out.resize(out.size() - room);
  return out;
}

}  // namespace tilts::simulator
