#include "gateway/xml/process.h"

#include <libxml/globals.h>
#include <libxml/parser.h>
#include <libxml/xmlIO.h>

namespace tilts::xml {
namespace {

// Takes every name and opens none.
int take(const char*) { return 1; }
void* open_nothing(const char*) { return nullptr; }

// What libxml2 would print may quote a document; every caller reads the error it needs.
void say_nothing(void*, const char*, ...) {}

}  // namespace

Process::Process() {
  xmlInitParser();
  xmlSetGenericErrorFunc(nullptr, say_nothing);        // this thread
  xmlThrDefSetGenericErrorFunc(nullptr, say_nothing);  // and every one that starts later
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
