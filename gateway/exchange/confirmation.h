// What whoever shows a SAML 2.0 assertion proves with it (SAML 2.0 profiles, section 3).
#pragma once

namespace tilts::exchange {

enum class Confirmation { bearer, holder_of_key, sender_vouches };

}  // namespace tilts::exchange
