#include "tests/system/queue_office.h"

#include <new>
#include <sstream>
#include <stdexcept>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/config/load.h"
#include "gateway/registries/registries.h"
#include "gateway/store/vault.h"
#include "tests/system/child.h"

namespace tilts::system_test {
namespace {

const std::filesystem::path source = TILTS_SOURCE;

void replace(std::string& text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("there is no " + std::string(from) + " to replace");
  text.replace(at, from.size(), to);
}

// The first attribute of that name.
void set_number(std::string& text, const std::string& attribute, int number) {
  const size_t begin = text.find(" " + attribute + "=\"") + attribute.size() + 3;
  text.replace(begin, text.find('"', begin) - begin, std::to_string(number));
}

std::vector<std::string> texts(const Poco::JSON::Object& line, const std::string& member) {
  std::vector<std::string> all;
  for (const auto& one : *line.getArray(member)) all.push_back(one.convert<std::string>());
  return all;
}

std::shared_ptr<std::atomic<int64_t>> shared_number() {
  void* const page =
      mmap(nullptr, sizeof(std::atomic<int64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::runtime_error("no memory to share");
  return {new (page) std::atomic<int64_t>(0),
          [](std::atomic<int64_t>* number) { munmap(number, sizeof(std::atomic<int64_t>)); }};
}

}  // namespace

OfficePlan through_e_address(std::string profile) {
  return {.keys = support::KeyKind::rsa,
          .adapter = "e_address",
          .spoken = "e_address",
          .profile = std::move(profile),
          .settings = R"(
    <setting name="address">_DEFAULT@90000000000</setting>
    <setting name="institution">Piekrastes novada Sociālais dienests</setting>
    <setting name="recipient">_DEFAULT@99000000001</setting>
    <setting name="title">Pieteikums sociālajai rehabilitācijai</setting>
    <setting name="entry-file">ieraksts.xml</setting>
    <setting name="notices">DELIVERY_NOTICE</setting>)"};
}

QueueOffice::QueueOffice(OfficePlan plan)
    : plan_(std::move(plan)), pki_(folder_.path(), plan_.keys), ahead_(shared_number()) {
  for (const char* name : {"findings", "checkpoints", "entries", "steps"})
    std::filesystem::create_directory(file(name));
  for (const std::string& name : plan_.folders) std::filesystem::create_directory(file(name));
  std::string profile = support::read_file(source / "adapters" / plan_.spoken / plan_.profile);
  set_number(profile, "lifetime", plan_.lifetime_seconds);
  set_number(profile, "answer-seconds", plan_.answer_seconds);
  set_number(profile, "attempts", 2);
  set_number(profile, "requests-per-second", 500);
  set_number(profile, "skew", plan_.skew_seconds);
  if (plan_.settle_seconds && profile.find("settle-seconds=") != std::string::npos)
    set_number(profile, "settle-seconds", *plan_.settle_seconds);
  else if (!plan_.settle_seconds)
    replace(profile, "<submission settle-seconds=\"300\"/>", "");
  folder_.write("profile.xml", profile);
  std::vector<std::string> arguments = pki_.simulator_arguments();
  for (const std::string& word :
       {std::string("--profile"), file("profile.xml").string(), std::string("--seed"), std::string("7")})
    arguments.push_back(word);
  if (plan_.receives) arguments.insert(arguments.end(), {"--recipient-certificate", pki_.client.certificate});
  simulator_ = std::make_unique<support::Simulator>(TILTS_SIMULATOR, arguments);
  store::Vault::create(file("master.key"));
  folder_.write("tilts.xml", configuration_text());
  for (const char* document : {"iesniegums.pdf", "anketa.pdf", "izraksts.pdf"})
    folder_.write(std::string("entries/") + document, std::string("%PDF-1.7 ") + document + '\0' + "\xff");
  configuration_ = config::load_or_refuse(file("tilts.xml"), clock().now());
}

std::string QueueOffice::configuration_text() const {
  return fmt::format(
      R"(<tilts xmlns="urn:tilts:configuration:1" environment="test" municipality="Piekrastes novads">
  <store connection="{store}"/>
  <master-key file="master.key"/>
  <findings folder="findings"/>
  <checkpoints folder="checkpoints"/>
  <heartbeat file="heartbeat"/>
  <adapters folder="{adapters}"/>
  <registry name="siva" adapter="{adapter}" profile="profile.xml" endpoint="https://127.0.0.1:{port}/{path}">
    <identity certificate="{certificate}" key="{key}" active-from="2026-01-01T00:00:00Z"/>
    <tls anchor="{anchor}"/>
    <trust anchor="{anchor}"/>{settings}
  </registry>
  <legal-basis id="queue" law="a test" contract="T-2" valid-from="2026-01-01" valid-to="2035-12-31" operations="submit correct withdraw" registry="siva"/>
  <send-journal file="send.journal"/>
  <intake name="rehabilitation" registry="siva" legal-basis="queue" {entries} every-seconds="1"
          schema="{source}/mappings/rehabilitation_queue/entry.xsd" rules="{source}/mappings/rehabilitation_queue/entry.xml"/>{more}
</tilts>
)",
      fmt::arg("store", plan_.store), fmt::arg("entries", plan_.entries),
      fmt::arg("adapters", plan_.adapters), fmt::arg("adapter", plan_.adapter),
      fmt::arg("path", plan_.spoken == "e_address" ? "e-address" : "queue"),
      fmt::arg("settings", plan_.settings), fmt::arg("port", simulator_->port()),
      fmt::arg("certificate", pki_.client.certificate), fmt::arg("key", pki_.client.key),
      fmt::arg("anchor", pki_.anchor), fmt::arg("source", source.string()),
      fmt::arg("more", fmt::format(fmt::runtime(plan_.more), fmt::arg("certificate", pki_.client.certificate),
                                   fmt::arg("key", pki_.client.key), fmt::arg("anchor", pki_.anchor))));
}

Clock QueueOffice::clock() const {
  return Clock([ahead = ahead_] { return Clock::system().now() + std::chrono::seconds(ahead->load()); });
}

void QueueOffice::edit_profile(std::string_view from, std::string_view to) {
  std::string text = support::read_file(file("profile.xml"));
  replace(text, from, to);
  folder_.write("profile.xml", text);
}

void QueueOffice::later(std::chrono::seconds time) {
  *ahead_ += time.count();
  registry_ahead_ += time.count();
  simulator_->post("/clock", fmt::format("{{\"offset\":{}}}", registry_ahead_));
}

std::string QueueOffice::enter(const std::string& case_number,
                               const std::vector<std::pair<std::string, std::string>>& changed) {
  std::string entry = support::read_file(source / "mappings/rehabilitation_queue/examples/ordinary.xml");
  replace(entry, "SD-2026-0117", case_number);
  for (const auto& [from, to] : changed) replace(entry, from, to);
  const std::string name = case_number + ".xml";
  folder_.write("entries/" + name, entry);
  return name;
}

void QueueOffice::with(const std::function<void(push::SubmissionRunner&, store::Store&)>& work) {
  store::Store store({.connection = configuration_.store.connection,
                      .master_key = configuration_.master_key,
                      .checkpoints = configuration_.checkpoints_folder},
                     clock());
  const registries::Registries registries(configuration_, clock());
  push::SubmissionRunner runner(configuration_, store, registries, clock());
  work(runner, store);
}

std::vector<std::string> QueueOffice::rounds(int count) {
  std::vector<std::string> told;
  with([&](push::SubmissionRunner& runner, store::Store&) {
    for (int i = 0; i < count; ++i) {
      const push::SubmissionRunner::Told round = runner.round({});
      told.insert(told.end(), round.happened.begin(), round.happened.end());
      told.insert(told.end(), round.standing.begin(), round.standing.end());
    }
  });
  return told;
}

int QueueOffice::rounds_in_a_child(int count, std::chrono::microseconds kill_after) {
  const pid_t child = fork();
  if (child == 0) {
    rounds(count);
    _exit(0);
  }
  return end_of(child, kill_after);
}

std::vector<store::Submission> QueueOffice::ledger() {
  const store::Store store({.connection = configuration_.store.connection,
                            .master_key = configuration_.master_key,
                            .checkpoints = configuration_.checkpoints_folder},
                           clock(), store::Access::read);
  return store.read([&](store::Session& session) { return store.submissions().list(session, {}, 100'000); });
}

store::Submission QueueOffice::only() {
  const std::vector<store::Submission> all = ledger();
  if (all.size() != 1)
    throw std::runtime_error(fmt::format("{} submissions where one was looked for", all.size()));
  return all.front();
}

std::map<std::string, Committed> QueueOffice::truth() const {
  return plan_.spoken == "e_address" ? sent() : queue();
}

// What e-address delivered, by the reference that each document carries.
std::map<std::string, Committed> QueueOffice::sent() const {
  std::map<std::string, Committed> truth;
  Poco::JSON::Parser parser;
  const auto all = parser.parse(simulator_->get("/sent")).extract<Poco::JSON::Array::Ptr>();
  for (const auto& one : *all) {
    const auto object = one.extract<Poco::JSON::Object::Ptr>();
    Committed& committed = truth[object->getValue<std::string>("reference")];
    committed.outcome = "received";
    ++committed.times;
    committed.numbers.push_back(object->getValue<std::string>("message_id"));
    committed.attachments.clear();
    for (const auto& file : *object->getArray("files"))
      committed.attachments.push_back(
          file.extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("sha256"));
  }
  return truth;
}

std::map<std::string, Committed> QueueOffice::queue() const {
  std::map<std::string, Committed> truth;
  std::istringstream lines(simulator_->get("/queue"));
  Poco::JSON::Parser parser;
  for (std::string line; std::getline(lines, line);) {
    const auto object = parser.parse(line).extract<Poco::JSON::Object::Ptr>();
    Committed committed{object->getValue<std::string>("case_number"),
                        object->getValue<std::string>("operation"),
                        object->getValue<std::string>("outcome"),
                        object->getValue<int>("times"),
                        texts(*object, "numbers"),
                        {}};
    for (const auto& attachment : *object->getArray("attachments"))
      committed.attachments.push_back(
          attachment.extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("sha256"));
    truth.emplace(object->getValue<std::string>("key"), std::move(committed));
    parser.reset();
  }
  return truth;
}

std::string QueueOffice::answer(const std::string& entry, std::string_view kind) const {
  return support::read_file(file(fmt::format("entries/{}.answer.{}", entry, kind)));
}

}  // namespace tilts::system_test
