#include "gateway/targets/stylesheet.h"

#include <mutex>

#include <fmt/format.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xsltutils.h>

#include "gateway/base/error.h"

namespace tilts::targets {
namespace {

using Context = Handle<xsltTransformContext, xsltFreeTransformContext>;
using Security = Handle<xsltSecurityPrefs, xsltFreeSecurityPrefs>;

// A stylesheet that runs away is stopped after so many instructions and XPath steps on one row.
constexpr unsigned long operations_a_row = 10'000'000;

void silent(void* data, const char*, ...) {
  if (data != nullptr) *static_cast<bool*>(data) = true;
}

}  // namespace

Stylesheet::Stylesheet(const std::filesystem::path& file, std::string owner)
    : file_(file), owner_(std::move(owner)) {
  XmlDocument document = read_xml(file_, owner_);
  {
    // libxslt compiles with one error function for the whole process.
    static std::mutex one_compiles;
    const std::scoped_lock lock(one_compiles);
    bool failed = false;
    xsltSetGenericErrorFunc(&failed, silent);
    stylesheet_.reset(xsltParseStylesheetDoc(document.get()));
    xsltSetGenericErrorFunc(nullptr, silent);
    if (stylesheet_ != nullptr) document.release();  // the stylesheet owns it now
    if (stylesheet_ != nullptr && stylesheet_->errors == 0 && !failed) return;
  }
  throw Error(Code::config,
              fmt::format("{}: {}: not an XSLT 1.0 stylesheet; `xsltproc {}` tells what is wrong", owner_,
                          file_.string(), file_.filename().string()));
}

XmlDocument Stylesheet::apply(xmlDoc& source) const {
  const Security security(xsltNewSecurityPrefs());
  const Context context(xsltNewTransformContext(stylesheet_.get(), &source));
  if (security == nullptr || context == nullptr) throw Error(Code::transient, "no memory for a stylesheet");
  bool forbidden = false;
  for (const xsltSecurityOption option :
       {XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE, XSLT_SECPREF_CREATE_DIRECTORY,
        XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK})
    forbidden = xsltSetSecurityPrefs(security.get(), option, xsltSecurityForbid) == 0;
  if (!forbidden || xsltSetCtxtSecurityPrefs(security.get(), context.get()) != 0)
    throw Error(Code::bug,
                owner_ + ": the stylesheet could not be kept from files and network, so it was not run");
  bool failed = false;
  xsltSetTransformErrorFunc(context.get(), &failed, silent);
  context->opLimit = operations_a_row;
  XmlDocument result(
      xsltApplyStylesheetUser(stylesheet_.get(), &source, nullptr, nullptr, nullptr, context.get()));
  const xmlNode* root = result == nullptr ? nullptr : xmlDocGetRootElement(result.get());
  if (failed || context->state != XSLT_STATE_OK || root == nullptr || root->next != nullptr)
    throw Error(Code::config,
                fmt::format("{}: {}:{}: the stylesheet {}; nothing was delivered, correct it there", owner_,
                            file_.string(), context->inst == nullptr ? 0 : xmlGetLineNo(context->inst),
                            failed || context->state != XSLT_STATE_OK
                                ? "stopped with an error, or reached for a file or the network"
                                : "made something else than one element of a row"));
  return result;
}

}  // namespace tilts::targets
