#include "gateway/pull/clerk_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::pull {
namespace {

// A spreadsheet opens it: quoted throughout, and what it would take for a formula is text.
void write_cell(std::ostream& out, std::string_view text) {
  out << '"';
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out << '\'';
  for (const char c : text) {
    if (c == '"') out << '"';
    out << c;
  }
  out << '"';
}

}  // namespace

ClerkFile::ClerkFile(const std::filesystem::path& folder, const std::string& name,
                     std::initializer_list<std::string_view> header)
    : path_(folder / (name + ".csv")), temporary_(folder / ("." + name + ".csv.new")) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::filesystem::remove(temporary_, ignored);
  // Made with its rights: there is no moment in which others could open it.
  const int made = open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made >= 0) close(made);
  out_.open(temporary_, std::ios::binary);
  if (made < 0 || !out_)
    throw Error(
        Code::config,
        fmt::format("findings folder {}: cannot be written; check the path and its rights", folder.string()));
  out_ << "\xEF\xBB\xBF";
  row(header);
}

ClerkFile::~ClerkFile() {
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void ClerkFile::row(std::initializer_list<std::string_view> cells) {
  ++rows_;
  const char* before = "";
  for (const std::string_view text : cells) {
    out_ << before;
    write_cell(out_, text);
    before = ";";
  }
  out_ << "\r\n";
}

std::string ClerkFile::finish() {
  out_.close();
  std::error_code problem;
  if (!out_)
    throw Error(Code::transient,
                fmt::format("{}: cannot be written to its end; make room on the disk", path_.string()));
  if (rows_ == 0) {
    std::filesystem::remove(path_, problem);
    return {};
  }
  std::filesystem::rename(temporary_, path_, problem);
  if (problem)
    throw Error(Code::transient, fmt::format("{}: {}; check the folder", path_.string(), problem.message()));
  return path_.string();
}

}  // namespace tilts::pull
