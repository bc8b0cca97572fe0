// Writes XML that is already in Exclusive XML Canonicalization 1.0 (W3C REC-xml-exc-c14n-20020718, without
// comments), hashing while it writes. What cannot be well-formed cannot be said: elements nest because
// start() and end() do, a prefix is declared because using a namespace declares it, and a character that
// XML 1.0 does not have, or bytes that are not UTF-8, are refused.
//
// One writer belongs to one thread. Every refusal is Error(bug) that names the element and never the content;
// after one, no part and no output can be taken, whatever the author caught.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "gateway/base/handle.h"
#include "gateway/xml/byte_buffer.h"

namespace tilts::xml {

// A subtree that a signature can cover: bytes [begin, begin + size) of the writer's output.
struct WrittenPart {
  size_t begin = 0;
  size_t size = 0;
  std::string digest;    // raw octets
  std::string prefixes;  // InclusiveNamespaces PrefixList that gives these bytes back; empty for most
};

class CanonicalWriter {
 public:
  CanonicalWriter() = default;

  // Opens an element. `prefix` is the wish of the author: another one is taken where it is already used on
  // this element for something else. An empty prefix is the default namespace.
  void start(std::string_view namespace_uri, std::string_view local, std::string_view prefix = {});

  // Attributes and declarations of the element just opened, before its content.
  void attribute(std::string_view local, std::string_view value) { attribute({}, local, {}, value); }
  void attribute(std::string_view namespace_uri, std::string_view local, std::string_view prefix,
                 std::string_view value);

  // Declares a prefix that only content uses (xsi:type="t:Person"); it appears in the part's PrefixList,
  // because exclusive canonicalisation alone would drop it.
  void declare(std::string_view prefix, std::string_view namespace_uri);

  // Character content; each call holds whole UTF-8 characters.
  void text(std::string_view content);

  // The base64 of `octets` as the element's content; with a `place` it stands elsewhere, under that
  // Content-ID, and xop:Include takes its room (W3C XOP 1.0, section 3): a part is hashed as if it stood
  // here.
  void binary(std::string_view octets, std::string_view place);

  void end();

  // An element that somebody else wrote, byte for byte: it is XML that declares all it uses. Never inside a
  // part, whose bytes have to be canonical.
  void verbatim(std::string_view element);

  // The next element starts a part: it declares every prefix it uses even where the envelope did, so that its
  // bytes are its exclusive canonical form. `digest` hashes them on the way (EVP_sha256(), …). Parts do not
  // nest.
  void begin_part(const EVP_MD* digest);
  WrittenPart end_part();

  // Lets someone else write inside the open element: `write` can end only what it started, and has to.
  void content(const std::function<void(CanonicalWriter&)>& write);

  // The bytes of an ended part, good until the next call that writes.
  std::string_view bytes_of(const WrittenPart& part) const { return bytes_.view(part.begin, part.size); }
  size_t depth() const { return elements_.size(); }
  size_t size() const { return bytes_.size(); }
  void reserve(size_t bytes) { bytes_.reserve(bytes); }

  // The whole output, once every element is ended. The writer is then empty.
  std::string take();

 private:
  struct Text {  // a piece of names_ or scratch_
    size_t begin = 0;
    size_t size = 0;
  };
  struct Binding {
    std::string prefix;
    std::string uri;
  };
  struct Element {
    Text name;        // qualified, in names_
    size_t bindings;  // how many declarations were in scope before its own
  };
  struct Attribute {
    std::string namespace_uri;
    std::string local;
    std::string prefix;
    Text value;  // escaped, in scratch_
  };

  void close_start_tag();
  std::string_view name_of(const Element& element) const {
    return names_.view(element.name.begin, element.name.size);
  }
  void write_declarations();
  void write_attributes();
  void feed_digest(size_t keep);
  const Binding* in_scope(std::string_view prefix) const;
  bool used_here(std::string_view prefix) const;
  void bind(std::string_view prefix, std::string_view uri);
  std::string prefix_for_attribute(std::string_view uri, std::string_view wish);
  [[noreturn]] void refuse(std::string_view why);

  ByteBuffer bytes_;
  ByteBuffer names_;    // qualified names of the open elements, one after the other
  ByteBuffer scratch_;  // escaped attribute values of the element being opened
  std::vector<Element> elements_;
  std::vector<Binding>
      bindings_;  // declarations in scope; entries from scope_ on are kept for their capacity
  size_t scope_ = 0;
  std::vector<Attribute> attributes_;
  bool tag_open_ = false;
  bool failed_ = false;
  size_t floor_ = 0;  // depth that end() may not go below

  bool in_part_ = false;
  bool apex_seen_ = false;
  size_t part_begin_ = 0;
  size_t part_depth_ = 0;
  size_t part_scope_ = 0;  // declarations of the envelope: not seen inside the part
  std::vector<std::string> part_prefixes_;
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> hash_;
  bool hashing_ = false;
  size_t hashed_ = 0;
};

}  // namespace tilts::xml
