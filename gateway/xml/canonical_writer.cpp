#include "gateway/xml/canonical_writer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/characters.h"
#include "gateway/xml/xop.h"

namespace tilts::xml {
namespace {

constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_namespace = "http://www.w3.org/2000/xmlns/";
constexpr size_t hash_chunk = 16 << 10;  // small enough to be hashed while still in the first-level cache

// Canonical XML has no relative namespace names (REC-xml-c14n-20010315, 1.3).
bool is_absolute(std::string_view uri) {
  const size_t colon = uri.find(':');
  return colon != 0 && colon != std::string_view::npos && uri.find_first_of("/?#") > colon;
}

}  // namespace

void CanonicalWriter::start(std::string_view namespace_uri, std::string_view local, std::string_view prefix) {
  close_start_tag();
  if (elements_.empty() && !bytes_.empty()) refuse("a document has one outermost element");
  if (in_part_ && apex_seen_ && elements_.size() == part_depth_) refuse("a part is one element");
  if (!is_ncname(local)) refuse("the name of an element is not an XML name");
  if (namespace_uri.empty() && !prefix.empty()) refuse("an element in no namespace has no prefix");

  const size_t begin = names_.size();
  char* name = names_.room(prefix.size() + 1 + local.size());
  if (!prefix.empty()) {
    name = ByteBuffer::put(name, prefix);
    *name++ = ':';
  }
  names_.end_at(ByteBuffer::put(name, local));
  elements_.push_back({{begin, names_.size() - begin}, scope_});
  tag_open_ = true;
  if (in_part_) apex_seen_ = true;

  const Binding* known = in_scope(prefix);
  if (known == nullptr ? !namespace_uri.empty() : known->uri != namespace_uri) bind(prefix, namespace_uri);
}

void CanonicalWriter::attribute(std::string_view namespace_uri, std::string_view local,
                                std::string_view prefix, std::string_view value) {
  if (!tag_open_) refuse("an attribute comes before the element's content");
  if (!is_ncname(local) || (namespace_uri.empty() && local == "xmlns"))
    refuse("the name of an attribute is not an XML name");
  for (const Attribute& other : attributes_)
    if (other.local == local && other.namespace_uri == namespace_uri) refuse("an attribute is there twice");

  Attribute& added = attributes_.emplace_back();
  added.namespace_uri = namespace_uri;
  added.local = local;
  added.value.begin = scratch_.size();
  if (!append_escaped(scratch_, value, Escaping::attribute))
    refuse("the value of an attribute holds what is not a character of XML 1.0 in UTF-8");
  added.value.size = scratch_.size() - added.value.begin;
  if (namespace_uri == xml_namespace)
    added.prefix = "xml";
  else if (!namespace_uri.empty())
    added.prefix = prefix_for_attribute(namespace_uri, prefix);
}

void CanonicalWriter::declare(std::string_view prefix, std::string_view namespace_uri) {
  if (!tag_open_) refuse("a declaration comes before the element's content");
  if (const Binding* known = in_scope(prefix); known != nullptr && known->uri == namespace_uri) return;
  if (used_here(prefix)) refuse("a prefix is declared twice on one element");
  if (in_part_) {
    // With the prefix in the PrefixList a declaration of the envelope would be pulled to the part's apex.
    const auto has = [&](size_t begin, size_t end) {
      return std::any_of(bindings_.begin() + static_cast<std::ptrdiff_t>(begin),
                         bindings_.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](const Binding& binding) { return binding.prefix == prefix; });
    };
    const size_t apex_end = elements_.size() > part_depth_ + 1 ? elements_[part_depth_ + 1].bindings : scope_;
    const bool at_apex = elements_.size() == part_depth_ + 1 || has(part_scope_, apex_end);
    if (has(0, part_scope_) && !at_apex)
      refuse("a declared prefix belongs to the envelope; take another one");
  }
  bind(prefix, namespace_uri);
  const std::string listed = prefix.empty() ? "#default" : std::string(prefix);
  if (in_part_ && std::find(part_prefixes_.begin(), part_prefixes_.end(), listed) == part_prefixes_.end())
    part_prefixes_.push_back(listed);
}

void CanonicalWriter::text(std::string_view content) {
  if (content.empty()) return;
  if (elements_.empty()) refuse("text stands inside an element");
  close_start_tag();
  if (!append_escaped(bytes_, content, Escaping::text))
    refuse("the text holds what is not a character of XML 1.0 in UTF-8");
  if (hashing_) feed_digest(hash_chunk);
}

