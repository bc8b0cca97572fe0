#include "gateway/store/send_journal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/sha256.h"
#include "gateway/store/vault.h"

namespace tilts::store {
namespace {

constexpr std::string_view kFormat = "tilts-send-journal-1";
constexpr size_t kHex = 32;  // of a key, an id and a checksum
constexpr const char* kStartAgain = "nothing more is sent; mend it and start tilts again";

bool is_hex(std::string_view text) {
  return text.size() == kHex &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_one_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string checksum_of(std::string_view before, std::string_view line) {
  Sha256 digest;
  digest.add(before);
  digest.add("\n");
  digest.add(line);
  return to_hex(digest.finish()).substr(0, kHex);
}

std::string text_of(const SendAttempt& attempt) {
  return fmt::format("{} {} {} {} {}", attempt.key, attempt.attempt, attempt.message_id, to_text(attempt.at),
                     attempt.expires == Time{} ? "-" : to_text(attempt.expires));
}

// The line without its checksum, when that is right; nothing else is ever read.
std::optional<std::string_view> trusted(std::string_view line, std::string_view before) {
  if (line.size() <= kHex + 1 || line[line.size() - kHex - 1] != ' ') return std::nullopt;
  const std::string_view text = line.substr(0, line.size() - kHex - 1);
  if (line.substr(text.size() + 1) != checksum_of(before, text)) return std::nullopt;
  return text;
}

// Nothing when it is not what text_of() writes.
std::optional<SendAttempt> attempt_in(std::string_view text) {
  std::array<std::string_view, 5> words;
  for (std::string_view& word : words) {
    word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  SendAttempt attempt;
  attempt.key = words[0];
  attempt.message_id = words[2];
  const auto [end, error] =
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), attempt.attempt);
  if (!text.empty() || error != std::errc() || end != words[1].data() + words[1].size()) return std::nullopt;
  try {
    attempt.at = parse_time(words[3]);
    if (words[4] != "-") attempt.expires = parse_time(words[4]);
  } catch (const Error&) {
    return std::nullopt;
  }
  return attempt;
}

[[noreturn]] void garbled(const std::filesystem::path& file, size_t number) {
  throw Error(
      Code::config,
      fmt::format("send journal {}: line {} is not what was written there; look at the disk and who may "
                  "write it, then move the file away: every entry is then asked about before it is sent",
                  file.string(), number));
}

struct Parsed {
  SendJournalContents contents;
  std::string checksum;  // of the last line
  size_t size = 0;       // without a torn last line
};

// Every line ends with a line feed, so what comes after the last of them is torn.
Parsed parse(std::string_view text, const std::filesystem::path& file) {
  Parsed parsed;
  for (size_t number = 1, end = 0; (end = text.find('\n', parsed.size)) != std::string_view::npos; ++number) {
    const auto line = trusted(text.substr(parsed.size, end - parsed.size), parsed.checksum);
    if (!line) garbled(file, number);
    parsed.checksum = text.substr(end - kHex, kHex);
    parsed.size = end + 1;
    if (line->starts_with(kFormat) && line->size() == kFormat.size() + 1 + kHex) {
      parsed.contents.id = line->substr(kFormat.size() + 1);
      continue;
    }
    auto attempt = attempt_in(*line);
    if (number == 1 || !attempt) garbled(file, number);
    parsed.contents.lines.push_back({std::move(*attempt), parsed.checksum});
  }
  return parsed;
}

// What a creation that was cut off leaves; anything else without a whole line is somebody's other file.
bool begun_only(std::string_view text) {
  return text.size() <= kFormat.size() ? kFormat.starts_with(text) : text.starts_with(kFormat);
}

}  // namespace

SendJournal::SendJournal(std::filesystem::path file, Sync sync)
    : file_(std::move(file)), sync_(std::move(sync)) {}

SendJournal::SendJournal(std::filesystem::path file, Missing missing)
    : SendJournal(std::move(file), missing, [](int descriptor) { return ::fdatasync(descriptor); }) {}

// The other constructor has made the object: should open() throw, the destructor closes the file.
SendJournal::SendJournal(std::filesystem::path file, Missing missing, Sync sync)
    : SendJournal(std::move(file), std::move(sync)) {
  open(missing);
}

SendJournal::~SendJournal() {
  if (descriptor_ >= 0) ::close(descriptor_);  // and with it the lock
}

void SendJournal::fail(int error, const char* next) const {
  const bool rights = error == EACCES || error == EPERM || error == EROFS || error == ENOENT ||
                      error == ENOTDIR || error == EISDIR;
  throw Error(
      rights ? Code::config : Code::transient,
      fmt::format("send journal {}: {}; {}", file_.string(), std::generic_category().message(error), next));
}

void SendJournal::open(Missing missing) {
  const int create = missing == Missing::create ? O_CREAT : 0;
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | create, 0600);
  if (descriptor_ < 0) fail(errno, "name a file in a folder that this user may write");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0)
    throw Error(Code::config, fmt::format("send journal {}: another process holds it; stop that one first",
                                          file_.string()));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail(errno, kStartAgain);
  if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
    throw Error(Code::config,
                fmt::format("send journal {}: it is no plain file of this user alone; make it one "
                            "(chmod 600) and find out who changed it",
                            file_.string()));

  const std::string text = content(static_cast<size_t>(status.st_size));
  Parsed parsed = parse(text, file_);
  if (parsed.size == 0) {
    if (missing == Missing::refuse || !begun_only(text)) garbled(file_, 1);
    begin();
    return;
  }
  // A whole line may have been written and not synced. What is read from here on must stay, or the store
  // would know more than the journal after a power cut.
  if ((parsed.size < text.size() && ::ftruncate(descriptor_, static_cast<off_t>(parsed.size)) != 0) ||
      sync_(descriptor_) != 0)
    fail(errno, kStartAgain);
  end_ = durable_ = parsed.size;
  id_ = std::move(parsed.contents.id);
  checksum_ = std::move(parsed.checksum);
  opened_ = lines_ = static_cast<int64_t>(parsed.contents.lines.size());
}

