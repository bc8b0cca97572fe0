#include "plugins/host/library.h"

#include <system_error>

#include <boost/dll/shared_library.hpp>
#include <dlfcn.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "plugins/host/read_descriptor.h"
#include "plugins/host/text.h"

namespace tilts::host {
namespace {

constexpr const char* symbol = "tilts_adapter";

void judge_file(const std::filesystem::path& path) {
  if (!path.is_absolute())
    throw Error(Code::config, "is not an absolute path; write the whole path of the adapters' folder");
  std::error_code problem;
  const std::filesystem::file_status status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::not_found)
    throw Error(Code::config, "does not exist; install the adapter or correct adapters folder=\"…\"");
  if (problem) throw Error(Code::config, fmt::format("cannot be looked at ({})", problem.message()));
  if (!std::filesystem::is_regular_file(status))
    throw Error(Code::config, "is not a file; install the adapter");
  if ((status.permissions() & std::filesystem::perms::others_write) != std::filesystem::perms::none)
    throw Error(Code::config, "may be changed by anybody on this machine; take that right away (chmod o-w)");
}

// Which of the loader's reasons it is, so that each has its own next step.
std::string loader_sentence(const std::string& reason) {
  const auto says = [&](std::string_view words) { return reason.find(words) != std::string::npos; };
  if (says("undefined symbol"))
    return fmt::format("needs a function that no library here has ({}); rebuild the adapter on this machine",
                       reason);
  if (says("cannot open shared object file"))
    return fmt::format("needs a library that cannot be opened ({}); install it, or mend the file's rights",
                       reason);
  if (says("ELF") || says("file too short") || says("file data"))
    return fmt::format("is not a shared library of this machine ({}); build it here", reason);
  return fmt::format("cannot be loaded ({})", reason);
}

boost::dll::shared_library open(const std::filesystem::path& path) {
  boost::system::error_code ignored;  // always bad_file_descriptor; dlerror() knows why
  boost::dll::shared_library library;
  ::dlerror();
  library.load(boost::dll::fs::path(path.string()),
               boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local, ignored);
  const char* reason = ::dlerror();
  if (!library.is_loaded())
    throw Error(Code::config,
                loader_sentence(reason != nullptr ? sentence(reason) : "the loader gives no reason"));
  // never unloaded, whoever closes it
  ::dlopen(path.c_str(), RTLD_NOLOAD | RTLD_NODELETE | RTLD_NOW);
  return library;
}

}  // namespace

std::string Library::file_name(std::string_view adapter) { return fmt::format("libtilts_{}.so", adapter); }

std::shared_ptr<const Library> Library::load(const std::filesystem::path& path, std::string_view id) {
  try {
    judge_file(path);
    auto loaded = std::make_unique<Implementation>();
    loaded->file = open(path);
    if (!loaded->file.has(symbol))
      throw Error(Code::config,
                  fmt::format("exports no {}; it is not an adapter, or was linked without the SDK", symbol));
    loaded->raw = &loaded->file.get<const tilts_descriptor>(symbol);
    loaded->descriptor = read_descriptor(*loaded->raw, id);
    return std::shared_ptr<const Library>(new Library(std::move(loaded)));
  } catch (const Error& error) {
    throw error.inside(fmt::format("adapter {}: {}", id, path.string()));
  }
}

Library::Library(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Library::~Library() = default;

const Descriptor& Library::descriptor() const { return implementation_->descriptor; }

}  // namespace tilts::host
