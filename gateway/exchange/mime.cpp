#include "gateway/exchange/mime.h"

#include <sstream>

#include <Poco/Exception.h>
#include <Poco/Net/MediaType.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/String.h>
#include <fmt/format.h>

#include "gateway/exchange/refusal.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

using Poco::Net::MediaType;
using Poco::Net::MessageHeader;

constexpr size_t longest_boundary = 70;  // RFC 2046, 5.1.1

[[noreturn]] void malformed(const std::string& what) {
  throw Refusal("mime-form", "the MIME message is not formed as RFC 2046 demands: " + what);
}

MediaType media_type_of(std::string_view text, const char* what) {
  try {
    return MediaType(std::string(text));
  } catch (const Poco::Exception&) {
    malformed(std::string(what) + " has no media type that can be read");
  }
}

std::string parameter(const MediaType& type, const std::string& name) {
  return type.hasParameter(name) ? type.getParameter(name) : std::string();
}

// RFC 2045, 7: "<" id ">".
std::string content_id(std::string_view text) {
  text = xml::trim(text);
  if (text.size() < 3 || text.front() != '<' || text.back() != '>') return {};
  return std::string(text.substr(1, text.size() - 2));
}

// The header's only field of that name, empty when absent.
std::string only(const MessageHeader& header, const std::string& name) {
  std::string found;
  for (const auto& [key, value] : header) {
    if (Poco::icompare(key, name) != 0) continue;
    if (!found.empty()) malformed("a part says " + name + " twice");
    found = value.empty() ? " " : value;
  }
  return found;
}

}  // namespace

bool is_multipart(std::string_view media_type) {
  return Poco::icompare(std::string(xml::trim(media_type.substr(0, media_type.find(';')))),
                        "multipart/related") == 0;
}

MimeReader::MimeReader(std::string_view media_type, MimeLimits limits) : limits_(std::move(limits)) {
  const MediaType type = media_type_of(media_type, "the message");
  const std::string boundary = parameter(type, "boundary");
  if (boundary.empty() || boundary.size() > longest_boundary)
    malformed(fmt::format("it names no boundary of 1 to {} characters", longest_boundary));
  if (Poco::icompare(parameter(type, "type"), "application/xop+xml") != 0)
    throw Refusal("mime-root", "the MIME message does not say that its root is XOP (MTOM)");
  delimiter_ = "\r\n--" + boundary;
  if (const std::string start = parameter(type, "start"); !start.empty()) {
    start_ = content_id(start);
    if (start_.empty()) malformed("start is not a Content-ID");
  }
  waiting_ = "\r\n";  // the first delimiter may stand at the very beginning
}

MimeReader::~MimeReader() = default;

void MimeReader::add(std::string_view bytes) {
  if (at_ == At::epilogue) return;
  waiting_ += bytes;
  while (go_on()) {
  }
}

// One step; false: it takes more bytes.
bool MimeReader::go_on() {
  switch (at_) {
    case At::preamble:
      // What stands before the first part belongs to nobody; a place to hide something in is not left.
      if (waiting_.size() < delimiter_.size() + 2) return false;
      if (waiting_.starts_with("\r\n\r\n")) waiting_.erase(0, 2);
      if (!waiting_.starts_with(delimiter_)) malformed("it does not begin with its boundary");
      waiting_.erase(0, delimiter_.size());
      at_ = At::delimiter;
      return true;
    case At::delimiter:
      return read_delimiter();
    case At::header:
      return read_header();
    case At::content:
      return read_content();
    case At::epilogue:
      return false;
  }
  return false;
}

// What stands behind a boundary: the end of the line, or "--" at the last.
bool MimeReader::read_delimiter() {
  const size_t end = waiting_.find_first_not_of(" \t");
  if (end == std::string::npos || waiting_.size() < end + 2) {
    if (waiting_.size() > limits_.header_bytes) malformed("a boundary is followed by more than its line");
    return false;
  }
  if (waiting_.compare(end, 2, "\r\n") == 0) {
    waiting_.erase(0, end);  // the line's end also begins an empty header
    at_ = At::header;
    return true;
  }
  if (end != 0 || waiting_.compare(0, 2, "--") != 0) malformed("a boundary is followed by something else");
  at_ = At::epilogue;
  return false;
}