void SendJournal::begin() {
  if (::ftruncate(descriptor_, 0) != 0) fail(errno, kStartAgain);
  renew();
  const std::filesystem::path folder = file_.has_parent_path() ? file_.parent_path() : ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) fail(errno, kStartAgain);
  const int error = ::fsync(directory) == 0 ? 0 : errno;
  ::close(directory);
  if (error != 0) fail(error, kStartAgain);
}

// A file that was removed or replaced while it is open takes every line into one that nobody will find.
void SendJournal::demand_own_file() const {
  struct stat own {};
  struct stat named {};
  if (::fstat(descriptor_, &own) != 0 || ::stat(file_.c_str(), &named) != 0) fail(errno, kStartAgain);
  if (own.st_dev == named.st_dev && own.st_ino == named.st_ino && own.st_size == static_cast<off_t>(durable_))
    return;
  throw Error(Code::config,
              fmt::format("send journal {}: somebody changed or replaced it; nothing more is sent, "
                          "find out who, and start tilts again",
                          file_.string()));
}

// By one thread at a time.
void SendJournal::save(const std::string& batch) {
  demand_own_file();
  for (std::string_view rest = batch; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0)
      rest.remove_prefix(static_cast<size_t>(written));
    else if (errno != EINTR)
      fail(errno, kStartAgain);
  }
  if (sync_(descriptor_) != 0) fail(errno, kStartAgain);
}

SendJournal::Written SendJournal::append(const SendAttempt& attempt) {
  if (!is_hex(attempt.key) || attempt.attempt < 1 || !is_one_word(attempt.message_id))
    throw Error(Code::bug, "send journal: an attempt without a key, a number or a MessageID is not begun");
  const std::string text = text_of(attempt);
  Written written;
  written.attempt_ = attempt;
  written.opened_ = opened_;
  std::unique_lock guard(mutex_);
  enter(text);
  written.journal_ = id_;
  written.checksum_ = checksum_;
  written.line_ = ++lines_;
  wait(guard, end_);
  return written;
}

void SendJournal::renew() {
  const std::string id = hex(random_bytes(kHex / 2));
  std::unique_lock guard(mutex_);
  enter(fmt::format("{} {}", kFormat, id));
  id_ = id;
  wait(guard, end_);
}

// One more line that waits.
void SendJournal::enter(const std::string& text) {
  if (failure_) throw Error(*failure_);
  const std::string checksum = checksum_of(checksum_, text);
  const std::string line = fmt::format("{} {}\n", text, checksum);
  waiting_ += line;
  checksum_ = checksum;
  end_ += line.size();
}

// Until all before `end` is on the disk. Whoever finds nobody saving saves for all who wait.
void SendJournal::wait(std::unique_lock<std::mutex>& guard, size_t end) {
  while (durable_ < end) {
    if (failure_) throw Error(*failure_);
    if (saving_) {
      saved_.wait(guard);
      continue;
    }
    saving_ = true;
    const std::string batch = std::exchange(waiting_, {});
    guard.unlock();
    std::optional<Error> failure;
    try {
      save(batch);
    } catch (const Error& error) {
      failure = error;
    } catch (const std::exception& error) {
      failure = Error(Code::bug, fmt::format("send journal {}: {}", file_.string(), error.what()));
    }
    guard.lock();
    saving_ = false;
    if (failure)
      failure_ = std::move(failure);
    else
      durable_ += batch.size();
    saved_.notify_all();
  }
}

std::string SendJournal::content(size_t size) const {
  std::string text(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t got = ::pread(descriptor_, text.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno, kStartAgain);
    if (got == 0) fail(EIO, kStartAgain);  // shorter than it was
    done += static_cast<size_t>(got);
  }
  return text;
}

SendJournalContents SendJournal::read() const {
  const std::unique_lock guard(mutex_);
  return parse(content(durable_), file_).contents;
}

}  // namespace tilts::store
