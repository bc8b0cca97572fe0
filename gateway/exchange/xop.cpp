#include "gateway/exchange/xop.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/exchange/nonce.h"
#include "gateway/exchange/refusal.h"
#include "gateway/exchange/rules.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"
#include "gateway/xml/xop.h"

namespace tilts::exchange {
namespace {

constexpr size_t index_digits = 8;

[[noreturn]] void misplaced(const std::string& what) {
  throw Refusal("xop-form", "an xop:Include is not what XOP 1.0 knows: " + what);
}

// RFC 2392: what a Content-ID is called in a URL.
std::string content_id_of(std::string_view href) {
  if (!href.starts_with("cid:")) misplaced("it names no part of the message");
  href.remove_prefix(4);
  std::string id;
  for (size_t at = 0; at < href.size(); ++at) {
    if (href[at] != '%') {
      id += href[at];
      continue;
    }
    unsigned value = 0;
    for (const size_t digit : {at + 1, at + 2}) {
      const char c = digit < href.size() ? href[digit] : ' ';
      const size_t place = std::string_view("0123456789abcdef0123456789ABCDEF").find(c);
      if (place == std::string_view::npos) misplaced("its URL is not one");
      value = value * 16 + static_cast<unsigned>(place % 16);
    }
    id += static_cast<char>(value);
    at += 2;
  }
  return id;
}

}  // namespace

Inclusions::Inclusions(xmlDoc* document, const xmlNode* body, std::vector<ReceivedPart>& parts)
    : parts_(parts), included_(parts.size()), nonce_("xop-" + fresh_nonce() + "-") {
  xmlNode* root = xmlDocGetRootElement(document);
  std::vector<xmlNode*> found;
  for (xmlNode* node = root; node != nullptr; node = xml::next_element(node, root))
    if (xml::is(node, xml::xop_namespace, "Include")) found.push_back(node);
  for (xmlNode* element : found) include(element, body);
  if (std::ranges::find(included_, false) != included_.end() && !skipped("xop-unreferenced"))
    throw Refusal("xop-unreferenced", "a file came beside the message that nothing in it names");
}

void Inclusions::include(xmlNode* element, const xmlNode* body) {
  if (!skipped("xop-form")) {
    if (!xml::contains(body, element)) misplaced("it stands outside of Body");
    if (element->children != nullptr || element->prev != nullptr || element->next != nullptr)
      misplaced("it is not empty, or not alone in its element");
    const xmlAttr* href = element->properties;
    if (href == nullptr || href->next != nullptr || href->ns != nullptr) misplaced("it has not just a href");
  }
  const std::string id = content_id_of(xml::attribute(element, {}, "href"));
  const auto part = std::ranges::find(parts_, id, &ReceivedPart::id);
  if (part == parts_.end())
    throw Refusal("xop-missing", "the message names a file that did not come beside it");
  const auto index = static_cast<size_t>(part - parts_.begin());
  if (included_[index] && !skipped("xop-twice"))
    throw Refusal("xop-twice", "the message names a file twice that came beside it");
  included_[index] = true;
  const std::string text = mark(index);
  xmlNode* written = xmlNewDocTextLen(element->doc, reinterpret_cast<const xmlChar*>(text.data()),
                                      static_cast<int>(text.size()));
  if (written == nullptr) throw std::bad_alloc();
  xmlFreeNode(xmlReplaceNode(element, written));
}

std::string Inclusions::mark(size_t index) const { return fmt::format("{}{:08x}", nonce_, index); }

// Calls found(begin, index) for every mark; returns where the last one ended. One pass, however many there
// are.
template <typename Found>
size_t Inclusions::each_mark(std::string_view text, const Found& found) const {
  size_t end = 0;
  for (size_t at; !empty() && (at = text.find(nonce_, end)) != std::string_view::npos;) {
    found(at, index_of(text.substr(at)));
    end = at + nonce_.size() + index_digits;
  }
  return end;
}

size_t Inclusions::index_of(std::string_view mark) const {
  return std::stoul(std::string(mark.substr(nonce_.size(), index_digits)), nullptr, 16);
}

std::string Inclusions::restored(std::string text) const {
  std::string result;
  size_t begin = 0;
  const size_t end = each_mark(text, [&](size_t at, size_t index) {
    result.append(text, begin, at - begin);
    result += xml::xop_include(parts_.at(index).id);
    begin = at + nonce_.size() + index_digits;
  });
  if (end == 0) return text;
  return result.append(text, end);
}

void Inclusions::mark_covered(std::string_view text) {
  each_mark(text, [&](size_t, size_t index) { parts_.at(index).covered = true; });
}

void Inclusions::Expansion::add(std::string_view bytes, const Take& text, const Take& file) {
  const std::string& nonce = inclusions_.nonce_;
  const size_t whole = nonce.size() + index_digits;
  tail_ += bytes;
  for (size_t at; (at = tail_.find(nonce)) != std::string::npos && tail_.size() >= at + whole;) {
    text(std::string_view(tail_).substr(0, at));
    const size_t index = inclusions_.index_of(std::string_view(tail_).substr(at));
    tail_.erase(0, at + whole);
    // Base64 counts in threes: what is left over of a piece goes with the next one.
    std::string octets;
    inclusions_.parts_.at(index).read([&](std::string_view piece) {
      octets += piece;
      const size_t threes = octets.size() - octets.size() % 3;
      file(xml::base64_encode(std::string_view(octets).substr(0, threes)));
      octets.erase(0, threes);
    });
    if (!octets.empty()) file(xml::base64_encode(octets));
  }
  if (tail_.size() < whole) return;
  const size_t certain = std::min(tail_.find(nonce), tail_.size() - whole + 1);
  text(std::string_view(tail_).substr(0, certain));
  tail_.erase(0, certain);
}

void Inclusions::Expansion::finish(const Take& take) {
  if (!tail_.empty()) take(tail_);
  tail_.clear();
}

}  // namespace tilts::exchange