void CanonicalWriter::binary(std::string_view octets, std::string_view place) {
  constexpr size_t piece = size_t{48} << 10;  // whole groups of three, so that no piece is padded
  if (elements_.empty()) refuse("an attachment stands inside an element");
  close_start_tag();
  if (hashing_ && !place.empty()) feed_digest(0);
  for (size_t at = 0; at < octets.size(); at += piece) {
    const std::string text = base64_encode(octets.substr(at, piece));
    if (place.empty())
      bytes_.append(text);
    else if (hashing_ && EVP_DigestUpdate(hash_.get(), text.data(), text.size()) != 1)
      refuse("the digest did not go on");
  }
  if (place.empty()) return;
  bytes_.append(xop_include(place));
  hashed_ = bytes_.size();
}

void CanonicalWriter::end() {
  if (elements_.size() <= floor_) refuse("more elements are ended than were started");
  close_start_tag();
  const Element& element = elements_.back();
  char* at = bytes_.room(element.name.size + 3);
  *at++ = '<';
  *at++ = '/';
  at = ByteBuffer::put(at, name_of(element));
  *at++ = '>';
  bytes_.end_at(at);
  names_.cut(element.name.begin);
  scope_ = element.bindings;
  elements_.pop_back();
}

void CanonicalWriter::verbatim(std::string_view element) {
  if (elements_.empty() || in_part_)
    refuse("what was written elsewhere stands inside an element and in no part");
  close_start_tag();
  bytes_.append(element);
}

void CanonicalWriter::begin_part(const EVP_MD* digest) {
  if (in_part_) refuse("parts do not nest");
  close_start_tag();
  if (const Binding* outer = in_scope({}); outer != nullptr && !outer->uri.empty())
    refuse("a part does not stand below a default namespace");
  hashing_ = digest != nullptr;
  if (hashing_ && hash_ == nullptr) hash_.reset(EVP_MD_CTX_new());
  if (hashing_ && EVP_DigestInit_ex(hash_.get(), digest, nullptr) != 1) refuse("the digest did not start");
  in_part_ = true;
  apex_seen_ = false;
  part_begin_ = hashed_ = bytes_.size();
  part_depth_ = elements_.size();
  part_scope_ = scope_;
  part_prefixes_.clear();
}

WrittenPart CanonicalWriter::end_part() {
  if (failed_) refuse("an earlier call was refused");
  if (!in_part_ || !apex_seen_ || elements_.size() != part_depth_)
    refuse("a part ends where its element ended");
  in_part_ = false;
  WrittenPart part;
  part.begin = part_begin_;
  part.size = bytes_.size() - part_begin_;
  if (hashing_) {
    feed_digest(0);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(hash_.get(), digest, &size) != 1) refuse("the digest did not end");
    part.digest.assign(reinterpret_cast<const char*>(digest), size);
    hashing_ = false;
  }
  std::sort(part_prefixes_.begin(), part_prefixes_.end());
  part.prefixes = fmt::format("{}", fmt::join(part_prefixes_, " "));
  return part;
}

void CanonicalWriter::content(const std::function<void(CanonicalWriter&)>& write) {
  const size_t floor = std::exchange(floor_, elements_.size());
  write(*this);
  if (elements_.size() != floor_) refuse("an element was started and not ended");
  floor_ = floor;
}

std::string CanonicalWriter::take() {
  if (failed_) refuse("an earlier call was refused");
  if (!elements_.empty() || in_part_) refuse("an element was started and not ended");
  scope_ = 0;
  return bytes_.take();
}

void CanonicalWriter::close_start_tag() {
  if (!tag_open_) return;
  tag_open_ = false;
  const Element& element = elements_.back();
  char* at = bytes_.room(element.name.size + 1);
  *at++ = '<';
  bytes_.end_at(ByteBuffer::put(at, name_of(element)));
  if (scope_ > element.bindings) write_declarations();
  if (!attributes_.empty()) write_attributes();
  bytes_.append('>');
}

void CanonicalWriter::write_declarations() {
  const auto first = bindings_.begin() + static_cast<std::ptrdiff_t>(elements_.back().bindings);
  const auto last = bindings_.begin() + static_cast<std::ptrdiff_t>(scope_);
  std::sort(first, last, [](const Binding& a, const Binding& b) { return a.prefix < b.prefix; });
  for (auto binding = first; binding != last; ++binding) {
    bytes_.append(binding->prefix.empty() ? " xmlns" : " xmlns:");
    bytes_.append(binding->prefix);
    bytes_.append("=\"");
    append_escaped(bytes_, binding->uri, Escaping::attribute);  // judged by bind()
    bytes_.append('"');
  }
}

