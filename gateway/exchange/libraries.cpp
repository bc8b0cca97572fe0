#include "gateway/exchange/libraries.h"

#include <curl/curl.h>
#include <malloc.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/parser.h>
#include <xmlsec/xmlsec.h>

#include "gateway/base/error.h"
#include "gateway/exchange/cryptography.h"

namespace tilts::exchange {

Libraries::Libraries() {
  // A message of megabytes that goes back to the kernel is paid for again, page by page, by the next one:
  // signing 4 MB took 14 ms with glibc's defaults and 9 ms so.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  if (xmlSecInit() < 0) throw Error(Code::bug, "xmlsec did not start");
  xmlSecErrorsDefaultCallbackEnableOutput(0);  // what went wrong is said by our own sentences
  if (xmlSecCheckVersion() != 1)
    throw Error(Code::bug, "xmlsec is not the version that this was built for; install the package it names");
  if (xmlSecOpenSSLAppInit(nullptr) < 0 || xmlSecOpenSSLInit() < 0)
    throw Error(Code::bug, "xmlsec did not start its OpenSSL part");
  // A Reference that is canonicalised twice is parsed again in between: with libxml2's limits, not without.
  xmlSecParserSetDefaultOptions(XML_PARSE_NONET | XML_PARSE_NODICT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  register_str_transform();
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw Error(Code::bug, "libcurl did not start");
}

Libraries::~Libraries() {
  curl_global_cleanup();
  xmlSecOpenSSLShutdown();
  xmlSecOpenSSLAppShutdown();
  xmlSecShutdown();
}

}  // namespace tilts::exchange
