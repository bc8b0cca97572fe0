#include "gateway/exchange/greeting.h"

#include <algorithm>
#include <array>

#include "gateway/base/handle.h"
#include "gateway/exchange/curl_options.h"
#include "gateway/exchange/tls.h"

namespace tilts::exchange {
namespace {

using Easy = Handle<CURL, curl_easy_cleanup>;
using Step = Greeting::Step;

struct Visit {
  const Generation& generation;
  std::string date;
  int alert = -1;
};

CURLcode on_context(CURL*, void* context, void* visit) {
  Visit& self = *static_cast<Visit*>(visit);
  auto* tls = static_cast<SSL_CTX*>(context);
  watch_alerts(tls, &self.alert);
  return equip(tls, self.generation) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

size_t read_header(char* text, size_t size, size_t count, void* visit) {
  constexpr std::string_view name = "date:";
  const std::string_view header(text, size * count);
  if (header.size() > name.size() && curl_strnequal(header.data(), name.data(), name.size()))
    static_cast<Visit*>(visit)->date = header.substr(name.size());
  return header.size();
}

size_t ignore_body(char*, size_t size, size_t count, void*) { return size * count; }

// With TLS 1.3 a server says what it thinks of our certificate only after the handshake, at the first read.
bool about_our_certificate(int alert) {
  constexpr std::array alerts{SSL_AD_BAD_CERTIFICATE,     SSL_AD_UNSUPPORTED_CERTIFICATE,
                              SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED,
                              SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
                              SSL_AD_ACCESS_DENIED,       SSL_AD_CERTIFICATE_REQUIRED};
  return std::ranges::count(alerts, alert) > 0;
}

Step failed_at(CURLcode code, const Visit& visit, bool connected) {
  if (about_our_certificate(visit.alert)) return Step::our_certificate;
  switch (code) {
    case CURLE_OK:
      return Step::all;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Step::name;
    case CURLE_COULDNT_CONNECT:
      return Step::connection;
    case CURLE_PEER_FAILED_VERIFICATION:
      return Step::their_certificate;
    case CURLE_SSL_CONNECT_ERROR:
      return Step::tls;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_RECV_ERROR:  // cut right after the handshake, without a word
    case CURLE_SEND_ERROR:
      return Step::our_certificate;
    default:
      return connected ? Step::answer : Step::connection;
  }
}

}  // namespace

Greeting greet(const TransportSettings& settings, const Generation& generation) {
  const Easy easy(curl_easy_init());
  if (easy == nullptr) throw Error(Code::bug, "libcurl makes no handle");
  Visit visit{generation, {}};
  std::array<char, CURL_ERROR_SIZE> detail{};
  CURL* handle = easy.get();
  set_common_options(handle, settings);
  set(handle, CURLOPT_URL, settings.endpoint.c_str());
  set(handle, CURLOPT_SSL_CTX_FUNCTION, on_context);
  set(handle, CURLOPT_SSL_CTX_DATA, &visit);
  set(handle, CURLOPT_ERRORBUFFER, detail.data());
  set(handle, CURLOPT_HEADERFUNCTION, read_header);
  set(handle, CURLOPT_HEADERDATA, &visit);
  set(handle, CURLOPT_WRITEFUNCTION, ignore_body);

  const CURLcode code = curl_easy_perform(handle);
  Greeting greeting;
  const char* address = nullptr;
  if (curl_easy_getinfo(handle, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != nullptr)
    greeting.address = address;
  greeting.failed_at = failed_at(code, visit, !greeting.address.empty());
  if (visit.alert >= 0)
    greeting.detail = SSL_alert_desc_string_long(visit.alert);
  else if (code != CURLE_OK)
    greeting.detail = detail.front() != '\0' ? detail.data() : curl_easy_strerror(code);
  const time_t theirs = visit.date.empty() ? -1 : curl_getdate(visit.date.c_str(), nullptr);
  if (theirs >= 0) greeting.their_now = Time{std::chrono::seconds{theirs}};
  return greeting;
}

}  // namespace tilts::exchange