void CanonicalWriter::write_attributes() {
  std::sort(attributes_.begin(), attributes_.end(), [](const Attribute& a, const Attribute& b) {
    return std::tie(a.namespace_uri, a.local) < std::tie(b.namespace_uri, b.local);
  });
  for (const Attribute& attribute : attributes_) {
    bytes_.append(' ');
    if (!attribute.prefix.empty()) {
      bytes_.append(attribute.prefix);
      bytes_.append(':');
    }
    bytes_.append(attribute.local);
    bytes_.append("=\"");
    bytes_.append(scratch_.view(attribute.value.begin, attribute.value.size));
    bytes_.append('"');
  }
  attributes_.clear();
  scratch_.cut(0);
}

// Hashes what was written since the last time, once it is more than `keep` bytes.
void CanonicalWriter::feed_digest(size_t keep) {
  if (bytes_.size() - hashed_ <= keep) return;
  if (EVP_DigestUpdate(hash_.get(), bytes_.view().data() + hashed_, bytes_.size() - hashed_) != 1)
    refuse("the digest did not go on");
  hashed_ = bytes_.size();
}

const CanonicalWriter::Binding* CanonicalWriter::in_scope(std::string_view prefix) const {
  const size_t floor = in_part_ ? part_scope_ : 0;
  for (size_t i = scope_; i > floor; --i)
    if (bindings_[i - 1].prefix == prefix) return &bindings_[i - 1];
  return nullptr;
}

// The prefix already means something on the element that is being opened.
bool CanonicalWriter::used_here(std::string_view prefix) const {
  const Element& element = elements_.back();
  for (size_t i = element.bindings; i < scope_; ++i)
    if (bindings_[i].prefix == prefix) return true;
  const std::string_view name = name_of(element);
  const size_t colon = name.find(':');
  if ((colon == std::string_view::npos ? std::string_view() : name.substr(0, colon)) == prefix) return true;
  return !prefix.empty() && std::any_of(attributes_.begin(), attributes_.end(),
                                        [&](const Attribute& other) { return other.prefix == prefix; });
}

void CanonicalWriter::bind(std::string_view prefix, std::string_view uri) {
  if (!prefix.empty() && (!is_ncname(prefix) || prefix == "xml" || prefix == "xmlns"))
    refuse("a prefix is not an XML name that may be declared");
  if (uri.empty() ? !prefix.empty() : !is_absolute(uri)) refuse("a namespace name is not an absolute URI");
  if (uri == xml_namespace || uri == xmlns_namespace) refuse("a namespace of XML itself is not declared");
  if (bindings_.size() == scope_) bindings_.emplace_back();
  bindings_[scope_].prefix = prefix;
  bindings_[scope_].uri = uri;
  ByteBuffer judged;
  if (!append_escaped(judged, uri, Escaping::attribute)) refuse("a namespace name is not UTF-8");
  ++scope_;
}

std::string CanonicalWriter::prefix_for_attribute(std::string_view uri, std::string_view wish) {
  const auto fits = [&](std::string_view prefix) {
    const Binding* known = in_scope(prefix);
    return known != nullptr && known->uri == uri;
  };
  if (!wish.empty() && fits(wish)) return std::string(wish);
  if (!wish.empty() && !used_here(wish)) {
    bind(wish, uri);
    return std::string(wish);
  }
  for (size_t i = scope_; i > (in_part_ ? part_scope_ : 0); --i)
    if (!bindings_[i - 1].prefix.empty() && fits(bindings_[i - 1].prefix)) return bindings_[i - 1].prefix;
  for (size_t number = 1;; ++number) {
    const std::string made = fmt::format("ns{}", number);
    if (used_here(made) || in_scope(made) != nullptr) continue;
    bind(made, uri);
    return made;
  }
}

void CanonicalWriter::refuse(std::string_view why) {
  failed_ = true;
  std::string where;
  for (const Element& element : elements_) where.append("/").append(name_of(element));
  throw Error(Code::bug, fmt::format("writing XML at {}: {}", where.empty() ? "/" : where, why));
}

}  // namespace tilts::xml
