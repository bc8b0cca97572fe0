// XSLT 1.0 of the municipality's, applied record by record. It can read what it is given and nothing else: no
// file, no network, no output of its own.
#pragma once

#include <filesystem>
#include <string>

#include <libxslt/xsltInternals.h>

#include "gateway/base/handle.h"
#include "gateway/targets/xml_file.h"

namespace tilts::targets {

class Stylesheet {
 public:
  // `owner` begins every sentence. Throws Error(config) when it is no stylesheet.
  Stylesheet(const std::filesystem::path& file, std::string owner);

  // The result, which has one root element. Throws Error(config) naming the stylesheet's line, never a value.
  XmlDocument apply(xmlDoc& source) const;

 private:
  std::filesystem::path file_;
  std::string owner_;
  Handle<xsltStylesheet, xsltFreeStylesheet> stylesheet_;
};

}  // namespace tilts::targets
