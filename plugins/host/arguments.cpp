#include "plugins/host/arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "plugins/host/text.h"

namespace tilts::host {
namespace {

[[noreturn]] void nonsense(const std::string& what) { throw Error(Code::bug, what); }

Presence presence_of(int32_t given, std::string_view type) {
  switch (given) {
    case TILTS_PRESENT:
      return Presence::present;
    case TILTS_GONE:
      return Presence::gone;
    case TILTS_HELD:
      return Presence::held;
    default:
      nonsense(fmt::format("a {} is neither present nor gone nor held ({})", type, given));
  }
}

bool is_personas_kods(std::string_view text) {
  return text.size() == 11 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of a request of contract 1.3 or newer.
std::vector<Enclosure> attachments_of(const tilts_request& given, const Limits& limits) {
  std::vector<Enclosure> attachments;
  if (given.struct_size < offsetof(tilts_request, attachment_stride) + sizeof(given.attachment_stride))
    return attachments;
  if (given.attachment_count > limits.attachments)
    throw LimitExceeded(fmt::format("a request has {} attachments, {} are allowed", given.attachment_count,
                                    limits.attachments));
  if (given.attachment_count > 0 && !is_readable(given.attachments, given.attachment_stride))
    nonsense("a request's attachments cannot be read");
  for (uint32_t index = 0; index < given.attachment_count; ++index) {
    const tilts_attachment& one = strided(given.attachments, given.attachment_stride, index);
    const std::string_view media_type = argument(one.media_type, "an attachment's media type", limits.key);
    const auto clean = [](char c) { return c > ' ' && c < '\x7F'; };
    if (media_type.empty() || !std::ranges::all_of(media_type, clean))
      nonsense("an attachment's media type cannot stand in a MIME header");
    attachments.push_back({std::string(media_type), std::make_shared<const std::string>(octets(
                                                        one.bytes, "an attachment", limits.attachment))});
  }
  return attachments;
}

}  // namespace

std::string_view octets(tilts_text given, std::string_view what, size_t limit) {
  if (given.size == 0) return {};
  if (given.data == nullptr) nonsense(fmt::format("{} is null with {} bytes", what, given.size));
  if (given.size > limit)
    throw LimitExceeded(fmt::format("{} has {} bytes, {} are allowed", what, given.size, limit));
  return view(given);
}

std::string_view argument(tilts_text given, std::string_view what, size_t limit) {
  const std::string_view text = octets(given, what, limit);
  if (!is_clean(text)) nonsense(fmt::format("{} is not UTF-8", what));
  return text;
}

Request read_request(const tilts_request& given, const Limits& limits) {
  constexpr size_t first_version = offsetof(tilts_request, attachments);
  if (given.struct_size < first_version) nonsense("a request is smaller than the contract's");
  Request request;
  request.operation = argument(given.operation, "a request's operation", limits.key);
  request.action = argument(given.action, "a request's action", limits.key * 4);
  request.path = argument(given.path, "a request's path", limits.key * 4);
  if (request.operation.empty() == request.action.empty())
    nonsense("a request needs either the profile's operation or an action, not both and not neither");
  const std::string_view media_type = argument(given.media_type, "a request's media type", limits.key);
  switch (given.content_kind) {
    case TILTS_CONTENT_NONE:
      if (given.content.size > 0) nonsense("a request says that it has no content, and has some");
      break;
    case TILTS_CONTENT_CALLS:
      request.content =
          Content::calls(std::string(octets(given.content, "a request's content", limits.content)),
                         limits.depth, attachments_of(given, limits));
      break;
    case TILTS_CONTENT_BYTES:
      if (media_type.empty()) nonsense("ready bytes need a media type");
      request.content = Content::ready(
          std::string(octets(given.content, "a request's content", limits.content)), std::string(media_type));
      break;
    default:
      nonsense(fmt::format("a request's content is of kind {}, which the contract does not have",
                           given.content_kind));
  }
  if (given.subject_count > limits.subjects)
    throw LimitExceeded(
        fmt::format("a request asks about {} people, {} are allowed", given.subject_count, limits.subjects));
  if (given.subject_count > 0 && given.subjects == nullptr) nonsense("a request's subjects are null");
  request.subjects.reserve(given.subject_count);
  for (uint64_t index = 0; index < given.subject_count; ++index) {
    const std::string_view subject = octets(given.subjects[index], "a request's subject", limits.key);
    if (!is_personas_kods(subject)) nonsense("a request's subject is not a personas kods in 11 digits");
    request.subjects.emplace_back(subject);
  }
  return request;
}

std::string_view RecordArguments::take(tilts_text given, std::string_view what, size_t limit) {
  const std::string_view text = octets(given, what, limit);
  if (!is_clean(text)) nonsense(fmt::format("{} is not UTF-8", what));
  bytes_ += text.size();
  return text;
}

Emitted RecordArguments::read(const tilts_record& given) {
  if (given.struct_size < sizeof(tilts_record)) nonsense("a record is smaller than the contract's");
  if (given.type >= descriptor_.record_types.size())
    nonsense(fmt::format("a record is of type {}, the adapter declares {}", given.type,
                         descriptor_.record_types.size()));
  const RecordType& type = descriptor_.record_types[given.type];
  bytes_ = 0;
  Emitted record;
  record.type = type.name;
  record.key = take(given.key, "a record's key", limits_.key);
  if (record.key.empty()) nonsense(fmt::format("a {} has no key", type.name));
  record.previous_key = take(given.previous_key, "a record's previous key", limits_.key);
  record.as_of = take(given.as_of, "a record's date", limits_.key);
  record.presence = presence_of(given.presence, type.name);
  record.reason = take(given.reason, "a record's reason", limits_.cursor);
  if ((record.presence == Presence::held) == record.reason.empty())
    nonsense(fmt::format("a {} that is held back needs a reason, and no other has one", type.name));

  if (given.field_count > type.fields.size())
    throw LimitExceeded(
        fmt::format("a {} has {} fields, it declares {}", type.name, given.field_count, type.fields.size()));
  if (given.field_count > 0 && !is_readable(given.fields, given.field_stride))
    nonsense(fmt::format("the fields of a {} cannot be read", type.name));
  fields_.clear();
  seen_.assign(type.fields.size(), false);
  for (uint32_t place = 0; place < given.field_count; ++place) {
    const tilts_field& field = strided(given.fields, given.field_stride, place);
    if (field.index >= type.fields.size())
      nonsense(
          fmt::format("a {} has a field {}, it declares {}", type.name, field.index, type.fields.size()));
    const std::string& name = type.fields[field.index].name;
    if (seen_[field.index]) nonsense(fmt::format("a {} has its {} twice", type.name, name));
    seen_[field.index] = true;
    fields_.push_back({name, take(field.value, name, limits_.value)});
  }
  record.fields = fields_;
  return record;
}

}  // namespace tilts::host
