// A file that is there whole or not at all: written under a temporary name in the same folder, synced,
// renamed, and the folder synced too, without which the name itself may be lost in a power cut.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tilts::targets {

// An open file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  int number() const { return number_; }
  int release();
  void reset();

 private:
  int number_;
};

// A folder held open: what happens in it happens in this folder even when its path comes to mean another.
class Folder {
 public:
  // `owner` begins every sentence: "target residents". Throws Error(config) when the folder is not there.
  Folder(std::filesystem::path path, std::string owner);

  const std::filesystem::path& path() const { return path_; }
  int number() const { return descriptor_.number(); }
  std::vector<std::string> files() const;  // names in order
  bool has(const std::string& file) const;
  void remove(const std::string& file) const;
  void sync() const;
  // Throws the error that errno means, about a file of this folder.
  [[noreturn]] void fail(std::string_view file, int error) const;

 private:
  std::filesystem::path path_;
  std::string owner_;
  Descriptor descriptor_;
};

class DurableFile {
 public:
  // Mode 0640 whatever the umask says. `folder` outlives the file.
  DurableFile(const Folder& folder, std::string name);
  ~DurableFile();  // not committed: as if it had never been
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  void write(std::string_view bytes);
  void commit();

  static std::string temporary_name(std::string_view name);

 private:
  const Folder& folder_;
  std::string name_;
  Descriptor descriptor_;
};

}  // namespace tilts::targets
