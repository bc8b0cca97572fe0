// A stylesheet or schema of the municipality's, read by us and parsed from memory: libxml2 opens nothing.
#pragma once

#include <filesystem>
#include <string>

#include <libxml/tree.h>

#include "gateway/base/handle.h"

namespace tilts::targets {

using XmlDocument = Handle<xmlDoc, xmlFreeDoc>;

// Throws Error(config): not readable, not XML, a DOCTYPE, or an element that brings in another file
// (xsl:import, xsl:include, xs:import, xs:include, xs:redefine).
XmlDocument read_xml(const std::filesystem::path& file, const std::string& owner);

}  // namespace tilts::targets
