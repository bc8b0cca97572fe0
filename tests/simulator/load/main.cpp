// The simulator's ceiling: requests signed beforehand, mutual TLS with kept connections, exchanges a second
// by the wall clock and by the CPU time that the simulator itself took.
#include <atomic>
#include <chrono>
#include <iostream>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/simulator/request.h"
#include "tests/simulator/tests/soap_client.h"
#include "tests/support/simulator.h"
#include "tests/support/simulator_pki.h"

namespace tilts::simulator::tests {
namespace {

constexpr const char* service = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";

std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const std::size_t begin = text.find(open) + open.size();
  return text.substr(begin, text.find(close, begin) - begin);
}

struct Plan {
  int exchanges = 4'000;
  int connections = 16;
  int people = 1;  // to a request
  bool ecdsa = false;
};

class Load {
 public:
  explicit Load(const Plan& plan)
      : plan_(plan),
        pki_(folder_.path(), plan.ecdsa ? support::KeyKind::ecdsa : support::KeyKind::rsa),
        signer_(pki_.client.certificate, pki_.client.key),
        simulator_(SIMULATOR_PROGRAM, arguments()) {}

  void run() {
    prepare();
    std::vector<std::unique_ptr<Connection>> connections;
    for (int count = 0; count < plan_.connections; ++count) {
      connections.push_back(std::make_unique<Connection>(simulator_.port(), pki_.anchor,
                                                         pki_.client.certificate, pki_.client.key));
      if (!connections.back()->connected()) throw std::runtime_error("no connection");
    }
    const double cpu = simulator_.cpu_seconds();
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (auto& connection : connections) threads.emplace_back([this, &connection] { drain(*connection); });
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    const double used = simulator_.cpu_seconds() - cpu;
    if (failed_ != 0) throw std::runtime_error(fmt::format("{} exchanges failed", failed_.load()));
    std::cout << fmt::format(
        "simulator: {} exchanges of {} {} over {} connections, {}: {:.0f}/s on this machine; its own CPU "
        "{:.0f} us "
        "an exchange, {:.0f}/s a core\n",
        plan_.exchanges, plan_.people, plan_.people == 1 ? "person" : "people", plan_.connections,
        plan_.ecdsa ? "ECDSA P-256" : "RSA-2048", plan_.exchanges / wall.count(),
        1e6 * used / plan_.exchanges, plan_.exchanges / used);
  }

 private:
  std::vector<std::string> arguments() const {
    std::vector<std::string> words = pki_.simulator_arguments();
    words.insert(words.end(), {"--profile", PROFILE_FILE, "--residents", "22500"});
    return words;
  }

  Message message(const std::string& operation, const std::string& body) const {
    Message message;
    message.action = std::string(service) + "/" + operation;
    message.message_id = new_message_id();
    message.to = simulator_.endpoint();
    message.body = body;
    return message;
  }

  // Signing is the client's work and not what is measured.
  void prepare() {
    Connection connection(simulator_.port(), pki_.anchor, pki_.client.certificate, pki_.client.key);
    const std::string started =
        connection
            .post(signer_.sign(message(
                "StartTransaction",
                fmt::format(
                    R"(<r:StartTransaction xmlns:r="{}"><r:eServiceID>{}</r:eServiceID></r:StartTransaction>)",
                    service, "URN:IVIS:100001:EP.DA-DA29-V1-0"))))
            .body;
    const std::string transaction =
        between(started, "<r:StartTransactionResult>", "</r:StartTransactionResult>");
    std::istringstream roster(simulator_.get("/roster.csv"));
    std::string line;
    std::getline(roster, line);
    std::vector<std::string> codes;
    while (std::getline(roster, line)) codes.push_back(line.substr(line.find(';') + 1, 11));
    std::size_t next = 0;
    for (int count = 0; count < plan_.exchanges; ++count) {
      std::string people;
      for (int person = 0; person < plan_.people; ++person)
        people += "<p:PersonCode>" + codes[next++ % codes.size()] + "</p:PersonCode>";
      messages_.push_back(signer_.sign(message("SubmitSync", body(transaction, people))));
    }
  }

  static std::string body(const std::string& transaction, const std::string& people) {
    const std::string id = new_message_id().substr(9);
    return fmt::format(
        R"(<r:SubmitSync xmlns:r="{0}"><i:IVISRequest xmlns:i="http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0"><i:Header>)"
        "<i:MessageID>{1}</"
        "i:MessageID><i:MessageType>URN:IVIS:100001:XSD-Person-Person-v1-0-TYPE-PersonListRequestStructure</"
        "i:MessageType>"
        "<i:TransactionID>{2}</i:TransactionID><i:CorrelationID>{1}</"
        "i:CorrelationID><i:Destination>URN:IVIS:100001:ISS-PMLP.FPR-GetPersonList-v1-0</i:Destination>"
        R"(</i:Header><i:Body><p:PersonListRequest xmlns:p="http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0">{3}</p:PersonListRequest></i:Body></i:IVISRequest></r:SubmitSync>)",
        service, id, transaction, people);
  }

  void drain(Connection& connection) {
    for (std::size_t mine = next_++; mine < messages_.size(); mine = next_++) {
      const Reception reception = connection.post(messages_[mine]);
      if (reception.status != 200 || reception.body.find("<i:Result>success<") == std::string::npos)
        ++failed_;
    }
  }

  Plan plan_;
  XmlLibraries libraries_;
  support::TemporaryFolder folder_;
  support::SimulatorPki pki_;
  Signer signer_;
  support::Simulator simulator_;
  std::vector<std::string> messages_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<int> failed_ = 0;
};

}  // namespace
}  // namespace tilts::simulator::tests

int main(int argc, char** argv) {
  tilts::simulator::tests::Plan plan;
  CLI::App app("How many exchanges a second the simulator answers.");
  app.add_option("--exchanges", plan.exchanges)->capture_default_str();
  app.add_option("--connections", plan.connections)->capture_default_str();
  app.add_option("--people", plan.people, "codes to a request")->capture_default_str();
  app.add_flag("--ecdsa", plan.ecdsa, "both sides sign with P-256");
  CLI11_PARSE(app, argc, argv);
  try {
    tilts::simulator::tests::Load(plan).run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "simulator-load: " << error.what() << "\n";
    return 1;
  }
}
