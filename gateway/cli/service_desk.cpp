#include "gateway/cli/service_desk.h"

#include <array>
#include <charconv>
#include <streambuf>
#include <system_error>

#include <Poco/Exception.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

constexpr std::chrono::milliseconds look_up{200};
constexpr size_t most_words = 32;

// A stream whose bytes become frames. When the visitor does not take them any more it asks the work to stop.
class FrameBuffer final : public std::streambuf {
 public:
  FrameBuffer(Wire& wire, Frame::Kind kind, std::stop_source& stop) : wire_(wire), kind_(kind), stop_(stop) {
    setp(bytes_.data(), bytes_.data() + bytes_.size());
  }

 private:
  int overflow(int byte) override {
    if (sync() != 0) return traits_type::eof();
    if (byte != traits_type::eof()) sputc(static_cast<char>(byte));
    return 0;
  }
  int sync() override {
    const std::string_view waiting(pbase(), static_cast<size_t>(pptr() - pbase()));
    setp(bytes_.data(), bytes_.data() + bytes_.size());
    if (waiting.empty()) return 0;
    try {
      wire_.send(kind_, waiting);
      return 0;
    } catch (const std::exception&) {
      stop_.request_stop();
      return -1;
    }
  }

  Wire& wire_;
  const Frame::Kind kind_;
  std::stop_source& stop_;
  std::array<char, 16 * 1024> bytes_{};
};

// Whoever says nothing sensible gets the usual one.
size_t width_of(std::string_view text) {
  size_t width = 0;
  std::from_chars(text.data(), text.data() + text.size(), width);
  return width > 1 && width <= 1000 ? width : 80;
}

}  // namespace

ServiceDesk::ServiceDesk(const std::filesystem::path& file, std::string setup, Work work,
                         std::stop_token stop, DeskLimits limits)
    : file_(file),
      lock_(file.string() + ".lock"),
      setup_(std::move(setup)),
      work_(std::move(work)),
      stop_with_daemon_(std::move(stop), [this] { stop_.request_stop(); }),
      limits_(limits),
      socket_(listen_at(file)),
      doorkeeper_([this](const std::stop_token& closing) { keep_door(closing); }) {}

ServiceDesk::~ServiceDesk() {
  stop_.request_stop();
  doorkeeper_.request_stop();
  doorkeeper_.join();
  visits_.clear();  // waits for each
  unlink(file_.c_str());
}

void ServiceDesk::keep_door(const std::stop_token& closing) {
  while (!closing.stop_requested()) {
    try {
      if (!socket_.poll(Poco::Timespan{std::chrono::microseconds{look_up}.count()},
                        Poco::Net::Socket::SELECT_READ))
        continue;
      visits_.remove_if([](const Visit& visit) { return visit.over.load(); });
      welcome(Wire(socket_.acceptConnection()));
    } catch (const std::exception&) {
      // No descriptor or no thread is free: whoever stands there waits.
      std::this_thread::sleep_for(look_up);
    }
  }
}

void ServiceDesk::welcome(Wire wire) {
  wire.send_within(limits_.send);
  if (visits_.size() >= limits_.visitors)
    return refuse(wire, Exit::unreachable,
                  fmt::format("the daemon works for {} already; wait until one has ended",
                              counted(static_cast<int64_t>(visits_.size()), "command", "commands")));
  Visit& visit = visits_.emplace_back();
  try {
    visit.thread = std::jthread([this, &visit, wire]() mutable {
      try {
        serve(wire);
      } catch (...) {
        // Whoever asked is gone, or says nothing we understand: nobody is there to be told.
      }
      wire.hang_up();
      visit.over = true;
    });
  } catch (const std::system_error&) {
    visits_.pop_back();
    throw;
  }
}

void ServiceDesk::refuse(Wire& wire, Exit exit, const std::string& why) const {
  wire.send(Frame::Kind::err, "tilts: " + why + "\n");
  wire.send(Frame::Kind::exit, std::to_string(static_cast<int>(exit)));
}

void ServiceDesk::serve(Wire& wire) const {
  const uid_t user = wire.user();
  if (user != geteuid() && user != 0)
    return refuse(wire, Exit::configuration,
                  fmt::format("the daemon takes work from its own user ({}) and root alone; say sudo tilts …",
                              operating_system_user(geteuid(), "")));
  if (stop_.stop_requested())
    return refuse(wire, Exit::unreachable, "the daemon is stopping; try again when it serves or has ended");
  wire.send(Frame::Kind::ready, setup_);
  const std::optional<Request> request = read(wire);
  if (!request) return;

  std::stop_source stop;
  const std::stop_callback with_the_desk(stop_.get_token(), [&stop] { stop.request_stop(); });
  // Ctrl-C comes as a frame, and whoever goes away wants no more either.
  const std::jthread listening([&](const std::stop_token& ended) {
    try {
      while (!ended.stop_requested())
        if (wire.readable(look_up)) {
          const std::optional<Frame> frame = wire.receive(limits_.request);
          stop.request_stop();
          if (!frame) return;
        }
    } catch (const std::exception&) {  // what it says has no end, or no sense
      stop.request_stop();
    }
  });
  FrameBuffer out_bytes(wire, Frame::Kind::out, stop), err_bytes(wire, Frame::Kind::err, stop);
  std::ostream out(&out_bytes), err(&err_bytes);
  err.tie(&out);  // as std::cerr is, so that lines come in the order in which they were said
  err << std::unitbuf;
  const int exit = work_(*request, out, err, stop.get_token());
  out.flush();
  wire.send(Frame::Kind::exit, std::to_string(exit));
  wire.hang_up();  // what was sent arrives; who listens above need not wait any longer
}

// Nothing when the visitor went away before it had said all: `tilts status` only looks whether somebody is
// here.
std::optional<ServiceDesk::Request> ServiceDesk::read(Wire& wire) const {
  const auto deadline = std::chrono::steady_clock::now() + limits_.request;
  Request request;
  std::string before_sudo;
  while (request.words.size() < most_words) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    std::optional<Frame> frame = wire.receive(left);
    if (!frame) return std::nullopt;
    switch (frame->kind) {
      case Frame::Kind::word:
        request.words.push_back(std::move(frame->bytes));
        break;
      case Frame::Kind::terminal:
        request.terminal = true;
        request.width = width_of(frame->bytes);
        break;
      case Frame::Kind::sudo_user:
        before_sudo = std::move(frame->bytes);
        break;
      case Frame::Kind::go:
        request.user = operating_system_user(wire.user(), before_sudo);
        return request;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace tilts::cli
