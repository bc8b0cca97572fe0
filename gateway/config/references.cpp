#include <map>
#include <set>

#include <fmt/format.h>

#include "gateway/config/reader.h"

namespace tilts::config {
namespace {

class References {
 public:
  References(const Configuration& configuration, Time now, std::vector<Problem>& problems,
             std::vector<Problem>& notices)
      : configuration_(configuration), now_(now), problems_(problems), notices_(notices) {}

  void check() {
    unique("registry", configuration_.registries, &RegistrySettings::name);
    unique("legal-basis", configuration_.legal_bases, &LegalBasis::id);
    unique("job", configuration_.jobs, &JobSettings::name);
    unique("intake", configuration_.intakes, &IntakeSettings::name);
    unique("target", configuration_.targets, &TargetSettings::name);
    for (const RegistrySettings& registry : configuration_.registries) check(registry);
    for (const LegalBasis& basis : configuration_.legal_bases) check(basis);
    for (const JobSettings& job : configuration_.jobs) check(job);
    for (const IntakeSettings& intake : configuration_.intakes) check(intake);
    check_targets();
  }

 private:
  template <typename... Words>
  void problem(int line, fmt::format_string<Words...> form, Words&&... words) {
    problems_.push_back({configuration_.file, line, fmt::format(form, std::forward<Words>(words)...)});
  }
  template <typename... Words>
  void notice(int line, fmt::format_string<Words...> form, Words&&... words) {
    notices_.push_back({configuration_.file, line, fmt::format(form, std::forward<Words>(words)...)});
  }

  template <typename T>
  void unique(std::string_view kind, const std::vector<T>& all, std::string T::*key) {
    std::map<std::string_view, int> first;
    for (const T& one : all) {
      const auto [seen, fresh] = first.emplace(one.*key, one.line);
      if (!fresh)
        problem(one.line, "{} {} is already declared in line {}; give each its own name", kind, one.*key,
                seen->second);
    }
  }

  void check(const RegistrySettings& registry) {
    std::set<std::string_view> names;
    for (const Setting& setting : registry.settings)
      if (!names.insert(setting.name).second)
        problem(registry.line, "registry {}: setting {} is said twice; keep one", registry.name,
                setting.name);
    if (!identity_at(registry, now_))
      problem(registry.line,
              "registry {}: no identity is active yet; the first active-from lies in the future",
              registry.name);
    if (registry.identities.size() == 2 &&
        registry.identities[0].active_from == registry.identities[1].active_from)
      problem(registry.identities[1].line,
              "registry {}: both identities are active from the same moment; say which comes after the other",
              registry.name);
  }

  void check(const LegalBasis& basis) {
    if (!configuration_.registry(basis.registry))
      problem(basis.line, "legal-basis {}: no registry is called {}", basis.id, basis.registry);
    if (basis.valid_to < basis.valid_from)
      problem(basis.line, "legal-basis {}: it ends ({}) before it begins ({})", basis.id,
              to_text(basis.valid_to), to_text(basis.valid_from));
  }

  void check(const JobSettings& job) {
    if (!configuration_.registry(job.registry))
      problem(job.line, "job {}: no registry is called {}", job.name, job.registry);
    const LegalBasis* basis =
        check_legal_basis(job.line, "job " + job.name, job.legal_basis, job.registry, job.zone());
    if (basis && !basis->allows(job.operation))
      problem(job.line, "job {}: legal-basis {} does not allow operation {}", job.name, basis->id,
              job.operation);
    if (!job.population.empty() && !configuration_.registry(job.population))
      problem(job.line, "job {}: no registry is called {}", job.name, job.population);
    if (job.snapshot && job.joiners_from_the_beginning)
      problem(job.line, "job {}: a snapshot begins anew every time; say joiners of a feed alone", job.name);
    if (!job.roster.none.empty() && (job.joiners_from_the_beginning || !job.population.empty()))
      problem(job.line, "job {}: without a roster nobody joins, and nobody is looked up: take {} away",
              job.name, job.population.empty() ? "joiners" : "population");
    for (const DeliverySettings& delivery : job.deliveries)
      if (!configuration_.target(delivery.target))
        problem(delivery.line, "job {}: no target is called {}", job.name, delivery.target);
  }

