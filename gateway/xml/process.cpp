#include "gateway/xml/process.h"

#include <libxml/parser.h>
#include <libxml/xmlIO.h>

namespace tilts::xml {
namespace {

// Takes every name and opens none.
int take(const char*) { return 1; }
void* open_nothing(const char*) { return nullptr; }

}  // namespace

Process::Process() {
  xmlInitParser();
  xmlSetExternalEntityLoader(
      [](const char*, const char*, xmlParserCtxtPtr) -> xmlParserInputPtr { return nullptr; });
  // An empty table would be filled with the defaults again on first use; one that refuses is not.
  xmlCleanupInputCallbacks();
  xmlRegisterInputCallbacks(take, open_nothing, nullptr, nullptr);
  xmlCleanupOutputCallbacks();
  xmlRegisterOutputCallbacks(take, open_nothing, nullptr, nullptr);
}

Process::~Process() {
  xmlCleanupInputCallbacks();
  xmlRegisterDefaultInputCallbacks();
  xmlCleanupOutputCallbacks();
  xmlRegisterDefaultOutputCallbacks();
  xmlSetExternalEntityLoader(xmlNoNetExternalEntityLoader);
}

}  // namespace tilts::xml
