// One instance's side of the services: stands between the C table that the adapter calls and Services, and
// keeps failures sticky whatever the adapter catches.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/base/error.h"
#include "plugins/abi/adapter_abi.h"
#include "plugins/host/adapter.h"
#include "plugins/host/arguments.h"
#include "plugins/host/codes.h"

namespace tilts::host {

enum class Entrance { pull, push, inquire, resume_pull, resume_push };

class Session {
 public:
  Session(const Descriptor& descriptor, const Limits& limits, Activity& activity);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const tilts_host& table() const { return table_; }

  // Around each entry into the adapter, on the thread that enters it.
  void begin(Services& services, Entrance entrance);
  // What the entry came to: how it ended, or a thrown Error. `status` and `sentence` are the adapter's own.
  Ended end(tilts_status status, const std::string& sentence);

 private:
  struct Failure {
    tilts_status status;
    std::string sentence;
  };
  // A callback of the adapter ended the service. No std::exception: nobody on the way shall take it for one.
  struct CallbackEnded {
    tilts_status status;
  };
  enum class Kind {
    plain,       // a failure may be mended by the adapter, unless its code says otherwise
    keeping,     // any failure stays
    exchanging,  // like plain; not inside a callback of another, nor when the run is being stopped
    judging,     // like exchanging; what is untrusted is one of many, and does not stay
  };

  template <typename Work>
  tilts_status serve(Kind kind, const char* what, const Work& work) noexcept;
  tilts_status failed(Kind kind, tilts_status status, std::string_view what, std::string_view sentence);
  template <typename Callback>
  void call_back(const Callback& callback);
  Services::TakeAnswer taker(void* caller, tilts_answer_function answer);
  void put(tilts_sink sink, std::string_view text);

  void ask_many(uint64_t count, void* caller, tilts_request_function request, tilts_answer_function answer);
  void submit(const tilts_request* request, void* caller, tilts_answer_function answer);
  void emit(const tilts_record* record);
  void checkpoint(tilts_text cursor, int64_t snapshot_total);
  void settle(int32_t settled, tilts_text receipt, tilts_text reason);
  void park(tilts_text token, uint64_t seconds);
  void log(int32_t level, tilts_text text);
  void roster(uint64_t first, uint64_t count, tilts_sink code);
  std::string_view collected(tilts_text file) const;
  std::string keep_file(const tilts_incoming_file* file);

  static tilts_host make_table(Session* self);

  const Descriptor& descriptor_;
  const Limits limits_;
  Activity& activity_;
  const tilts_host table_;
  RecordArguments records_;

  // of the entry that runs
  Services* services_ = nullptr;
  Entrance entrance_ = Entrance::pull;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> foreign_{false};  // a service was called from another thread, or after the end
  std::optional<Failure> failure_;    // sticky
  std::optional<CallbackEnded> callback_ended_;
  std::optional<std::string>
      doubted_;  // a document or file that was untrusted; until something new is proven
  std::string last_error_;
  bool in_callback_ = false;
  bool submitted_ = false;  // perhaps: a byte of it may have left
  bool settled_ = false;
  bool parked_ = false;
  uint64_t records_since_ = 0;  // the last checkpoint
  size_t bytes_since_ = 0;
  uint64_t log_lines_ = 0;
};

template <typename Work>
tilts_status Session::serve(Kind kind, const char* what, const Work& work) noexcept {
  if (thread_.load() != std::this_thread::get_id()) {
    foreign_ = true;
    return TILTS_BUG;
  }
  activity_.host_runs();
  tilts_status status = TILTS_OK;
  try {
    if (failure_) {
      status = failure_->status;
      last_error_ = failure_->sentence;
    } else {
      if (foreign_) throw Error(Code::bug, "a service was called from another thread; mend the adapter");
      callback_ended_.reset();
      // when the run is being stopped nothing new is asked; what is under way may be finished and kept
      const bool fresh = kind == Kind::exchanging || kind == Kind::judging;
      if (fresh && services_->cancelled()) throw Cancelled();
      if (parked_ && kind != Kind::plain) throw Error(Code::bug, "parked, and called it then");
      if (in_callback_ && fresh) throw Error(Code::bug, "called it inside the callback of another");
      work();
      if (failure_) status = failure_->status;
      if (callback_ended_) status = callback_ended_->status;
    }
  } catch (const CallbackEnded& ended) {
    status = ended.status;
  } catch (const Cancelled& cancelled) {
    status = failed(kind, TILTS_CANCELLED, what, cancelled.what());
  } catch (const LimitExceeded& limit) {
    status = failed(kind, TILTS_LIMIT, what, limit.what());
  } catch (const Error& error) {
    status = failed(kind, status_of(error.code()), what, error.what());
  } catch (const std::exception& exception) {
    status = failed(kind, TILTS_BUG, what, exception.what());
  } catch (...) {
    status = failed(kind, TILTS_BUG, what, "an exception of no known type");
  }
  activity_.adapter_runs();
  return status;
}

}  // namespace tilts::host
