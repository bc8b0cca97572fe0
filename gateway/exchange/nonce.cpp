#include "gateway/exchange/nonce.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

#include "gateway/base/error.h"

namespace tilts::exchange {

std::string fresh_nonce() {
  std::array<unsigned char, 16> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    throw Error(Code::bug, "OpenSSL has no random numbers");
  return fmt::format("{:02x}", fmt::join(octets, ""));
}

}  // namespace tilts::exchange
