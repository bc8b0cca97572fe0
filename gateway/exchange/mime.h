// MIME multipart/related (RFC 2046, 5.1; RFC 2387) as SOAP messages with attachments travel in it (W3C MTOM
// 1.0): the root is the message, the other parts are files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/sha256.h"
#include "gateway/exchange/received_part.h"

namespace tilts::exchange {

// "multipart/related" whatever its letters and parameters.
bool is_multipart(std::string_view media_type);

struct MimeLimits {
  size_t root_bytes = 4u << 20;
  uint64_t parts_bytes = 64u << 20;  // of all the other parts
  size_t parts = 1000;
  size_t header_bytes = 8u << 10;  // of one part
  std::string folder;              // where the parts' file is; empty: in memory
};

struct MimeMessage {
  std::string root;
  std::vector<ReceivedPart> parts;
};

// Takes a message as it arrives, so that nothing but the root is ever in memory. What is wrong with its form
// is Refusal "mime-form", "mime-root", "mime-content-id", "mime-encoding" or "mime-size"; Error(transient)
// when the disk is full.
class MimeReader {
 public:
  // `media_type`: the Content-Type that the message came with.
  MimeReader(std::string_view media_type, MimeLimits limits);
  ~MimeReader();
  MimeReader(const MimeReader&) = delete;
  MimeReader& operator=(const MimeReader&) = delete;

  void add(std::string_view bytes);
  // Once all of it was added. Throws Error(transient) when it is cut short.
  MimeMessage finish();

 private:
  enum class At { preamble, delimiter, header, content, epilogue };

  bool go_on();
  bool read_delimiter();
  bool read_header();
  bool read_content();
  void open_part(const std::string& text);
  void take(std::string_view content);
  void close_part();

  const MimeLimits limits_;
  std::string delimiter_;  // CRLF, "--" and the boundary
  std::string start_;      // Content-ID of the root; empty: the first part is it
  At at_ = At::preamble;
  std::string waiting_;  // arrived and not yet understood; never more than a piece and a delimiter
  bool content_begun_ = false;
  bool in_root_ = false;
  bool root_seen_ = false;
  std::set<std::string, std::less<>> ids_;
  std::shared_ptr<PartFile> file_;
  Sha256 hash_;
  MimeMessage message_;
};

}  // namespace tilts::exchange
