#include "plugins/host/content.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/xml/ready_content.h"
#include "plugins/abi/adapter_abi.h"

namespace tilts::host {
namespace {

struct Call {
  int what = 0;
  size_t space = 0;
  std::string_view name;   // local name; of NAMESPACE the prefix
  std::string_view value;  // of an attribute or a text; of NAMESPACE the URI; of ELEMENT its XML
  size_t index = 0;        // of ATTACHMENT
};

// Reads the layout of adapter_abi.h. Every length is checked before it is believed.
class Calls {
 public:
  explicit Calls(std::string_view batch) : rest_(batch) {}

  bool next(Call& call) {
    if (rest_.empty()) return false;
    ++number_;
    call = Call{static_cast<unsigned char>(take(1)[0]), 0, {}, {}};
    switch (call.what) {
      case TILTS_CALL_NAMESPACE: {
        const size_t prefix = integer(2);
        const size_t uri = integer(4);
        call.name = take(prefix);
        call.value = take(uri);
        break;
      }
      case TILTS_CALL_START:
        call.space = integer(2);
        call.name = take(integer(2));
        break;
      case TILTS_CALL_ATTRIBUTE: {
        call.space = integer(2);
        const size_t name = integer(2);
        const size_t value = integer(4);
        call.name = take(name);
        call.value = take(value);
        break;
      }
      case TILTS_CALL_TEXT:
        call.value = take(integer(4));
        break;
      case TILTS_CALL_END:
        break;
      case TILTS_CALL_DECLARE:
        call.space = integer(2);
        break;
      case TILTS_CALL_ATTACHMENT:
        call.index = integer(4);
        break;
      case TILTS_CALL_ELEMENT:
        call.value = take(integer(4));
        break;
      default:
        refuse(fmt::format("{} is not a call of the contract", call.what));
    }
    return true;
  }

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(Code::bug, fmt::format("writer call {}: {}", number_, why));
  }

 private:
  std::string_view take(size_t size) {
    if (size > rest_.size()) refuse("the batch ends inside it");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  size_t integer(size_t size) {
    const std::string_view bytes = take(size);
    size_t value = 0;
    for (size_t index = 0; index < size; ++index)
      value |= size_t{static_cast<unsigned char>(bytes[index])} << (8 * index);
    return value;
  }

  std::string_view rest_;
  size_t number_ = 0;
};

}  // namespace

Content Content::calls(std::string batch, size_t depth, std::vector<Enclosure> attachments) {
  Calls calls(batch);
  size_t namespaces = 0;
  size_t open = 0;
  bool attributes_may_follow = false;
  bool root_seen = false;
  bool filled = false;  // the element that is open has an attachment, and room for nothing else
  std::vector<bool> named(attachments.size());
  for (Call call; calls.next(call);) {
    if (call.space > namespaces) calls.refuse("its namespace was not named");
    if (filled && call.what != TILTS_CALL_END && call.what != TILTS_CALL_NAMESPACE)
      calls.refuse("an attachment is the only content of its element");
    filled = false;
    switch (call.what) {
      case TILTS_CALL_NAMESPACE:
        if (call.value.empty()) calls.refuse("a namespace has no URI");
        ++namespaces;
        continue;  // may stand anywhere, it writes nothing
      case TILTS_CALL_START:
        if (open == 0 && root_seen) calls.refuse("a second root element");
        if (++open > depth) calls.refuse("elements are nested too deep");
        root_seen = attributes_may_follow = true;
        continue;
      case TILTS_CALL_ATTRIBUTE:
      case TILTS_CALL_DECLARE:
        if (!attributes_may_follow) calls.refuse("an attribute that does not follow its start");
        if (call.what == TILTS_CALL_DECLARE && call.space == 0) calls.refuse("it declares no namespace");
        continue;
      case TILTS_CALL_TEXT:
        if (open == 0) calls.refuse("text outside the root element");
        break;
      case TILTS_CALL_ATTACHMENT:
        if (!attributes_may_follow) calls.refuse("an attachment is the only content of its element");
        if (call.index >= named.size()) calls.refuse("the request has no such attachment");
        if (named[call.index]) calls.refuse("an attachment is named twice");
        named[call.index] = filled = true;
        break;
      case TILTS_CALL_ELEMENT:
        if (open == 0) calls.refuse("an element outside the root element");
        break;
      case TILTS_CALL_END:
        if (open == 0) calls.refuse("an end without a start");
        --open;
        break;
    }
    attributes_may_follow = false;
  }
  if (std::ranges::find(named, false) != named.end())
    throw Error(Code::bug, "writer calls: an attachment of the request is named nowhere");
  if (!root_seen) throw Error(Code::bug, "writer calls: no element");
  if (open > 0) throw Error(Code::bug, fmt::format("writer calls: {} elements are not ended", open));
  Content content;
  content.kind_ = Kind::calls;
  content.data_ = std::move(batch);
  content.attachments_ = std::move(attachments);
  return content;
}

Content Content::ready(std::string bytes, std::string media_type) {
  Content content;
  content.kind_ = Kind::bytes;
  content.data_ = std::move(bytes);
  content.media_type_ = std::move(media_type);
  return content;
}

void Content::write(xml::CanonicalWriter& writer, const std::vector<std::string>& places) const {
  if (kind_ != Kind::calls)
    throw Error(Code::bug, "content that is not writer calls cannot be written as XML");
  struct Namespace {
    std::string_view prefix;
    std::string_view uri;
  };
  std::vector<Namespace> namespaces(1);
  Calls calls(data_);
  for (Call call; calls.next(call);) {
    const Namespace& space = namespaces[call.space];
    switch (call.what) {
      case TILTS_CALL_NAMESPACE:
        namespaces.push_back({call.name, call.value});
        break;
      case TILTS_CALL_START:
        writer.start(space.uri, call.name, space.prefix);
        break;
      case TILTS_CALL_ATTRIBUTE:
        writer.attribute(space.uri, call.name, space.prefix, call.value);
        break;
      case TILTS_CALL_TEXT:
        writer.text(call.value);
        break;
      case TILTS_CALL_END:
        writer.end();
        break;
      case TILTS_CALL_DECLARE:
        writer.declare(space.prefix, space.uri);
        break;
      case TILTS_CALL_ATTACHMENT:
        writer.binary(*attachments_[call.index].bytes,
                      places.empty() ? std::string_view() : places[call.index]);
        break;
      case TILTS_CALL_ELEMENT:
        xml::write_ready(writer, call.value, call.value.size());
        break;
    }
  }
}

}  // namespace tilts::host
