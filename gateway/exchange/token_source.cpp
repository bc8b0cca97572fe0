#include "gateway/exchange/token_source.h"

#include "gateway/exchange/token_request.h"

namespace tilts::exchange {
namespace {

constexpr std::string_view operation = "Issue";

Settings checked(Settings service) {
  if (service.profile.operation(operation) == nullptr)
    throw Error(Code::config, "the token service's profile has no operation Issue; add it with its Action");
  if (service.profile.request.token)
    throw Error(Code::config, "the token service's profile wants a token itself; take it out there");
  service.profile.answer.carries_token = true;
  return service;
}

}  // namespace

TokenSource::TokenSource(Settings service, TokenDemand demand)
    : demand_(std::move(demand)), clock_(service.clock), service_(checked(std::move(service))) {}

bool TokenSource::lives(const Identity& identity, std::chrono::seconds before_its_end) const {
  return token_ != nullptr && confirmed_ == identity.certificate_base64 &&
         clock_.now() + before_its_end < token_->expires;
}

std::shared_ptr<const IssuedToken> TokenSource::current(const Identity& identity,
                                                        const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!lives(identity, demand_.renew_before)) {
    if (!asking_) {
      asking_ = true;
      lock.unlock();
      std::shared_ptr<const IssuedToken> fresh;
      std::optional<Error> failure;
      try {
        fresh = ask(identity, stop);
      } catch (const Error& error) {
        failure = error;
      } catch (const std::exception&) {
        failure.emplace(Code::bug, "the token service's answer could not be worked on; report this");
      }
      lock.lock();
      asking_ = false;
      ++rounds_;
      failure_ = failure;
      if (fresh != nullptr) {
        token_ = fresh;
        confirmed_ = identity.certificate_base64;
      }
      asked_.notify_all();
      // A life shorter than the time before its end is what the service gives: it is used all the same.
      if (fresh != nullptr) return fresh;
    } else {
      const uint64_t round = rounds_;
      if (!asked_.wait(lock, stop, [&] { return rounds_ != round; }))
        throw Error(Code::transient, "stopped on request");
    }
    if (lives(identity, std::chrono::seconds{0})) break;
    if (failure_) throw failure_->inside("a token for the request");
  }
  return token_;
}

void TokenSource::drop(const std::shared_ptr<const IssuedToken>& token) {
  const std::lock_guard lock(mutex_);
  if (token_ == token) token_ = nullptr;
}

std::shared_ptr<const IssuedToken> TokenSource::ask(const Identity& identity,
                                                    const std::stop_token& stop) const {
  Call call{.operation = std::string(operation), .path = {}, .content = token_request(demand_, identity)};
  std::string message;
  Hooks hooks;
  hooks.evidence = [&](const Traffic& traffic) { message = traffic.answer; };
  const Verified answer = service_.ask(call, hooks, stop);
  return std::make_shared<const IssuedToken>(read_token(answer, message, demand_, clock_.now()));
}

}  // namespace tilts::exchange
