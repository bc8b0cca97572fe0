#include "gateway/xml/digest_method.h"

namespace tilts::xml {

const EVP_MD* digest_method(std::string_view uri) {
  if (uri == "http://www.w3.org/2001/04/xmlenc#sha256") return EVP_sha256();
  if (uri == "http://www.w3.org/2001/04/xmldsig-more#sha384") return EVP_sha384();
  return uri == "http://www.w3.org/2001/04/xmlenc#sha512" ? EVP_sha512() : nullptr;
}

}  // namespace tilts::xml
