// A simulator of its own for each test, and a client that is trusted by it.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/simulator/request.h"
#include "tests/simulator/tests/soap_client.h"
#include "tests/support/simulator.h"
#include "tests/support/simulator_pki.h"
#include "tests/support/temporary_folder.h"

namespace tilts::simulator::tests {

constexpr const char* service = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";

class SimulatorTest : public testing::Test {
 protected:
  // 300 residents, seed 7, 2 March 2026, unless `arguments` say otherwise.
  void start(std::vector<std::string> arguments = {}, support::KeyKind kind = support::KeyKind::ecdsa);

  support::Simulator& simulator() { return *simulator_; }
  const support::SimulatorPki& pki() const { return *pki_; }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  // A connection as the client, or as whoever owns `who`.
  std::unique_ptr<Connection> connect();
  std::unique_ptr<Connection> connect(const support::KeyFiles& who, int tls = 0);

  Message message(const std::string& operation, const std::string& body) const;
  std::string sign(const Message& message) const;
  Message start_message() const;
  Message list_message(const std::vector<std::string>& codes);
  Message changes_message(const std::string& cursor, int most);
  // An open transaction; asked for once.
  const std::string& transaction();
  // IVISRequest with a header of one's own, for headers that are wrong.
  std::string submit_body(const std::string& header, const std::string& body) const;
  std::string ivis_header(const std::string& kind);

  Reception ask(const Message& message);  // on a fresh connection
  // The codes of the first `count` rows of the roster.
  std::vector<std::string> codes(std::size_t count);

  XmlLibraries libraries_;
  support::TemporaryFolder folder_;
  std::unique_ptr<support::SimulatorPki> pki_;
  std::unique_ptr<support::Simulator> simulator_;
  std::string transaction_;
  std::string soap_ = soap12;
};

// The text between the first <name> and </name>, empty when there is none.
std::string element(const std::string& xml, const std::string& name);
// The codes of the rows of an answer, in order.
std::vector<std::string> people(const std::string& answer);
// True when the message's token is the certificate of this PEM file.
bool embeds(const std::string& message, const std::string& certificate_file);
std::size_t count(const std::string& text, const std::string& what);

}  // namespace tilts::simulator::tests
