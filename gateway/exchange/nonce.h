// What nobody can guess.
#pragma once

#include <array>
#include <string>

namespace tilts::exchange {

// 128 random bits. Throws Error(bug) when OpenSSL has none.
std::array<unsigned char, 16> fresh_octets();
// The same as 32 lower-case hex digits.
std::string fresh_nonce();

}  // namespace tilts::exchange
