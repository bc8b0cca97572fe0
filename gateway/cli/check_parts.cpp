#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/check.h"
#include "gateway/cli/opened.h"
#include "gateway/exchange/profile.h"
#include "gateway/mapping/cases.h"
#include "gateway/mapping/mapper.h"
#include "gateway/mapping/mapping.h"
#include "gateway/pull/deliveries.h"
#include "gateway/pull/roster.h"
#include "gateway/push/entry_tables.h"
#include "gateway/registries/registries.h"
#include "gateway/targets/schema.h"
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
    for (const config::IntakeSettings& intake : configuration_.intakes) check(intake);
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

  std::shared_ptr<const host::Library> load(const std::string& adapter) const {
    return host::Library::load(fs::path(configuration_.adapters_folder) / host::Library::file_name(adapter),
                               adapter);
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
      const auto library = load(registry.adapter);
      host::Settings settings;
      for (const config::Setting& setting : registry.settings) settings[setting.name] = setting.value;
      const std::vector<std::string> wrong = host::problems(library->descriptor(), settings);
      for (const std::string& sentence : wrong) problem(registry.line, fmt::format("{}: {}", what, sentence));
      host::Descriptor adapter = library->descriptor();
      bool known = wrong.empty();  // what it emits
      guarded(registry.line, what, [&] {
        if (!known) return;
        known = false;
        adapter = registries::declared(library, registry);
        known = true;
        if (!adapter.remark.empty()) context_.out << "notice: " << what << ": " << adapter.remark << '\n';
      });
      for (const config::JobSettings& job : configuration_.jobs) {
        if (job.registry != registry.name) continue;
        const host::Operation* operation = adapter.operation(job.operation);
        if (!operation || !operation->pull)
          problem(job.line,
                  fmt::format("job {}: adapter {} has no operation {} that pulls; tilts adapters lists them",
                              job.name, registry.adapter, job.operation));
        pull::Emitters emitters{&adapter};
        const config::RegistrySettings* other = configuration_.registry(job.population);
        std::optional<host::Descriptor> population;
        if (other) population = registries::declared(load(other->adapter), *other);
        if (population) emitters.push_back(&*population);
        if (known || !adapter.declares_itself) check_words(job, emitters);
        if (!job.roster.none.empty())
          context_.out << fmt::format(
              "notice: job {}: it has no roster, and keeps everything that the registry tells it: {}\n",
              job.name, job.roster.none);
        if (!job.roster.sql.empty())
          guarded(job.line, "job " + job.name, [&] { pull::read_roster(job.roster); });
      }
    });
  }

  // A mapping that does not load is told elsewhere.
  void check_words(const config::JobSettings& job, const pull::Emitters& emitters) {
    for (const config::DeliverySettings& delivery : job.deliveries) {
      std::vector<mapping::Problem> told;
      const auto compiled = mapping::Mapping::load(delivery.mapping, told);
      if (!compiled) continue;
      std::vector<mapping::Problem> wrong = pull::never_emitted(*compiled, emitters);
      if (const auto problem = pull::misses_roster(*compiled, job)) wrong.push_back(*problem);
      for (const mapping::Problem& one : wrong) {
        context_.err << one.text() << '\n';
        ++problems_;
      }
      guarded(delivery.line, "job " + job.name, [&] {
        mapping::Mapper(compiled, {day_in(job.zone(), context_.clock.now()), configuration_.municipality,
                                   std::string(config::name(configuration_.environment))});
      });
      guarded(delivery.line, "", [&] {
        if (configuration_.target(delivery.target))  // its absence is said already
          pull::open_target(configuration_, delivery.target, compiled->layout());
      });
    }
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

  void check(const config::IntakeSettings& intake) {
    const std::string what = "intake " + intake.name;
    std::error_code none;
    if (fs::exists(intake.schema, none))  // its absence is said already
      guarded(intake.line, "", [&] { targets::Schema(intake.schema, what); });
    if (!intake.rules.empty()) check_mapping({intake.line, intake.rules, {}});
    if (!intake.connection.empty()) guarded(intake.line, "", [&] { push::EntryTables(intake).check(); });
    const config::RegistrySettings* registry = configuration_.registry(intake.registry);
    if (registry == nullptr) return;
    guarded(intake.line, what, [&] {
      const auto library = load(registry->adapter);
      const config::LegalBasis* basis = configuration_.legal_basis(intake.legal_basis);
      for (const std::string& name : basis ? basis->operations : std::vector<std::string>()) {
        const host::Operation* operation = library->descriptor().operation(name);
        if (operation == nullptr || !operation->push)
          problem(intake.line, fmt::format("{}: adapter {} has no operation {} that submits; tilts adapters "
                                           "lists them",
                                           what, registry->adapter, name));
        else
          tell_promise(what, *operation, exchange::load_profile(registry->profile));
      }
    });
  }

  // Exactly once needs a registry that says what it has, and a known end to its silence.
  void tell_promise(const std::string& what, const host::Operation& operation,
                    const exchange::Profile& profile) {
    const bool exactly = operation.inquire && profile.settle;
    context_.out << fmt::format(
        "notice: {}: {} is sent {}\n", what, operation.name,
        exactly ? "exactly once: the registry can be asked, and settles in a known time"
        : operation.inquire
            ? "at most once: the profile has no settle-seconds, so nothing is sent again by itself"
            : "at most once: the registry cannot be asked what became of it");
  }

  // A store that is not there yet is made by the first run; one that is there must open.
  void check_store() {
    const fs::path file = sqlite_file(configuration_);
    std::error_code none;
    if (!file.empty() && !fs::exists(file, none)) {
      if (fs::is_directory(configuration_.checkpoints_folder, none))
        for (const auto& entry : fs::directory_iterator(configuration_.checkpoints_folder))
          if (entry.path().extension() == ".log")
            throw Error(
                Code::config,
                fmt::format("{} is not there, but the signed checkpoints of its audit are ({}); restore "
                            "the store (docs/operating.md#backup), or for a new beginning move them away",
                            file.string(), entry.path().string()));
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
