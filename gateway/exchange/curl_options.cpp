#include "gateway/exchange/curl_options.h"

namespace tilts::exchange {

void set_common_options(CURL* handle, const TransportSettings& settings) {
  set(handle, CURLOPT_PROTOCOLS_STR, "https");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROXY, "");  // whatever the environment says
  set(handle, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_HTTP09_ALLOWED, 0L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>((settings.connect + settings.answer).count()));
  set(handle, CURLOPT_TCP_NODELAY, 1L);

  set(handle, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_CAINFO, static_cast<const char*>(nullptr));  // not the system's anchors
  set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set(handle, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  // With files beside the message MimeReader bounds each of the two, and what frames them.
  const uint64_t beside = settings.mtom ? settings.attachment_bytes + settings.answer_bytes : 0;
  set(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(settings.answer_bytes + beside));
}

}  // namespace tilts::exchange
