// Elements that the messages and documents of ours have in common, as a canonical writer takes them.
#pragma once

#include <string_view>

#include "gateway/exchange/names.h"
#include "gateway/xml/canonical_writer.h"

namespace tilts::exchange {

inline void element(xml::CanonicalWriter& to, std::string_view uri, std::string_view local,
                    std::string_view prefix, std::string_view text) {
  to.start(uri, local, prefix);
  to.text(text);
  to.end();
}

// Of XML-DSig, with nothing but its Algorithm.
inline void algorithm(xml::CanonicalWriter& to, std::string_view local, std::string_view uri) {
  to.start(names::ds, local, "ds");
  to.attribute("Algorithm", uri);
  to.end();
}

}  // namespace tilts::exchange