  void check(const IntakeSettings& intake) {
    const std::string what = "intake " + intake.name;
    if (!configuration_.registry(intake.registry))
      problem(intake.line, "{}: no registry is called {}", what, intake.registry);
    if (!intake.population.empty() && !configuration_.registry(intake.population))
      problem(intake.line, "{}: no registry is called {}", what, intake.population);
    check_legal_basis(intake.line, what, intake.legal_basis, intake.registry, country_zone);
    if (const auto kept = configuration_.store.submissions_kept; kept && *kept <= intake.kept)
      problem(intake.line,
              "{}: its files lie in the folder for {} days (kept-days), and the store erases them after {} "
              "(submissions-days); say fewer kept-days",
              what, intake.kept.count(), kept->count());
    if (configuration_.send_journal.empty())
      problem(intake.line,
              "{}: what is sent once needs a send-journal; say <send-journal file=\"…\"/> on another path "
              "than the store",
              what);
  }

  // nullptr when there is none, or it is another registry's.
  const LegalBasis* check_legal_basis(int line, const std::string& what, const std::string& id,
                                      const std::string& registry, const std::string& zone) {
    const LegalBasis* basis = configuration_.legal_basis(id);
    if (!basis) {
      problem(line, "{}: no legal-basis is called {}; nobody may be asked about without one", what, id);
      return nullptr;
    }
    if (basis->registry != registry)
      problem(line, "{}: legal-basis {} is for registry {}, not for {}", what, basis->id, basis->registry,
              registry);
    const Date today = day_in(zone, now_);
    if (today < basis->valid_from)
      problem(line, "{}: legal-basis {} begins on {}; until then nobody may be asked about", what, basis->id,
              to_text(basis->valid_from));
    else if (basis->valid_to < today)
      problem(line, "{}: legal-basis {} ended on {}; renew contract {} and its dates here", what, basis->id,
              to_text(basis->valid_to), basis->contract);
    else if (std::chrono::sys_days{basis->valid_to} < std::chrono::sys_days{today} + announced_before)
      notice(basis->line, "legal-basis {} ends on {}: renew contract {} in time, {} stops then", basis->id,
             to_text(basis->valid_to), basis->contract, what);
    return basis;
  }

  void check_targets() {
    std::map<std::string, std::string> places;  // folder or table -> who writes there
    for (const TargetSettings& target : configuration_.targets) {
      const std::string place =
          target.kind == TargetKind::sql ? target.connection + " " + target.table : target.folder;
      const auto [taken, fresh] = places.emplace(place, "target " + target.name);
      if (!fresh)
        problem(target.line, "target {}: {} writes to the same place ({}); give each its own", target.name,
                taken->second, target.kind == TargetKind::sql ? target.table : target.folder);
    }
    for (const JobSettings& job : configuration_.jobs) {
      if (!job.documents) continue;
      const auto [taken, fresh] = places.emplace(job.documents->folder, "documents of job " + job.name);
      if (!fresh)
        problem(job.documents->line, "job {}: documents: {} writes to the same place ({}); give each its own",
                job.name, taken->second, job.documents->folder);
    }
    std::map<std::string_view, std::string_view> feeders;  // target -> job
    for (const JobSettings& job : configuration_.jobs)
      for (const DeliverySettings& delivery : job.deliveries) {
        const auto [fed, fresh] = feeders.emplace(delivery.target, job.name);
        if (!fresh)
          problem(delivery.line,
                  "job {}: target {} already gets the records of job {}; give each delivery its own",
                  job.name, delivery.target, fed->second);
      }
    for (const TargetSettings& target : configuration_.targets)
      if (!feeders.contains(target.name))
        notice(target.line, "target {}: no job delivers to it", target.name);
  }

  const Configuration& configuration_;
  Time now_;
  std::vector<Problem>& problems_;
  std::vector<Problem>& notices_;
};

}  // namespace

void check_references(const Configuration& configuration, Time now, std::vector<Problem>& problems,
                      std::vector<Problem>& notices) {
  References(configuration, now, problems, notices).check();
}

}  // namespace tilts::config
