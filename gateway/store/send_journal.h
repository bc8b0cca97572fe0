// The send journal: one durable line an attempt, written before its first byte leaves, in a file on another
// path than the store's, so that a restored backup of the store still meets what was sent after it was made.
//
//   tilts-send-journal-1 <id> <checksum>
//   <submission's key> <attempt> <MessageID> <time> <Expires, or -> <checksum>
//
// A line like the first may come again: from there on the journal goes by another id.
// A checksum is the first half of SHA-256 over the one before it and its line, in hex: a line that was
// changed, taken out or put in is seen. It is no proof against somebody who may write the file. No personal
// data.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

namespace tilts::store {

struct SendAttempt {
  std::string key;         // of the submission: 32 hex digits
  int64_t attempt = 0;     // the first is 1
  std::string message_id;  // visible ASCII
  Time at;                 // when it was written down
  Time expires;            // the signed Expires; Time{}: none was signed
};

struct SendJournalContents {
  struct Line {
    SendAttempt attempt;
    std::string checksum;
  };
  std::string id;  // random, made with the file
  std::vector<Line> lines;
};

class SendJournal {
 public:
  enum class Missing { create, refuse };
  // fdatasync(2): 0, or -1 with errno.
  using Sync = std::function<int(int descriptor)>;

  // An attempt that is on the disk. Only append() makes one, and the ledger begins no attempt without.
  class Written {
   public:
    const SendAttempt& attempt() const { return attempt_; }
    const std::string& journal() const { return journal_; }    // its id
    int64_t line() const { return line_; }                     // the first attempt's is 1
    const std::string& checksum() const { return checksum_; }  // of that line
    int64_t opened() const { return opened_; }                 // lines there when the journal was opened

   private:
    friend class SendJournal;
    Written() = default;

    SendAttempt attempt_;
    std::string journal_;
    int64_t line_ = 0;
    std::string checksum_;
    int64_t opened_ = 0;
  };

  // Holds the file alone (flock) until destroyed. A torn last line is cut off: its append() had not returned,
  // so nothing of that attempt was sent. Throws Error(config): held by another process, not there, others may
  // read it, or it is garbled, with the line.
  SendJournal(std::filesystem::path file, Missing missing);
  SendJournal(std::filesystem::path file, Missing missing, Sync sync);
  ~SendJournal();
  SendJournal(const SendJournal&) = delete;
  SendJournal& operator=(const SendJournal&) = delete;

  // It and all its lines go by a new id: no store that went with the old one fits it. Durable when it
  // returns. Thread-safe, but a reference from id() does not outlive it. Throws as append().
  void renew();
  const std::string& id() const { return id_; }

  // Durable when it returns; attempts of several threads share a sync. Thread-safe. Throws Error(transient)
  // or Error(config) when that failed, and from then on always: after a failed sync nobody knows what is on
  // the disk, so only a new start, which reads it, may go on.
  Written append(const SendAttempt& attempt);

  // All that is durable. Thread-safe.
  SendJournalContents read() const;

 private:
  SendJournal(std::filesystem::path file, Sync sync);
  void open(Missing missing);
  void begin();
  void enter(const std::string& text);
  void wait(std::unique_lock<std::mutex>& guard, size_t end);
  void save(const std::string& batch);
  void demand_own_file() const;
  std::string content(size_t size) const;
  [[noreturn]] void fail(int error, const char* next) const;

  const std::filesystem::path file_;
  const Sync sync_;
  int descriptor_ = -1;
  std::string id_;
  int64_t opened_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable saved_;
  bool saving_ = false;           // one thread writes and syncs, without the mutex
  std::string waiting_;           // lines that nobody has written yet
  std::string checksum_;          // of the last line, written or waiting
  int64_t lines_ = 0;             // attempts, written or waiting
  size_t end_ = 0;                // bytes, written or waiting
  size_t durable_ = 0;            // bytes on the disk
  std::optional<Error> failure_;  // the first; there is no way back
};

}  // namespace tilts::store
