// What came beside a message as a MIME part: its bytes stay in a file that has no name and is gone when
// nobody holds it any more, whatever becomes of the process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tilts::exchange {

// Written by one thread; read by any afterwards.
class PartFile {
 public:
  // In a folder of the data disk (open(2), O_TMPFILE); an empty name: in memory. Throws Error(config) when
  // the folder is not there or its disk knows no files without a name.
  explicit PartFile(const std::string& folder);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  // Throws Error(transient) when the disk is full.
  void append(std::string_view bytes);
  uint64_t size() const { return size_; }
  // In pieces of some 64 KiB. Throws Error(transient) when the disk does not give them back.
  void read(uint64_t begin, uint64_t size, const std::function<void(std::string_view)>& take) const;

 private:
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

struct ReceivedPart {
  std::string id;  // Content-ID without "<" and ">"
  std::string media_type;
  std::string sha256;  // of the bytes, lower-case hex
  uint64_t size = 0;
  bool covered = false;  // by the message's own signature
  std::shared_ptr<const PartFile> file;
  uint64_t begin = 0;  // in the file

  void read(const std::function<void(std::string_view)>& take) const { file->read(begin, size, take); }
};

}  // namespace tilts::exchange
