#include "gateway/xml/xop.h"

#include <fmt/format.h>

namespace tilts::xml {

std::string xop_include(std::string_view content_id) {
  // RFC 2392: what a URL has no place for is percent-encoded.
  std::string href;
  for (const char c : content_id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~@!$'()*+,;=:").find(c) != std::string_view::npos;
    href += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("<xop:Include xmlns:xop=\"{}\" href=\"cid:{}\"></xop:Include>", xop_namespace, href);
}

}  // namespace tilts::xml