bool MimeReader::read_header() {
  const size_t end = waiting_.find("\r\n\r\n");
  if (std::min(end, waiting_.size()) > limits_.header_bytes)
    malformed(fmt::format("the header of a part is longer than {} bytes", limits_.header_bytes));
  if (end == std::string::npos) return false;
  open_part(waiting_.substr(2, end));
  // The empty line's end may begin the delimiter already: of a part that is empty.
  waiting_.erase(0, end + 2);
  content_begun_ = false;
  at_ = At::content;
  return true;
}

bool MimeReader::read_content() {
  if (!content_begun_) {
    if (waiting_.size() < delimiter_.size()) return false;
    if (!waiting_.starts_with(delimiter_)) waiting_.erase(0, 2);
    content_begun_ = true;
  }
  const size_t end = waiting_.find(delimiter_);
  if (end != std::string::npos) {
    take(std::string_view(waiting_).substr(0, end));
    close_part();
    waiting_.erase(0, end + delimiter_.size());
    at_ = At::delimiter;
    return true;
  }
  if (waiting_.size() < delimiter_.size()) return false;
  const size_t certain = waiting_.size() - delimiter_.size() + 1;
  take(std::string_view(waiting_).substr(0, certain));
  waiting_.erase(0, certain);
  return false;
}

void MimeReader::open_part(const std::string& text) {
  if (ids_.size() > limits_.parts)
    throw Refusal("mime-size", fmt::format("the MIME message has more than {} parts", limits_.parts));
  MessageHeader header;
  try {
    std::istringstream stream(text);
    header.read(stream);
  } catch (const Poco::Exception&) {
    malformed("the header of a part cannot be read");
  }
  const std::string id = content_id(only(header, "Content-ID"));
  if (id.empty()) throw Refusal("mime-content-id", "a MIME part has no Content-ID to be named by");
  if (!ids_.insert(id).second)
    throw Refusal("mime-content-id", "two MIME parts have the same Content-ID: which one is meant?");
  const std::string encoding = only(header, "Content-Transfer-Encoding");
  if (!encoding.empty() && Poco::icompare(encoding, "binary") != 0 && Poco::icompare(encoding, "8bit") != 0 &&
      Poco::icompare(encoding, "7bit") != 0)
    throw Refusal("mime-encoding", "a MIME part is encoded otherwise than as binary");
  const std::string type = only(header, "Content-Type");
  in_root_ = start_.empty() ? ids_.size() == 1 : id == start_;
  if (in_root_) {
    const MediaType root = media_type_of(type, "the root");
    const std::string charset = parameter(root, "charset");
    if (!root.matches("application", "xop+xml") ||
        (!charset.empty() && Poco::icompare(charset, "utf-8") != 0))
      throw Refusal("mime-root", "the MIME message's root is not application/xop+xml in UTF-8");
    root_seen_ = true;
    return;
  }
  if (file_ == nullptr) file_ = std::make_shared<PartFile>(limits_.folder);
  message_.parts.push_back({.id = id,
                            .media_type = type,
                            .sha256 = {},
                            .size = 0,
                            .covered = false,
                            .file = file_,
                            .begin = file_->size()});
}

void MimeReader::take(std::string_view content) {
  if (in_root_) {
    if (content.size() > limits_.root_bytes - message_.root.size())
      throw Refusal("mime-size", fmt::format("the MIME message's root is larger than {} bytes; ask for less "
                                             "at once, or raise answer-bytes in the profile",
                                             limits_.root_bytes));
    message_.root += content;
    return;
  }
  if (content.size() > limits_.parts_bytes - file_->size())
    throw Refusal("mime-size", fmt::format("what came beside the message is larger than {} bytes; raise "
                                           "attachment-bytes in the profile, or have it sent in sections",
                                           limits_.parts_bytes));
  file_->append(content);
  hash_.add(content);
}

void MimeReader::close_part() {
  if (in_root_) return;
  ReceivedPart& part = message_.parts.back();
  part.size = file_->size() - part.begin;
  part.sha256 = to_hex(hash_.finish());
}

MimeMessage MimeReader::finish() {
  // A part that breaks off was not sent whole: asked again it may be.
  if (at_ != At::epilogue)
    throw Error(Code::transient, "the answer is cut short in the middle of its MIME parts");
  if (!root_seen_) throw Refusal("mime-root", "the MIME message has no part that is its root");
  return std::move(message_);
}

}  // namespace tilts::exchange
