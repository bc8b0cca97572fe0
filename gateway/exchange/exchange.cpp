#include "gateway/exchange/exchange.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "gateway/exchange/attempt.h"
#include "gateway/exchange/ordered_work.h"

namespace tilts::exchange {

struct Exchange::State {
  explicit State(Settings given) : settings(std::move(given)), line(settings) {}

  Verified ask(size_t index, const Call& call, const Hooks& hooks, const std::stop_token& stop) const {
    const unsigned attempts = std::max(1u, settings.profile.limits.attempts);
    for (unsigned number = 1;; ++number) {
      try {
        Attempt attempt{index, number, fresh_message_id(settings.profile), &call, &hooks};
        return line.run(attempt, stop);
      } catch (const Error& error) {
        const bool last = number == attempts || stop.stop_requested();
        if (error.code() != Code::transient || last) throw tell(error, number);
      }
      if (!sleep(pause(number), stop)) throw tell(Error(Code::transient, "stopped on request"), number);
    }
  }

  // Doubles, and is shortened at random, so that many clients of a registry that was down do not come back at
  // once.
  std::chrono::milliseconds pause(unsigned attempt) const {
    const auto longest =
        std::min(settings.first_pause * (1 << std::min(attempt - 1, 16u)), settings.longest_pause);
    std::random_device random;
    return std::chrono::milliseconds{
        std::uniform_int_distribution<int64_t>(longest.count() / 2, longest.count())(random)};
  }

  Error tell(const Error& error, unsigned attempts) const {
    return Error(error.code(), fmt::format("registry {}: {}{}", settings.registry, error.what(),
                                           attempts > 1 ? fmt::format(" (tried {} times)", attempts) : ""));
  }

  const Settings settings;
  const Line line;
};

Exchange::Exchange(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}
Exchange::~Exchange() = default;

const Profile& Exchange::profile() const { return state_->settings.profile; }

Greeting Exchange::greet() const {
  return exchange::greet(transport_settings(state_->settings), *state_->settings.keys->current());
}

Verified Exchange::ask(const Call& call, const Hooks& hooks, const std::stop_token& stop) const {
  return state_->ask(0, call, hooks, stop);
}

void Exchange::ask_many(size_t count, const std::function<Call(size_t)>& call,
                        const std::function<void(size_t, Verified)>& answer, const Hooks& hooks,
                        const std::stop_token& stop) const {
  const size_t concurrency = state_->settings.profile.limits.concurrency;
  ordered_work<Call, Verified>(
      count, concurrency, call,
      [&](size_t index, const Call& one, const std::stop_token& each) {
        return state_->ask(index, one, hooks, each);
      },
      answer, stop);
}

Verified Exchange::submit(const Call& call, const std::string& message_id, const Hooks& hooks,
                          const std::stop_token& stop) const {
  Attempt attempt{0, 1, message_id, &call, &hooks};
  try {
    return state_->line.run(attempt, stop);
  } catch (const Error& error) {
    const bool known = !attempt.delivery.sent || error.code() == Code::declined;
    throw state_->tell(known ? error : Error(Code::unknown, error.what()), 1);
  } catch (const std::exception&) {
    if (!attempt.delivery.sent) throw;
    throw state_->tell(Error(Code::unknown, "the answer could not be worked on"), 1);
  }
}

}  // namespace tilts::exchange
