// What nobody can guess.
#pragma once

#include <string>

namespace tilts::exchange {

// 128 random bits as 32 lower-case hex digits.
std::string fresh_nonce();

}  // namespace tilts::exchange
