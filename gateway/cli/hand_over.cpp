#include "gateway/cli/hand_over.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include <Poco/Exception.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/wire.h"

namespace tilts::cli {
namespace {

using std::chrono::seconds;

constexpr seconds rest_of_a_frame{30};

// What the daemon says, as fast as it says it: a preview that stands in a pager keeps nothing waiting but us.
class Incoming {
 public:
  explicit Incoming(Wire& wire)
      : wire_(wire), reader_([this](const std::stop_token& enough) { read(enough); }) {}
  ~Incoming() {
    reader_.request_stop();
    wire_.hang_up();
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  // Waits; nothing when the daemon is gone.
  std::optional<Frame> next() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return over_ || !frames_.empty(); });
    if (frames_.empty()) return std::nullopt;
    Frame frame = std::move(frames_.front());
    frames_.pop_front();
    return frame;
  }

 private:
  void read(const std::stop_token& enough) {
    try {
      while (!enough.stop_requested()) {
        if (!wire_.readable(seconds{1})) continue;
        std::optional<Frame> frame = wire_.receive(rest_of_a_frame);
        if (!frame) break;
        const std::scoped_lock lock(mutex_);
        frames_.push_back(*std::move(frame));
        came_.notify_one();
      }
    } catch (const std::exception&) {  // half a frame and then nothing: gone, too
    }
    const std::scoped_lock lock(mutex_);
    over_ = true;
    came_.notify_one();
  }

  Wire& wire_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Frame> frames_;
  bool over_ = false;
  std::jthread reader_;
};

void say(Wire& wire, const Context& context, const std::vector<std::string>& words) {
  for (const std::string& word : words) wire.send(Frame::Kind::word, word);
  if (context.terminal) wire.send(Frame::Kind::terminal, std::to_string(context.width));
  if (const char* before = std::getenv("SUDO_USER")) wire.send(Frame::Kind::sudo_user, before);
  wire.send(Frame::Kind::go);
}

[[noreturn]] void gone() {
  throw Error(
      Code::transient,
      "the daemon ended before it said how this went; tilts runs tells, and its next start carries on");
}

Exit print_until_the_end(Context& context, Wire& wire, const std::stop_token& stop) {
  Incoming incoming(wire);
  const std::stop_callback on_stop(stop, [&wire] {
    try {
      wire.send(Frame::Kind::stop);
    } catch (const Poco::Exception&) {  // it is gone, as is seen below
    }
  });
  while (const std::optional<Frame> frame = incoming.next()) {
    if (frame->kind == Frame::Kind::out) context.out << frame->bytes << std::flush;
    if (frame->kind == Frame::Kind::err) context.err << frame->bytes << std::flush;
    if (frame->kind == Frame::Kind::exit) return static_cast<Exit>(std::stoi(frame->bytes));
  }
  gone();
}

std::optional<Frame> first_frame(Wire& wire, std::chrono::milliseconds patience) {
  try {
    return wire.receive(patience);
  } catch (const Error&) {
    throw Error(Code::transient,
                "a daemon is there and does not answer; see its journal, then systemctl restart tilts");
  }
}

// Nothing when the daemon is ready for us; else what it ends this with, after it said why.
std::optional<Exit> refused(Context& context, Wire& wire, const config::Configuration& configuration,
                            std::chrono::milliseconds patience) {
  while (const std::optional<Frame> frame = first_frame(wire, patience)) {
    if (frame->kind == Frame::Kind::err) context.err << frame->bytes;
    if (frame->kind == Frame::Kind::exit) return static_cast<Exit>(std::stoi(frame->bytes));
    if (frame->kind != Frame::Kind::ready) continue;
    if (frame->bytes == setup_of(configuration)) return std::nullopt;
    throw Error(Code::config, fmt::format("the daemon was started with another {} or another version of the "
                                          "program; systemctl restart tilts, then say this again",
                                          configuration.file));
  }
  gone();
}

}  // namespace

std::filesystem::path desk_file(const config::Configuration& configuration) {
  return configuration.heartbeat + ".socket";
}

std::string setup_of(const config::Configuration& configuration) {
  std::ifstream file(configuration.file, std::ios::binary);
  Sha256 hash;
  hash.add(std::string(std::istreambuf_iterator<char>(file), {}));
  return fmt::format("tilts {} {}", TILTS_VERSION, to_hex(hash.finish()));
}

bool daemon_answers(const config::Configuration& configuration) {
  return Wire::to(desk_file(configuration)).has_value();
}

std::optional<Exit> hand_over(Context& context, const config::Configuration& configuration,
                              const std::vector<std::string>& words, const std::stop_token& stop,
                              std::chrono::milliseconds patience) {
  std::optional<Wire> wire = Wire::to(desk_file(configuration));
  if (!wire) return std::nullopt;
  if (const std::optional<Exit> no = refused(context, *wire, configuration, patience)) return no;
  try {
    say(*wire, context, words);
  } catch (const Poco::Exception&) {
    gone();
  }
  return print_until_the_end(context, *wire, stop);
}

}  // namespace tilts::cli
