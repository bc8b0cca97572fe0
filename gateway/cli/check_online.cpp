#include <chrono>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/check.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/greeting.h"
#include "gateway/exchange/libraries.h"
#include "gateway/registries/registries.h"

namespace tilts::cli {
namespace {

class Steps {
 public:
  explicit Steps(Context& context) : context_(context) {}

  void well(std::string_view step, const std::string& sentence) {
    context_.out << fmt::format("  ok      {:<18}{}\n", step, sentence);
  }
  void unknown(std::string_view step, const std::string& sentence) {
    context_.out << fmt::format("  -       {:<18}{}\n", step, sentence);
  }
  Exit failed(std::string_view step, const std::string& sentence, Exit exit = Exit::unreachable) {
    context_.err << fmt::format("  FAILED  {:<18}{}\n", step, sentence);
    return exit;
  }

 private:
  Context& context_;
};

// The registry's clock is known to the second; half a minute off leaves half of the usual skew.
constexpr std::chrono::seconds tolerable_skew{30};

Exit harmless_call(const exchange::Exchange& exchange, Steps& steps) {
  constexpr std::string_view step = "one harmless call";
  if (exchange.profile().operations.empty()) return steps.failed(step, "the profile names no operation");
  // An empty Body asks about nobody: whatever comes back, signed, proves both directions.
  exchange::Call call;
  call.operation = exchange.profile().operations.front().name;
  call.content = std::string();
  call.return_faults = true;
  const auto began = std::chrono::steady_clock::now();
  try {
    const exchange::Verified answer = exchange.ask(call, {}, {});
    const auto took =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
    steps.well(step, answer.assurance() == exchange::Assurance::message_signed
                         ? fmt::format("a {} signed by {} came back after {} ms",
                                       answer.fault() ? "fault" : "answer", answer.signer(), took)
                         : fmt::format("an answer that only TLS vouches for came back after {} ms", took));
    return Exit::all_well;
  } catch (const Error& error) {
    return steps.failed(step, error.what(),
                        error.code() == Code::untrusted ? Exit::untrusted : Exit::unreachable);
  }
}

// Nothing when every step up to the answer went well.
std::optional<Exit> told(const exchange::Greeting& greeting, Steps& steps) {
  using Step = exchange::Greeting::Step;
  const Step failed = greeting.failed_at;
  const std::string& why = greeting.detail;
  if (failed == Step::name)
    return steps.failed("name", "the name does not resolve: " + why + "; ask who runs the DNS here");
  if (failed == Step::connection)
    return steps.failed("connection", why + "; is a firewall in between, is the port right?");
  steps.well("name", "resolves to " + greeting.address);
  if (failed == Step::tls)
    return steps.failed("TLS", why + "; ask the registry which TLS it speaks, ours is 1.2 and 1.3");
  if (failed == Step::their_certificate)
    return steps.failed("TLS",
                        "its certificate is not the one we trust: " + why +
                            "; compare the anchor with what the registry published",
                        Exit::untrusted);
  steps.well("TLS", "its certificate leads to our anchor");
  if (failed == Step::our_certificate)
    return steps.failed("our certificate",
                        "was not accepted: " + why + "; ask the registry which certificate it expects of us");
  if (failed == Step::answer) return steps.failed("answer", why);
  steps.well("our certificate", "was accepted");
  return std::nullopt;
}

std::optional<Exit> clocks(const exchange::Greeting& greeting, Time ours, Steps& steps) {
  if (!greeting.their_now) {
    steps.unknown("clock", "the registry does not tell its time");
    return std::nullopt;
  }
  const auto skew = std::chrono::duration_cast<std::chrono::seconds>(ours - *greeting.their_now);
  const std::string sentence = fmt::format("ours is {} s {} the registry's", std::abs(skew.count()),
                                           skew.count() < 0 ? "behind" : "ahead of");
  if (std::chrono::abs(skew) > tolerable_skew)
    return steps.failed("clock", sentence + "; set it by NTP, signatures are judged by it",
                        Exit::configuration);
  steps.well("clock", sentence);
  return std::nullopt;
}

// The same questions to the registry's token service, and a token from it.
std::optional<Exit> token(const registries::Registry& registry, Context& context, Steps& steps) {
  if (registry.tokens == nullptr) return std::nullopt;
  context.out << fmt::format("\nits token service at {}\n", registry.settings.token_service->endpoint);
  if (const auto failed = told(registry.tokens->service().greet(), steps)) return failed;
  try {
    const auto issued = registry.tokens->current(*registry.keys->current()->identity, {});
    steps.well("a token", "issued; it lives until " + to_text(issued->expires));
    return std::nullopt;
  } catch (const Error& error) {
    return steps.failed("a token", error.what(),
                        error.code() == Code::untrusted ? Exit::untrusted : Exit::unreachable);
  }
}

}  // namespace

Exit check_online(Context& context, const config::Configuration& configuration, const std::string& name) {
  const config::RegistrySettings* registry = configuration.registry(name);
  if (!registry) throw WrongWords(fmt::format("no registry is called {}; tilts status lists them", name));
  const exchange::Libraries libraries;
  // What the night will use: the same keys, anchors, profile and limits.
  const registries::Registries registries(configuration, context.clock);
  const registries::Registry& asked = registries.at(name);
  const exchange::Exchange& exchange = *asked.exchange;
  context.out << fmt::format("\n{} at {}\n", registry->name, registry->endpoint);
  Steps steps(context);
  const exchange::Greeting greeting = exchange.greet();
  if (const auto failed = told(greeting, steps)) return *failed;
  if (const auto failed = clocks(greeting, context.clock.now(), steps)) return *failed;
  if (const auto failed = token(asked, context, steps)) return *failed;
  return harmless_call(exchange, steps);
}

}  // namespace tilts::cli
