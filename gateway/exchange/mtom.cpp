#include "gateway/exchange/mtom.h"

#include <fmt/format.h>

#include "gateway/exchange/nonce.h"
#include "gateway/exchange/refusal.h"

namespace tilts::exchange {
namespace {

constexpr std::string_view media_type_header = "Content-Type: ";
constexpr std::string_view left_out = "\r\nTilts-Left-Out: files, named by size and SHA-256";

// A boundary that stands nowhere inside: 128 random bits.
std::string fresh_boundary() { return "tilts-" + fresh_nonce(); }

// Nor is it the id of any part, whoever named them.
std::string root_id(std::string_view boundary) { return fmt::format("root-{}", boundary); }

std::string root_header(std::string_view boundary, std::string_view soap_type) {
  return fmt::format(
      "--{}\r\nContent-ID: <{}>\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"{}\"\r\n"
      "Content-Transfer-Encoding: binary\r\n\r\n",
      boundary, root_id(boundary), soap_type);
}

std::string part_header(std::string_view boundary, std::string_view id, std::string_view media_type,
                        std::string_view more = {}) {
  return fmt::format(
      "\r\n--{}\r\nContent-ID: <{}>\r\nContent-Type: {}\r\nContent-Transfer-Encoding: binary\r\n{}\r\n",
      boundary, id, media_type, more);
}

std::string related(std::string_view boundary, std::string_view soap_type) {
  return fmt::format(
      "multipart/related; type=\"application/xop+xml\"; start=\"<{}>\"; start-info=\"{}\"; boundary=\"{}\"",
      root_id(boundary), soap_type, boundary);
}

}  // namespace

Packed pack(SoapVersion soap, std::string_view action, std::string_view message,
            const std::vector<Attachment>& attachments) {
  const std::string boundary = fresh_boundary();
  const std::string_view soap_type = soap == SoapVersion::v1_1 ? "text/xml" : "application/soap+xml";
  Packed packed{.media_type = related(boundary, soap_type), .bytes = root_header(boundary, soap_type)};
  if (soap == SoapVersion::v1_2) packed.media_type += fmt::format("; action=\"{}\"", action);
  size_t size = packed.bytes.size() + message.size() + boundary.size() + 16;
  for (const Attachment& one : attachments) size += one.bytes->size() + 512;
  packed.bytes.reserve(size);
  packed.bytes += message;
  for (const Attachment& one : attachments) {
    packed.bytes += part_header(boundary, one.id, one.media_type);
    packed.bytes += *one.bytes;
  }
  packed.bytes += fmt::format("\r\n--{}--\r\n", boundary);
  return packed;
}

std::string kept_form(const Packed& packed) {
  return fmt::format("{}{}\r\n\r\n{}", media_type_header, packed.media_type, packed.bytes);
}

std::string kept_form(const MimeMessage& message, uint64_t most_bytes) {
  uint64_t size = 0;
  for (const ReceivedPart& part : message.parts) size += part.size;
  const std::string boundary = fresh_boundary();
  constexpr std::string_view soap_type = "application/soap+xml";
  const bool whole = size <= most_bytes;
  std::string kept = fmt::format("{}{}{}\r\n\r\n{}{}", media_type_header, related(boundary, soap_type),
                                 whole ? "" : left_out, root_header(boundary, soap_type), message.root);
  for (const ReceivedPart& part : message.parts) {
    kept += part_header(
        boundary, part.id, part.media_type,
        whole ? "" : fmt::format("Tilts-Size: {}\r\nTilts-Sha256: {}\r\n", part.size, part.sha256));
    if (whole) part.read([&](std::string_view bytes) { kept += bytes; });
  }
  return kept + fmt::format("\r\n--{}--\r\n", boundary);
}

MimeMessage open_kept(std::string_view kept) {
  const size_t end = kept.find("\r\n\r\n");
  if (!kept.starts_with(media_type_header) || end == std::string_view::npos)
    return {.root = std::string(kept), .parts = {}};
  if (kept.substr(0, end).ends_with(left_out))
    throw Refusal("mime-not-kept",
                  "files came beside it that were not kept with it: what covers them cannot be "
                  "verified again");
  // The headers were judged when they came, and have grown since.
  MimeReader reader(kept.substr(media_type_header.size(), end - media_type_header.size()),
                    {.root_bytes = kept.size(),
                     .parts_bytes = kept.size(),
                     .header_bytes = 2 * MimeLimits{}.header_bytes,
                     .folder = {}});
  reader.add(kept.substr(end + 4));
  return reader.finish();
}

}  // namespace tilts::exchange
