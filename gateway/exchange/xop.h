// A message whose files travel beside it, made whole for the verifier (W3C XOP 1.0, section 3.2) without ever
// holding a file in memory: each xop:Include gives way to a mark that nobody could have known, and where the
// mark passes on its way to a digest the base64 of the part passes in its place.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "gateway/exchange/received_part.h"

namespace tilts::exchange {

class Inclusions {
 public:
  // Judges every xop:Include of the document and puts marks in their places. `body`: where they may stand.
  // `parts` outlive this. Throws Refusal "xop-form", "xop-missing", "xop-twice" or "xop-unreferenced".
  Inclusions(xmlDoc* document, const xmlNode* body, std::vector<ReceivedPart>& parts);

  bool empty() const { return parts_.empty(); }
  // The text as it was sent: with xop:Include, in canonical form, where marks are.
  std::string restored(std::string text) const;

  // A stream in which marks become the base64 of their parts.
  class Expansion {
   public:
    using Take = std::function<void(std::string_view)>;
    explicit Expansion(const Inclusions& inclusions) : inclusions_(inclusions) {}
    // `text` takes what stands in the message, `file` the base64 of a part.
    void add(std::string_view bytes, const Take& text, const Take& file);
    void finish(const Take& take);

   private:
    const Inclusions& inclusions_;
    std::string tail_;  // perhaps the beginning of a mark
  };

  // The parts whose marks stand in this text are covered by what covers it.
  void mark_covered(std::string_view text);

 private:
  std::string mark(size_t index) const;
  size_t index_of(std::string_view mark) const;
  template <typename Found>
  size_t each_mark(std::string_view text, const Found& found) const;
  void include(xmlNode* element, const xmlNode* body);

  std::vector<ReceivedPart>& parts_;
  std::vector<bool> included_;
  std::string nonce_;
};

}  // namespace tilts::exchange
