#include "gateway/exchange/nonce.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include "gateway/base/error.h"

namespace tilts::exchange {

std::array<unsigned char, 16> fresh_octets() {
  std::array<unsigned char, 16> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    throw Error(Code::bug, "OpenSSL has no random numbers");
  return octets;
}

std::string fresh_nonce() { return fmt::format("{:02x}", fmt::join(fresh_octets(), "")); }

}  // namespace tilts::exchange
