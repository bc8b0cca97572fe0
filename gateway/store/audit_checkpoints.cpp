#include "gateway/store/audit_checkpoints.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/error.h"

namespace tilts::store {
namespace {

std::string_view cut(std::string_view& text, char at) {
  const std::string_view word = text.substr(0, text.find(at));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

bool read_number(std::string_view text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// "chain:position:link,…"; false when it is not that.
bool read_heads(std::string_view text, std::vector<ChainHead>& heads) {
  while (!text.empty()) {
    std::string_view one = cut(text, ',');
    ChainHead head;
    if (!read_number(cut(one, ':'), head.chain) || !read_number(cut(one, ':'), head.position)) return false;
    head.link = unhex(one);
    if (head.link.size() != 32) return false;
    heads.push_back(std::move(head));
  }
  return true;
}

// Appends to a file and puts it on the disk, name included.
void append_durably(const std::filesystem::path& file, const std::string& line) {
  const auto fail = [&file] {
    throw Error(Code::config,
                fmt::format("audit: {}: {}; the checkpoint was not written, look at the folder and its "
                            "free space",
                            file.string(), std::strerror(errno)));
  };
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0) fail();
  struct stat status {};
  std::string text = line;
  // A line that a crash or a full disk cut short is closed, so that it stays one broken line.
  char end = '\n';
  if (fstat(descriptor, &status) == 0 && status.st_size > 0 &&
      pread(descriptor, &end, 1, status.st_size - 1) == 1 && end != '\n')
    text.insert(0, "\n");
  const bool written = write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  errno = error;
  if (!written) fail();
  const int folder = open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail();
  fsync(folder);
  close(folder);
}

std::string file_name(Time at) { return fmt::format("audit-{}.log", to_text(at).substr(0, 7)); }

}  // namespace

std::optional<CheckpointLine> read_checkpoint(std::string_view line) {
  CheckpointLine read;
  std::string_view rest = line;
  cut(rest, ' ');
  read.before = cut(rest, ' ');
  if (!read_heads(cut(rest, ' '), read.heads) || read.heads.empty() || rest.size() != 128)
    return std::nullopt;
  read.signature = unhex(rest);
  read.text = line.substr(0, line.size() - rest.size() - 1);
  return read;
}

struct AuditCheckpoints::Walk {
  Reading reading;
  std::vector<ChainHead> last;
  std::string last_line;
};

AuditCheckpoints::AuditCheckpoints(std::filesystem::path folder, const Vault& vault)
    : folder_(std::move(folder)), vault_(vault) {}

std::vector<std::filesystem::path> AuditCheckpoints::files() const {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, none))
    if (entry.path().filename().string().starts_with("audit-") && entry.path().extension() == ".log")
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::optional<AuditCheckpoints::Covering> AuditCheckpoints::covering(const LookupId& row, Time at) const {
  const std::string first = file_name(at);
  for (const std::filesystem::path& file : files()) {
    if (file.filename().string() < first) continue;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);)
      if (const auto read = read_checkpoint(line))
        for (const ChainHead& head : read->heads)
          if (head.chain == row.chain && head.position >= row.position) return Covering{head.position, line};
  }
  return std::nullopt;
}

AuditCheckpoints::Walk AuditCheckpoints::walk() const {
  Walk walk;
  Reading& reading = walk.reading;
  for (const std::filesystem::path& file : files()) {
    std::ifstream lines(file);
    std::string line;
    std::string signed_line;  // the newest whole one of this file
    for (int64_t number = 1; std::getline(lines, line); ++number) {
      const auto defect = [&](std::string_view what) {
        reading.defects.push_back(
            fmt::format("checkpoint file {}, line {}: {}", file.filename().string(), number, what));
      };
      auto read = read_checkpoint(line);
      if (!read) {
        defect("it is not whole; a crash may have cut it, look at what stands in it");
        continue;
      }
      if (read->before != walk.last_line && !(read->before == "-" && walk.last_line.empty()))
        defect("the line before it was changed or removed");
      walk.last_line = hex(sha256(line));
      signed_line = line;
      ++reading.lines;
      for (ChainHead& head : read->heads) {
        const auto known = std::ranges::find(walk.last, head.chain, &ChainHead::chain);
        if (known == walk.last.end())
          walk.last.push_back(head);
        else
          *known = head;
        reading.heads.push_back(std::move(head));
      }
    }
    // Every line is in the hash that the next one carries: the last signature stands for all of the file.
    const auto last = read_checkpoint(signed_line);
    if (last && !vault_.verify(last->text, last->signature))
      reading.defects.push_back(
          fmt::format("checkpoint file {}: its last line's signature does not verify; it was "
                      "changed, or signed under another master key",
                      file.filename().string()));
  }
  std::ranges::sort(reading.heads, [](const ChainHead& a, const ChainHead& b) {
    return std::pair(a.chain, a.position) < std::pair(b.chain, b.position);
  });
  return walk;
}

AuditCheckpoints::Reading AuditCheckpoints::read() const { return walk().reading; }

void AuditCheckpoints::append(const std::vector<ChainHead>& heads, Time now) {
  const std::lock_guard guard(mutex_);
  if (!begun_) {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    Walk walk = this->walk();
    last_ = std::move(walk.last);
    last_line_ = std::move(walk.last_line);
    const std::filesystem::path key = folder_ / "audit-checkpoints.pub";
    if (!std::filesystem::exists(key, failed)) append_durably(key, vault_.public_key());
    begun_ = true;
  }
  std::string moved;
  std::vector<ChainHead> newest = last_;
  for (const ChainHead& head : heads) {
    const auto known = std::ranges::find(newest, head.chain, &ChainHead::chain);
    if (known != newest.end() && known->position == head.position) continue;
    moved += fmt::format("{}{}:{}:{}", moved.empty() ? "" : ",", head.chain, head.position, hex(head.link));
    if (known == newest.end())
      newest.push_back(head);
    else
      *known = head;
  }
  if (moved.empty()) return;
  std::string line = fmt::format("{} {} {}", to_text(now), last_line_.empty() ? "-" : last_line_, moved);
  line += " " + hex(vault_.sign(line));
  append_durably(folder_ / file_name(now), line + "\n");
  last_ = std::move(newest);
  last_line_ = hex(sha256(line));
}

}  // namespace tilts::store
