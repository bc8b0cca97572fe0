#include "tests/system/city.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "gateway/base/sha256.h"
#include "gateway/config/load.h"
#include "gateway/registries/registries.h"
#include "gateway/store/vault.h"
#include "tests/system/child.h"

namespace tilts::system_test {
namespace {

std::vector<std::string> simulator_arguments(const Plan& plan, const support::SimulatorPki& pki,
                                             const std::filesystem::path& folder) {
  std::vector<std::string> arguments = pki.simulator_arguments();
  for (const std::string& word :
       {std::string("--profile"), (folder / "profile.xml").string(), std::string("--residents"),
        std::to_string(plan.residents), std::string("--seed"), std::string("7"), std::string("--date"),
        plan.date, std::string("--roster-out"), (folder / "roster.csv").string()})
    arguments.push_back(word);
  if (plan.simulator)
    for (std::string& word : plan.simulator(folder)) arguments.push_back(std::move(word));
  return arguments;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the configuration has no " + std::string(from));
  text.replace(at, from.size(), to);
}

}  // namespace

pull::RunOptions initial() {
  pull::RunOptions options;
  options.initial = true;
  return options;
}

City::City(Plan plan) : plan_(std::move(plan)), pki_(folder_.path(), plan_.keys, plan_.certificate_days) {
  for (const char* name : {"findings", "checkpoints", "out", "out/residents", "out/addresses", "out/cards"})
    std::filesystem::create_directory(file(name));
  // Few attempts: a test of a registry that fails need not be patient.
  std::string profile =
      support::read_file(std::filesystem::path(TILTS_SOURCE) / "adapters/population/profile.xml");
  replace(profile, "attempts=\"4\"", "attempts=\"2\"");
  replace(profile, "requests-per-second=\"50\"", "requests-per-second=\"5000\"");
  replace(profile, "concurrency=\"4\"", fmt::format("concurrency=\"{}\"", plan_.concurrency));
  replace(profile, "soap version=\"1.2\"", fmt::format("soap version=\"{}\"", plan_.soap));
  for (const auto& [from, to] : plan_.profile) replace(profile, from, to);
  folder_.write("profile.xml", profile);
  simulator_ =
      std::make_unique<support::Simulator>(TILTS_SIMULATOR, simulator_arguments(plan_, pki_, folder()));
  store::Vault::create(file("master.key"));
  folder_.write("tilts.xml", configuration_text());
  load();
}

std::string City::configuration_text() const {
  const std::string mappings = std::string(TILTS_SOURCE) + "/mappings/";
  return fmt::format(
      R"(<tilts xmlns="urn:tilts:configuration:1" environment="test" municipality="Piekrastes novads">
  <store connection="{store}" evidence-days="30" audit-months="18"/>
  <master-key file="master.key"/>
  <findings folder="findings"/>
  <checkpoints folder="checkpoints"/>
  <heartbeat file="heartbeat"/>
  <adapters folder="{adapters}" silence-seconds="{silence}"/>
  <registry name="population" adapter="{adapter}" profile="profile.xml" endpoint="{endpoint}">
    <identity certificate="{certificate}" key="{key}" active-from="2026-01-01T00:00:00Z"/>
    <tls anchor="{anchor}"/>
    <trust anchor="{anchor}"/>
    <setting name="page-size">{page}</setting>
  </registry>
  <legal-basis id="residents" law="a test" contract="T-1" valid-from="2026-01-01" valid-to="2035-12-31" operations="{operation}" registry="population"/>
  <job name="residents" registry="population" operation="{operation}" legal-basis="residents" snapshot="{snapshot}">
    <roster csv="roster.csv" leavers-kept-days="30"/>
    <guard removals="25" removals-percent="0.2" changes-percent="10"/>
    <deliver mapping="{mappings}municipal/resident.xml" target="residents"/>
    <deliver mapping="{mappings}municipal/address.xml" target="addresses"/>
    <deliver mapping="{mappings}resident_card/holder.xml" target="cards"/>
  </job>
  <target name="residents" kind="csv" folder="out/residents"/>
  <target name="addresses" kind="csv" folder="out/addresses"/>
  <target name="cards" kind="csv" folder="out/cards"/>
</tilts>
)",
      fmt::arg("store", plan_.store), fmt::arg("adapters", plan_.adapters),
      fmt::arg("silence", plan_.silence_seconds), fmt::arg("adapter", plan_.adapter),
      fmt::arg("endpoint", simulator_->endpoint()), fmt::arg("certificate", pki_.client.certificate),
      fmt::arg("key", pki_.client.key), fmt::arg("anchor", pki_.anchor), fmt::arg("page", plan_.page_size),
      fmt::arg("operation", plan_.operation), fmt::arg("snapshot", plan_.snapshot ? "yes" : "no"),
      fmt::arg("mappings", mappings));
}

