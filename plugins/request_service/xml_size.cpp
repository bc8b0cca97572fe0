// The length of what writer calls become (plugins/abi/adapter_abi.h has their form), without writing it.
#include <cstdint>
#include <vector>

#include "plugins/request_service/envelope.h"

namespace tilts::request_service {
namespace {

class Calls {
 public:
  explicit Calls(std::string_view bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  size_t number(size_t width) {
    size_t value = 0;
    for (size_t byte = 0; byte < width; ++byte)
      value |= static_cast<size_t>(static_cast<unsigned char>(rest_[byte])) << (8 * byte);
    rest_.remove_prefix(width);
    return value;
  }
  std::string_view text(size_t size) {
    const std::string_view result = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return result;
  }

 private:
  std::string_view rest_;
};

// Canonical XML 1.0, section 2.3: what is escaped in text and in attribute values.
size_t escaped(std::string_view text, bool attribute) {
  size_t size = text.size();
  for (const char c : text) {
    if (c == '&') size += 4;
    if (c == '<') size += 3;
    if (c == '>' && !attribute) size += 3;
    if (c == '\r') size += 4;
    if (attribute && c == '"') size += 5;
    if (attribute && (c == '\t' || c == '\n')) size += 4;
  }
  return size;
}

struct Prefix {
  size_t size = 0;         // with its colon
  size_t declaration = 0;  // xmlns:…="…" and the space before it
};

struct Open {
  size_t tag = 0;                // "p:Name"
  std::vector<size_t> declared;  // prefixes in scope from here on
};

class Measure {
 public:
  size_t of(std::string_view bytes) {
    for (Calls calls(bytes); !calls.empty();) take(calls);
    return size_;
  }

 private:
  void take(Calls& calls) {
    switch (calls.number(1)) {
      case TILTS_CALL_NAMESPACE: {
        const size_t prefix = calls.number(2);
        const size_t uri = calls.number(4);
        calls.text(prefix);
        prefixes_.push_back({prefix + 1, prefix + escaped(calls.text(uri), true) + 10});
        break;
      }
      case TILTS_CALL_START: {
        const size_t space = calls.number(2);
        const size_t local = calls.number(2);
        calls.text(local);
        open_.push_back({prefix(space) + local, {}});
        size_ += 2 * open_.back().tag + 5;  // <tag></tag>
        declare(space);
        break;
      }
      case TILTS_CALL_ATTRIBUTE: {
        const size_t space = calls.number(2);
        const size_t local = calls.number(2);
        const size_t value = calls.number(4);
        calls.text(local);
        size_ += prefix(space) + local + escaped(calls.text(value), true) + 4;
        declare(space);
        break;
      }
      case TILTS_CALL_TEXT:
        size_ += escaped(calls.text(calls.number(4)), false);
        break;
      case TILTS_CALL_END:
        open_.pop_back();
        break;
      case TILTS_CALL_DECLARE:
        declare(calls.number(2));
        break;
    }
  }
  size_t prefix(size_t space) const { return space == 0 ? 0 : prefixes_[space - 1].size; }
  // Exclusive form: where it is first used, unless an element around it has it.
  void declare(size_t space) {
    if (space == 0) return;
    for (const Open& open : open_)
      for (const size_t declared : open.declared)
        if (declared == space) return;
    open_.back().declared.push_back(space);
    size_ += prefixes_[space - 1].declaration;
  }

  std::vector<Prefix> prefixes_;
  std::vector<Open> open_;
  size_t size_ = 0;
};

}  // namespace

size_t xml_size(const sdk::Writer& content) { return Measure().of(content.bytes()); }

}  // namespace tilts::request_service
