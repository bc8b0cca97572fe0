#include <chrono>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "gateway/cli/check.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/exchange/libraries.h"
#include "gateway/pull/registries.h"

namespace tilts::cli {
namespace {

using Curl = Handle<CURL, curl_easy_cleanup>;

// What a plain GET over mutual TLS tells before anything is signed.
struct Greeting {
  CURLcode result = CURLE_OK;
  std::string detail;
  std::string address;
  std::string date;  // of the answer's header
};

size_t read_header(char* text, size_t one, size_t count, void* date) {
  const std::string_view header(text, one * count);
  constexpr std::string_view name = "date:";
  if (header.size() > name.size() && curl_strnequal(header.data(), name.data(), name.size()))
    *static_cast<std::string*>(date) = header.substr(name.size());
  return one * count;
}

size_t ignore_body(char*, size_t one, size_t count, void*) { return one * count; }

Greeting greet(const config::RegistrySettings& registry, const config::IdentitySettings& identity,
               const std::string& anchor) {
  Greeting greeting;
  const Curl curl(curl_easy_init());
  char detail[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, registry.endpoint.c_str());
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CAINFO, anchor.c_str());
  set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  if (identity.certificate.empty()) {
    set(CURLOPT_SSLCERTTYPE, "P12");
    set(CURLOPT_SSLCERT, identity.key.c_str());
  } else {
    set(CURLOPT_SSLCERT, identity.certificate.c_str());
    set(CURLOPT_SSLKEY, identity.key.c_str());
  }
  set(CURLOPT_CONNECTTIMEOUT, 10L);
  set(CURLOPT_TIMEOUT, 30L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, detail);
  set(CURLOPT_HEADERFUNCTION, read_header);
  set(CURLOPT_HEADERDATA, &greeting.date);
  set(CURLOPT_WRITEFUNCTION, ignore_body);
  greeting.result = curl_easy_perform(curl.get());
  greeting.detail = *detail ? detail : curl_easy_strerror(greeting.result);
  char* address = nullptr;
  if (curl_easy_getinfo(curl.get(), CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
    greeting.address = address;
  return greeting;
}

class Steps {
 public:
  explicit Steps(Context& context) : context_(context) {}

  void well(std::string_view step, const std::string& sentence) {
    context_.out << fmt::format("  ok      {:<18}{}\n", step, sentence);
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

Exit harmless_call(Context& context, const config::Configuration& configuration,
                   const config::RegistrySettings& registry, Steps& steps) {
  constexpr std::string_view step = "one harmless call";
  const pull::Registries registries(configuration, context.clock);
  exchange::Exchange& exchange = *registries.at(registry.name).exchange;
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

}  // namespace

Exit check_online(Context& context, const config::Configuration& configuration, const std::string& name) {
  const config::RegistrySettings* registry = configuration.registry(name);
  if (!registry)
    throw Error(Code::config, fmt::format("no registry is called {}; tilts status lists them", name));
  const exchange::Libraries libraries;
  context.out << fmt::format("\n{} at {}\n", registry->name, registry->endpoint);
  Steps steps(context);
  const Greeting greeting =
      greet(*registry, *config::identity_at(*registry, context.clock.now()), registry->tls_anchors.front());

  if (greeting.result == CURLE_COULDNT_RESOLVE_HOST)
    return steps.failed("name",
                        "the name does not resolve: " + greeting.detail + "; ask who runs the DNS here");
  if (greeting.result == CURLE_COULDNT_CONNECT || greeting.address.empty())
    return steps.failed("connection", greeting.detail + "; is a firewall in between, is the port right?");
  steps.well("name", "resolves to " + greeting.address);
  if (greeting.result == CURLE_PEER_FAILED_VERIFICATION)
    return steps.failed("TLS",
                        "its certificate is not the one we trust: " + greeting.detail +
                            "; compare the anchor with what the registry published",
                        Exit::untrusted);
  if (greeting.result == CURLE_SSL_CERTPROBLEM)
    return steps.failed("our certificate", "cannot be used: " + greeting.detail, Exit::configuration);
  if (greeting.result == CURLE_SSL_CONNECT_ERROR)
    return steps.failed("TLS", greeting.detail + "; the registry speaks no TLS 1.2 that we do");
  steps.well("TLS", "its certificate leads to our anchor");
  // TLS 1.3: a server that does not like our certificate says so only after the handshake, at the first read.
  if (greeting.result == CURLE_RECV_ERROR || greeting.result == CURLE_SEND_ERROR)
    return steps.failed("our certificate", "was not accepted: " + greeting.detail +
                                               "; ask the registry which certificate it expects of us");
  if (greeting.result != CURLE_OK) return steps.failed("answer", greeting.detail);
  steps.well("our certificate", "was accepted");

  const time_t theirs = greeting.date.empty() ? -1 : curl_getdate(greeting.date.c_str(), nullptr);
  if (theirs < 0) {
    context.out << "  -       clock             the registry does not tell its time\n";
  } else {
    const auto skew = std::chrono::duration_cast<std::chrono::seconds>(context.clock.now() -
                                                                       Time{std::chrono::seconds{theirs}});
    const std::string sentence = fmt::format("ours is {} s {} the registry's", std::abs(skew.count()),
                                             skew.count() < 0 ? "behind" : "ahead of");
    if (std::chrono::abs(skew) > tolerable_skew)
      return steps.failed("clock", sentence + "; set it by NTP, signatures are judged by it",
                          Exit::configuration);
    steps.well("clock", sentence);
  }
  return harmless_call(context, configuration, *registry, steps);
}

}  // namespace tilts::cli