void City::load() { configuration_ = config::load_or_refuse(file("tilts.xml"), clock().now()); }

void City::edit_configuration(std::string_view from, std::string_view to) {
  std::string text = support::read_file(file("tilts.xml"));
  replace(text, from, to);
  folder_.write("tilts.xml", text);
  load();
}

void City::edit_profile(std::string_view from, std::string_view to) {
  std::string text = support::read_file(file("profile.xml"));
  replace(text, from, to);
  folder_.write("profile.xml", text);
  load();
}

Clock City::clock() const {
  return Clock([days = days_] { return Clock::system().now() + std::chrono::days(days->load()); });
}

void City::with(const std::function<void(pull::JobRunner&, store::Store&)>& work) {
  store::Store store({.connection = configuration_.store.connection,
                      .master_key = configuration_.master_key,
                      .checkpoints = configuration_.checkpoints_folder},
                     clock());
  registries::Registries registries(configuration_, clock());
  pull::JobRunner runner(configuration_, store, registries, clock());
  work(runner, store);
}

pull::RunReport City::night(pull::RunOptions options) {
  pull::RunReport report;
  with([&](pull::JobRunner& runner, store::Store&) {
    runner.repair();
    report = runner.run("residents", options);
  });
  return report;
}

int City::night_in_a_child(pull::RunOptions options, const std::function<void()>& first) {
  return night_in_a_child(std::move(options), std::chrono::minutes{5}, first);
}

int City::night_in_a_child(pull::RunOptions options, std::chrono::microseconds kill_after,
                           const std::function<void()>& first) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would make an exit code of it
    if (first) first();
    _exit(pull::exit_code(night(std::move(options)).state));
  }
  return end_of(child, kill_after);
}

void City::next_day() {
  simulator_->advance(1);
  quiet_days(1);
}

void City::quiet_days(int days) {
  const std::chrono::seconds offset = std::chrono::days(*days_ += days);
  simulator_->post("/clock", fmt::format("{{\"offset\":{}}}", offset.count()));
}

std::vector<std::filesystem::path> City::deliveries(const std::string& target) const {
  namespace fs = std::filesystem;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder() / "out" / target)) {
    const fs::path manifest = entry.path().string() + ".manifest.json";
    if (!fs::exists(manifest)) continue;
    Sha256 sha256;
    sha256.add(support::read_file(entry.path()));
    if (support::read_file(manifest).find(to_hex(sha256.finish())) == std::string::npos)
      throw std::runtime_error(entry.path().string() + " is not what its manifest says");
    files.emplace_back(fs::last_write_time(manifest), entry.path());
  }
  std::sort(files.begin(), files.end());  // names have the second, and a test's nights are shorter
  std::vector<fs::path> paths;
  for (auto& [written, path] : files) paths.push_back(std::move(path));
  return paths;
}

std::vector<std::string> City::lines(const std::filesystem::path& path) const {
  std::vector<std::string> lines;
  const std::string text = support::read_file(path);
  for (size_t from = text.find("\r\n") + 2; from < text.size();) {
    const size_t to = text.find("\r\n", from);
    lines.push_back(text.substr(from, to - from));
    from = to + 2;
  }
  return lines;
}

std::map<std::string, std::string> City::table(const std::string& target) const {
  std::map<std::string, std::string> rows;
  for (const auto& path : deliveries(target))
    for (const std::string& line : lines(path)) {
      const std::string action = line.substr(0, line.find(';'));
      const std::string rest = line.substr(action.size() + 1);
      // The first column is the client number, ="K-000001"; addresses have a second key cell.
      const std::string key = target == "addresses" ? rest.substr(0, rest.find(';', rest.find(';') + 1))
                                                    : rest.substr(0, rest.find(';'));
      const auto known = rows.find(key);
      if ((action == "add") != (known == rows.end()) || (action == "change" && known->second == rest))
        throw std::runtime_error(path.string() + " tells twice: " + line);
      if (action == "remove")
        rows.erase(known);
      else
        rows[key] = rest;
    }
  return rows;
}

}  // namespace tilts::system_test
