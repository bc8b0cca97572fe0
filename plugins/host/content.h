// What an adapter wants to send: writer calls, kept as the bytes they crossed in, or ready bytes.
// Immutable once made; may be replayed from any thread and for every attempt.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/xml/canonical_writer.h"

namespace tilts::host {

class Content {
 public:
  enum class Kind { none, calls, bytes };

  // No content (REST: a GET).
  Content() = default;
  // Writer calls in the layout of adapter_abi.h. Throws Error(bug) saying which call breaks which rule:
  // lengths, nesting, namespaces that were not named, one root element. `depth` is the most elements
  // open at once.
  static Content calls(std::string batch, size_t depth = 256);
  static Content ready(std::string bytes, std::string media_type);

  Kind kind() const { return kind_; }
  // Ready bytes; empty for writer calls.
  std::string_view bytes() const {
    return kind_ == Kind::bytes ? std::string_view(data_) : std::string_view();
  }
  const std::string& media_type() const { return media_type_; }
  // About how large it is, for a byte budget.
  size_t size() const { return data_.size(); }

  // Writes the calls inside the writer's open element (exchange: soap:Body). Throws Error(bug) for a name or
  // a character that XML does not have. Only for Kind::calls.
  void write(xml::CanonicalWriter& writer) const;

 private:
  Kind kind_ = Kind::none;
  std::string data_;
  std::string media_type_;
};

}  // namespace tilts::host
