// A table for the clerk who must mend something: mode 0600, because it names people. Written under a
// temporary name and renamed, so there is always a whole one or none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tilts::pull {

class ClerkFile {
 public:
  // FOLDER/NAME.csv. Throws Error(config) when the folder cannot be written.
  ClerkFile(const std::filesystem::path& folder, const std::string& name,
            std::initializer_list<std::string_view> header);
  ~ClerkFile();  // not finished: the older file stays
  ClerkFile(const ClerkFile&) = delete;
  ClerkFile& operator=(const ClerkFile&) = delete;

  void row(std::initializer_list<std::string_view> cells);
  // The file's path; empty when it has no row, and then an older file is gone too. Throws Error(transient).
  std::string finish();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::ofstream out_;
  int64_t rows_ = -1;  // the header is none
};

}  // namespace tilts::pull
