// Inside exchange: what everything that goes out to a registry has in common.
#pragma once

#include <curl/curl.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/exchange/transport.h"

namespace tilts::exchange {

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
    throw Error(Code::bug, fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                                       curl_easy_strerror(code)));
}

// https and nothing else, no proxy, no redirect, and nobody's anchors: those of the generation are put into
// the TLS context by equip().
void set_common_options(CURL* handle, const TransportSettings& settings);

}  // namespace tilts::exchange
