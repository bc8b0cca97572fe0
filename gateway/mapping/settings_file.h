// One file in namespace urn:tilts:mapping:1, read and judged by mappings/mapping.xsd.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "gateway/mapping/mapping.h"
#include "gateway/xml/document.h"

namespace tilts::mapping {

extern const std::string_view mapping_schema;  // mappings/mapping.xsd, as built in

struct SettingsFile {
  std::string bytes;
  xml::Document document;  // null when it cannot be read at all
  xmlNode* root = nullptr;
};

// Everything that is wrong goes to `problems`, with the path as it was given. What the schema refused may
// still be in the document: a reader takes what it understands, so that all problems are told at once.
SettingsFile read_settings(const std::filesystem::path& file, std::string_view root,
                           std::vector<Problem>& problems);

// The value of an attribute, or `otherwise`.
std::string attribute(const xmlNode* element, std::string_view name, std::string_view otherwise = "");
std::vector<xmlNode*> children(const xmlNode* element, std::string_view name);
int line_of(const xmlNode* node);

}  // namespace tilts::mapping
