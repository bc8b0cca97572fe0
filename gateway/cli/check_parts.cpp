#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/check.h"
#include "gateway/cli/opened.h"
#include "gateway/exchange/profile.h"
#include "gateway/mapping/cases.h"
#include "gateway/mapping/mapping.h"
#include "plugins/host/adapter.h"

namespace tilts::cli {
namespace {

namespace fs = std::filesystem;

class Parts {
 public:
  Parts(Context& context, const config::Configuration& configuration)
      : context_(context), configuration_(configuration) {}

  int check() {
    for (const config::RegistrySettings& registry : configuration_.registries) check(registry);
    std::set<std::string> mappings;
    for (const config::JobSettings& job : configuration_.jobs)
      for (const config::DeliverySettings& delivery : job.deliveries)
        if (mappings.insert(delivery.mapping).second)
          guarded(delivery.line, "", [&] { check_mapping(delivery); });
    guarded(0, "store", [&] { check_store(); });
    return problems_;
  }

 private:
  void problem(int line, const std::string& sentence) {
    context_.err << config::Problem{configuration_file(context_).string(), line, sentence}.text() << '\n';
    ++problems_;
  }

  // An error may carry several sentences, one a line: each is a problem of its own.
  template <typename Work>
  void guarded(int line, const std::string& what, Work work) try {
    work();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      problem(line, (what.empty() ? "" : what + ": ") + text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  void check(const config::RegistrySettings& registry) {
    const std::string what = "registry " + registry.name;
    std::error_code none;
    if (fs::exists(registry.profile, none))  // its absence is said already
      guarded(registry.line, what, [&] {
        for (const std::string& loosened : exchange::load_profile(registry.profile).loosened)
          context_.out << "notice: " << what << ": " << loosened << '\n';
      });
    guarded(registry.line, what, [&] {
      const auto library = host::Library::load(
          fs::path(configuration_.adapters_folder) / host::Library::file_name(registry.adapter),
          registry.adapter);
      host::Settings settings;
      for (const config::Setting& setting : registry.settings) settings[setting.name] = setting.value;
      for (const std::string& sentence : host::problems(library->descriptor(), settings))
        problem(registry.line, what + ": " + sentence);
      for (const config::JobSettings& job : configuration_.jobs) {
        if (job.registry != registry.name) continue;
        const host::Operation* operation = library->descriptor().operation(job.operation);
        if (!operation || !operation->pull)
          problem(job.line,
                  fmt::format("job {}: adapter {} has no operation {} that pulls; tilts adapters lists them",
                              job.name, registry.adapter, job.operation));
      }
    });
  }

  void check_mapping(const config::DeliverySettings& delivery) {
    std::error_code none;
    if (!fs::exists(delivery.mapping, none)) return;  // said already
    std::vector<mapping::Problem> found;
    const auto compiled = mapping::Mapping::load(delivery.mapping, found);
    for (const mapping::Problem& one : found) {
      context_.err << one.text() << '\n';
      ++problems_;
    }
    if (!compiled) return;
    for (const mapping::CaseResult& result : mapping::run_cases(delivery.mapping))
      if (!result.passed()) {
        context_.err << fmt::format("{}: {}\n", result.folder.string(), result.difference);
        ++problems_;
      }
  }

  // A store that is not there yet is made by the first run; one that is there must open.
  void check_store() {
    constexpr std::string_view sqlite = "sqlite:";
    const std::string& connection = configuration_.store.connection;
    std::error_code none;
    if (connection.starts_with(sqlite) && !fs::exists(connection.substr(sqlite.size()), none)) {
      context_.out << "notice: the store is not there yet; the first run makes it\n";
      return;
    }
    store::Store(store_settings(configuration_), context_.clock, store::Access::read);
  }

  Context& context_;
  const config::Configuration& configuration_;
  int problems_ = 0;
};

}  // namespace

int check_parts(Context& context, const config::Configuration& configuration) {
  return Parts(context, configuration).check();
}

}  // namespace tilts::cli
