#include "tests/simulator/tests/fixture.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace tilts::simulator::tests {

void SimulatorTest::start(std::vector<std::string> arguments, support::KeyKind kind) {
  pki_ = std::make_unique<support::SimulatorPki>(folder_.path() / "pki", kind);
  std::vector<std::string> words = pki_->simulator_arguments();
  const std::vector<std::pair<std::string, std::string>> defaults{
      {"--profile", PROFILE_FILE}, {"--residents", "300"}, {"--seed", "7"}, {"--date", "2026-03-02"}};
  for (const auto& [option, value] : defaults)
    if (std::find(arguments.begin(), arguments.end(), option) == arguments.end())
      words.insert(words.end(), {option, value});
  words.insert(words.end(), arguments.begin(), arguments.end());
  simulator_ = std::make_unique<support::Simulator>(SIMULATOR_PROGRAM, words);
}

std::unique_ptr<Connection> SimulatorTest::connect() { return connect(pki().client); }

std::unique_ptr<Connection> SimulatorTest::connect(const support::KeyFiles& who, int tls) {
  return std::make_unique<Connection>(simulator().port(), pki().anchor, who.certificate, who.key, tls);
}

Message SimulatorTest::message(const std::string& operation, const std::string& body) const {
  Message message;
  message.soap = soap_;
  message.action = std::string(service) + "/" + operation;
  message.message_id = new_message_id();
  message.to = simulator_->endpoint();
  message.body = body;
  return message;
}

std::string SimulatorTest::sign(const Message& message) const {
  return Signer(pki().client.certificate, pki().client.key).sign(message);
}

Message SimulatorTest::start_message() const {
  return message(
      "StartTransaction",
      fmt::format(
          R"(<r:StartTransaction xmlns:r="{}"><r:eServiceID>URN:IVIS:100001:EP.DA-DA29-V1-0</r:eServiceID></r:StartTransaction>)",
          service));
}

const std::string& SimulatorTest::transaction() {
  if (transaction_.empty()) transaction_ = element(ask(start_message()).body, "r:StartTransactionResult");
  return transaction_;
}

std::string SimulatorTest::submit_body(const std::string& header, const std::string& body) const {
  return fmt::format(
      R"(<r:SubmitSync xmlns:r="{}"><i:IVISRequest xmlns:i="http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0"><i:Header>{}</i:Header>{}</i:IVISRequest></r:SubmitSync>)",
      service, header, body);
}

std::string SimulatorTest::ivis_header(const std::string& kind) {
  const std::string id = new_message_id().substr(9);
  return fmt::format(
      "<i:MessageID>{0}</"
      "i:MessageID><i:MessageType>URN:IVIS:100001:XSD-Person-Person-v1-0-TYPE-Person{1}RequestStructure</"
      "i:MessageType>"
      "<i:TransactionID>{2}</i:TransactionID><i:CorrelationID>{0}</i:CorrelationID>"
      "<i:Destination>URN:IVIS:100001:ISS-PMLP.FPR-GetPerson{1}-v1-0</i:Destination>",
      id, kind, transaction());
}

Message SimulatorTest::list_message(const std::vector<std::string>& codes) {
  std::string body =
      R"(<i:Body><p:PersonListRequest xmlns:p="http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0">)";
  for (const std::string& code : codes) body += "<p:PersonCode>" + code + "</p:PersonCode>";
  return message("SubmitSync", submit_body(ivis_header("List"), body + "</p:PersonListRequest></i:Body>"));
}

Message SimulatorTest::changes_message(const std::string& cursor, int most) {
  const std::string body = fmt::format(
      R"(<i:Body><p:PersonChangesRequest xmlns:p="http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0"><p:Since>{}</p:Since><p:MaxCount>{}</p:MaxCount></p:PersonChangesRequest></i:Body>)",
      cursor, most);
  return message("SubmitSync", submit_body(ivis_header("Changes"), body));
}

Reception SimulatorTest::ask(const Message& message) {
  return connect()->post(sign(message),
                         soap_ == soap11 ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8");
}

std::vector<std::string> SimulatorTest::codes(std::size_t count) {
  std::istringstream roster(simulator().get("/roster.csv"));
  std::vector<std::string> found;
  std::string line;
  std::getline(roster, line);
  while (found.size() < count && std::getline(roster, line))
    found.push_back(line.substr(line.find(';') + 1, 11));
  return found;
}

std::string element(const std::string& xml, const std::string& name) {
  const std::size_t open = xml.find("<" + name + ">");
  const std::size_t close = xml.find("</" + name + ">");
  if (open == std::string::npos || close == std::string::npos) return "";
  return xml.substr(open + name.size() + 2, close - open - name.size() - 2);
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
    ++found;
  return found;
}

bool embeds(const std::string& message, const std::string& certificate_file) {
  std::string pem = support::read_file(certificate_file);
  std::erase(pem, '\n');
  constexpr std::size_t begin = sizeof "-----BEGIN CERTIFICATE-----" - 1,
                        end = sizeof "-----END CERTIFICATE-----" - 1;
  return message.find(">" + pem.substr(begin, pem.size() - begin - end) + "<") != std::string::npos;
}

std::vector<std::string> people(const std::string& answer) {
  constexpr std::string_view row = "<p:Person><p:PersonCode>";
  std::vector<std::string> found;
  for (std::size_t at = answer.find(row); at != std::string::npos; at = answer.find(row, at + 1))
    found.push_back(answer.substr(at + row.size(), 11));
  return found;
}

}  // namespace tilts::simulator::tests
