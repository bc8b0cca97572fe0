// What an adapter wants to send: writer calls, kept as the bytes they crossed in, or ready bytes.
// Immutable once made; may be replayed from any thread and for every attempt.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/xml/canonical_writer.h"

namespace tilts::host {

// A file that goes with a request: inside the message, or beside it (MTOM), as the profile says.
struct Enclosure {
  std::string media_type;
  std::shared_ptr<const std::string> bytes;
};

class Content {
 public:
  enum class Kind { none, calls, bytes };

  // No content (REST: a GET).
  Content() = default;
  // Writer calls in the layout of adapter_abi.h. Throws Error(bug) saying which call breaks which rule:
  // lengths, nesting, namespaces that were not named, one root element, each attachment once and alone in its
  // element. `depth` is the most elements open at once.
  static Content calls(std::string batch, size_t depth = 256, std::vector<Enclosure> attachments = {});
  static Content ready(std::string bytes, std::string media_type);

  Kind kind() const { return kind_; }
  // Ready bytes; empty for writer calls.
  std::string_view bytes() const {
    return kind_ == Kind::bytes ? std::string_view(data_) : std::string_view();
  }
  const std::string& media_type() const { return media_type_; }
  const std::vector<Enclosure>& attachments() const { return attachments_; }

  // Writes the calls inside the writer's open element (exchange: soap:Body). `places`: the Content-ID of each
  // attachment, where they travel beside the message; empty: they are written in. Throws Error(bug) for a
  // name or a character that XML does not have. Only for Kind::calls.
  void write(xml::CanonicalWriter& writer, const std::vector<std::string>& places = {}) const;

 private:
  Kind kind_ = Kind::none;
  std::string data_;
  std::string media_type_;
  std::vector<Enclosure> attachments_;
};

}  // namespace tilts::host
