// The content of a request, written as calls; the host makes canonical XML of them.
//   Writer content;
//   const Namespace p = content.name("p", "http://…/Person/v1-0");
//   content.start(p, "PersonListRequest");
//   for (const std::string& code : codes) content.element(p, "PersonCode", code);
//   content.end();
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "plugins/sdk/failure.h"

namespace tilts::sdk {

struct Namespace {
  uint16_t number = 0;  // 0: no namespace
};

class Writer {
 public:
  // Names a namespace for this content, with the prefix one would like to see.
  Namespace name(std::string_view prefix, std::string_view uri) {
    call(TILTS_CALL_NAMESPACE);
    number<uint16_t>(prefix.size());
    number<uint32_t>(uri.size());
    bytes_.append(prefix).append(uri);
    return {++namespaces_};
  }

  void start(Namespace space, std::string_view local) {
    call(TILTS_CALL_START);
    number<uint16_t>(space.number);
    number<uint16_t>(local.size());
    bytes_.append(local);
  }
  void attribute(std::string_view local, std::string_view value) { attribute({}, local, value); }
  void attribute(Namespace space, std::string_view local, std::string_view value) {
    call(TILTS_CALL_ATTRIBUTE);
    number<uint16_t>(space.number);
    number<uint16_t>(local.size());
    number<uint32_t>(value.size());
    bytes_.append(local).append(value);
  }
  // Declares the prefix on the element just started, for a name inside content (xsi:type="t:Person").
  void declare(Namespace space) {
    call(TILTS_CALL_DECLARE);
    number<uint16_t>(space.number);
  }
  void text(std::string_view content) {
    call(TILTS_CALL_TEXT);
    number<uint32_t>(content.size());
    bytes_.append(content);
  }
  // The base64 of the request's attachment of that index: the only content of the element just started, and
  // of no other. The profile decides whether it travels there or beside the message (MTOM).
  void attachment(uint32_t index) {
    call(TILTS_CALL_ATTACHMENT);
    number<uint32_t>(index);
  }
  // An element that is XML already (a signed document) and declares all it uses.
  void element(std::string_view xml) {
    call(TILTS_CALL_ELEMENT);
    number<uint32_t>(xml.size());
    bytes_.append(xml);
  }
  void end() { call(TILTS_CALL_END); }

  void element(Namespace space, std::string_view local, std::string_view content) {
    start(space, local);
    if (!content.empty()) text(content);
    end();
  }

  std::string_view bytes() const { return bytes_; }

 private:
  void call(uint8_t what) { bytes_.push_back(static_cast<char>(what)); }

  template <typename T>
  void number(size_t value) {
    if (value > std::numeric_limits<T>::max())
      throw Failure(Code::limit, "a name, value or text is too long for a writer call; give it in pieces");
    for (size_t byte = 0; byte < sizeof(T); ++byte) bytes_.push_back(static_cast<char>(value >> (8 * byte)));
  }

  std::string bytes_;
  uint16_t namespaces_ = 0;
};

}  // namespace tilts::sdk
