#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "gateway/config/credentials.h"
#include "gateway/config/reader.h"

namespace tilts::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sqlite = "sqlite:";

class Files {
 public:
  Files(const Configuration& configuration, Time now, std::vector<Problem>& problems,
        std::vector<Problem>& notices)
      : configuration_(configuration), now_(now), problems_(problems), notices_(notices) {}

  void check() {
    check_secret(0, "master-key", configuration_.master_key,
                 "put your copy of it there (a new installation: tilts init)");
    check_folder(0, "findings", configuration_.findings_folder);
    check_folder(0, "checkpoints", configuration_.checkpoints_folder);
    check_folder(0, "heartbeat", fs::path(configuration_.heartbeat).parent_path());
    if (!configuration_.send_journal.empty())
      check_folder(0, "send-journal", fs::path(configuration_.send_journal).parent_path());
    check_connection(0, "store", configuration_.store.connection);
    if (!is_folder(configuration_.adapters_folder))
      problem(0, "adapters: {} is not a folder; put the adapter libraries there",
              configuration_.adapters_folder);
    for (const RegistrySettings& registry : configuration_.registries) check(registry);
    for (const JobSettings& job : configuration_.jobs) check(job);
    for (const IntakeSettings& intake : configuration_.intakes) check(intake);
    for (const TargetSettings& target : configuration_.targets) check(target);
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

  static bool is_folder(const fs::path& path) {
    std::error_code none;
    return fs::is_directory(path, none);
  }

  bool check_readable(int line, const std::string& what, const std::string& file,
                      std::string_view next = {}) {
    std::error_code failure;
    if (!fs::is_regular_file(file, failure)) {
      problem(line, "{}: {} is not there{}{}", what, file, next.empty() ? "" : "; ", next);
      return false;
    }
    if (access(file.c_str(), R_OK) != 0) {
      problem(line, "{}: {} may not be read by this user; give it to the user Tilts runs as", what, file);
      return false;
    }
    return true;
  }

  // A file whose content is a secret: whoever else may read it has it.
  bool check_secret(int line, const std::string& what, const std::string& file, std::string_view next = {}) {
    if (!check_readable(line, what, file, next)) return false;
    std::error_code failure;
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    if ((fs::status(file, failure).permissions() & others) == fs::perms::none && !failure) return true;
    problem(line, "{}: {} is open to others than its owner; chmod 600 {}", what, file, file);
    return false;
  }

  // There and ours to write, or a folder that can be made.
  void check_folder(int line, const std::string& what, const fs::path& folder) {
    fs::path nearest = folder;
    std::error_code none;
    while (!fs::exists(nearest, none) && nearest.has_relative_path()) nearest = nearest.parent_path();
    if (!is_folder(nearest))
      problem(line, "{}: {} is not a folder", what, nearest.string());
    else if (access(nearest.c_str(), W_OK | X_OK) != 0)
      problem(line, "{}: nothing may be written in {}; give it to the user Tilts runs as", what,
              nearest.string());
  }

  // Not made by us: a folder that nobody expects is read by nobody.
  void check_output(int line, const std::string& what, const std::string& folder) {
    if (is_folder(folder))
      check_folder(line, what, folder);
    else
      problem(line, "{}: {} is not a folder; make it, or name the one that the municipal system reads", what,
              folder);
  }

  void check_connection(int line, const std::string& what, const std::string& connection) {
    if (connection.starts_with(sqlite))
      check_folder(line, what, fs::path(connection.substr(sqlite.size())).parent_path());
  }

  void check(const RegistrySettings& registry) {
    const std::string what = "registry " + registry.name;
    check(what, registry);
    if (registry.token_service) check(what + ": token-service", *registry.token_service);
    for (const IdentitySettings& identity : registry.identities) check(what, registry, identity);
  }

  void check(const std::string& what, const ServiceSettings& service) {
    check_readable(service.line, what + ": profile", service.profile);
    for (const std::string& file : service.tls_anchors)
      check_anchor(service.line, what + ": tls anchor", file);
    for (const std::string& file : service.anchors) check_anchor(service.line, what + ": trust anchor", file);
    for (const std::string& file : service.pinned)
      check_anchor(service.line, what + ": pinned certificate", file);
    for (const std::string& file : service.certificates)
      if (check_readable(service.line, what + ": certificates", file) && read_certificates(file).empty())
        problem(service.line, "{}: certificates: {} has no PEM certificate", what, file);
    for (const std::string& file : service.crls) check_crl(service.line, what + ": crl", file);
  }

  void check(const std::string& what, const RegistrySettings& registry, const IdentitySettings& identity) {
    KeyFile key;
    bool key_opens = check_secret(identity.line, what + ": key", identity.key);
    if (!identity.passphrase_file.empty())
      key_opens &= check_secret(identity.line, what + ": passphrase-file", identity.passphrase_file);
    if (key_opens) {
      key = read_key(identity.key, identity.passphrase_file);
      if (!key.key)
        problem(identity.line, "{}: {} has no PEM or PKCS#12 key that opens {}", what, identity.key,
                identity.passphrase_file.empty() ? "without a passphrase; name its passphrase-file"
                                                 : "with the first line of its passphrase-file");
    }
    Certificate certificate = std::move(key.certificate);
    std::string file = identity.key;
    if (!identity.certificate.empty()) {
      file = identity.certificate;
      certificate = first_certificate(identity.line, what + ": certificate", file);
    } else if (key.key && !certificate) {
      problem(identity.line, "{}: {} has no certificate in it; say certificate=FILE", what, identity.key);
    }
    if (!certificate) return;
    const X509& own = *certificate;
    if (key.key && !fits(own, *key.key))
      problem(identity.line,
              "{}: key {} does not belong to certificate {}; the first certificate must be ours", what,
              identity.key, file);
    refuse_throw_away(identity.line, what + ": certificate", file, own);
    const bool in_use = identity_at(registry, now_) == &identity;
    if (not_after(own) <= now_) {
      if (in_use)
        problem(identity.line, "{}: certificate {} ended at {}; install the new one", what, file,
                to_text(not_after(own)));
    } else if (in_use && now_ < not_before(own)) {
      problem(identity.line, "{}: certificate {} begins only at {}; set active-from to that", what, file,
              to_text(not_before(own)));
    } else if (not_after(own) < now_ + announced_before && registry.identities.back().line == identity.line) {
      notice(identity.line, "{}: certificate {} ends at {}: order the next one now (certs/README.md)", what,
             file, to_text(not_after(own)));
    }
  }

  Certificate first_certificate(int line, const std::string& what, const std::string& file) {
    if (!check_readable(line, what, file)) return nullptr;
    std::vector<Certificate> all = read_certificates(file);
    if (!all.empty()) return std::move(all.front());
    problem(line, "{}: {} has no PEM certificate", what, file);
    return nullptr;
  }

  void check_anchor(int line, const std::string& what, const std::string& file) {
    if (!check_readable(line, what, file)) return;
    const std::vector<Certificate> all = read_certificates(file);
    if (all.empty()) problem(line, "{}: {} has no PEM certificate", what, file);
    Time last{};
    for (const Certificate& one : all) {
      refuse_throw_away(line, what, file, *one);
      last = std::max(last, not_after(*one));
    }
    if (all.empty()) return;
    if (last <= now_)
      problem(line, "{}: {} ended at {}; ask the registry for the new one", what, file, to_text(last));
    else if (last < now_ + announced_before)
      notice(line, "{}: {} ends at {}: ask the registry for the new one", what, file, to_text(last));
  }

  void check_crl(int line, const std::string& what, const std::string& file) {
    if (!check_readable(line, what, file)) return;
    const std::optional<Time> next = crl_next_update(file);
    if (!next)
      problem(line, "{}: {} has no PEM revocation list", what, file);
    else if (*next <= now_)
      notice(line,
             "{}: {} was to be replaced by {}; where the profile demands revocation, answers are refused now",
             what, file, to_text(*next));
  }

  void refuse_throw_away(int line, const std::string& what, const std::string& file,
                         const X509& certificate) {
    if (configuration_.environment == Environment::production && throw_away(certificate))
      problem(line, "{}: {} is a throw-away certificate; production needs a real one", what, file);
  }

  void check(const JobSettings& job) {
    // A roster is written by another system, perhaps only tonight: its absence stops a run, not the start.
    std::error_code none;
    if (!job.roster.csv.empty() && !fs::is_regular_file(job.roster.csv, none))
      notice(job.line, "job {}: roster {} is not there yet; no run until the case system writes it", job.name,
             job.roster.csv);
    if (job.documents)
      check_output(job.documents->line, fmt::format("job {}: documents", job.name), job.documents->folder);
    for (const DeliverySettings& delivery : job.deliveries)
      check_readable(delivery.line, fmt::format("job {}: mapping", job.name), delivery.mapping);
  }

  void check(const IntakeSettings& intake) {
    const std::string what = "intake " + intake.name;
    if (!intake.connection.empty())
      check_connection(intake.line, what, intake.connection);
    else if (is_folder(intake.folder))
      check_folder(intake.line, what, intake.folder);  // answers are written beside the entries
    else  // a network share may come back: the daemon looks again
      notice(intake.line, "{}: {} is not a folder now; no entry is taken in until it is there", what,
             intake.folder);
    check_readable(intake.line, what + ": schema", intake.schema);
    if (!intake.rules.empty()) check_readable(intake.line, what + ": rules", intake.rules);
  }

  void check(const TargetSettings& target) {
    const std::string what = "target " + target.name;
    if (!target.folder.empty()) check_output(target.line, what, target.folder);
    if (!target.connection.empty()) check_connection(target.line, what, target.connection);
    if (!target.stylesheet.empty()) check_readable(target.line, what + ": stylesheet", target.stylesheet);
    if (!target.schema.empty()) check_readable(target.line, what + ": schema", target.schema);
  }

  const Configuration& configuration_;
  Time now_;
  std::vector<Problem>& problems_;
  std::vector<Problem>& notices_;
};

}  // namespace

void check_files(const Configuration& configuration, Time now, std::vector<Problem>& problems,
                 std::vector<Problem>& notices) {
  Files(configuration, now, problems, notices).check();
}

}  // namespace tilts::config
