#include "tests/simulator/rows.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "tests/simulator/clock.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

std::string_view nationality(const Person& person) {
  switch (person.nationality) {
    case Nationality::citizen:
      return "citizen";
    case Nationality::non_citizen:
      return "non-citizen";
    case Nationality::foreigner:
      return "foreigner";
  }
  return {};
}

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::death:
      return "death";
    case EventKind::move:
      return "move";
    case EventKind::code:
      return "code";
  }
  return {};
}

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json.push_back('\\');
    json.push_back(c);
  }
  return json + "\"";
}

std::string cell(std::string_view text) {
  if (text.find_first_of("\";") == std::string_view::npos) return std::string(text);
  std::string csv = "\"";
  for (const char c : text) csv.append(c == '"' ? 2 : 1, c);
  return csv + "\"";
}

// The same fields in the same order for the table and the lines.
struct Field {
  std::string_view name;
  std::string value;
};

std::vector<Field> fields(const Residents& residents, Index index) {
  const Person& person = residents.at(index);
  const Address home = address(person.address);
  return {{"client", client_number(index)},
          {"code", text(person.code)},
          {"previous_code", person.previous_code == 0 ? "" : text(person.previous_code)},
          {"given_name", given_name(person)},
          {"surname", surname(person)},
          {"birth_date", iso(person.birth)},
          {"status", passive(person) ? "passive" : "active"},
          {"sex", person.sex == Sex::male ? "M" : "F"},
          {"nationality_kind", std::string(nationality(person))},
          {"document_kind", document_kind(person)},
          {"document_issuer", document_issuer(person)},
          {"document_issue_date", iso(person.document_issued)},
          {"death_date", person.death ? iso(*person.death) : ""},
          {"address_kind", "declared"},
          {"address_code", home.code},
          {"address_text", home.text},
          {"post_code", home.post_code},
          {"municipality", home.municipality},
          {"address_from", iso(person.address_from)},
          {"marital_status", std::string(residents.marital_status(index))}};
}

}  // namespace

AsOf::AsOf(std::chrono::sys_days day) : local(start_of_day(day, false)), utc(start_of_day(day, true)) {}

void append_person(std::string& xml, const Residents& residents, Index index, const AsOf& as_of) {
  const Person& person = residents.at(index);
  xml.append("<p:Person>");
  append_element(xml, "p:PersonCode", text(person.code));
  if (person.previous_code != 0) append_element(xml, "p:PreviousPersonCode", text(person.previous_code));
  append_element(xml, "p:GivenName", given_name(person));
  append_element(xml, "p:Surname", surname(person));
  append_element(xml, "p:BirthDate", iso(person.birth));
  append_element(xml, "p:Status", passive(person) ? "passive" : "active");
  append_element(xml, "p:Sex", person.sex == Sex::male ? "M" : "F");
  append_element(xml, "p:NationalityKind", nationality(person));
  if (const std::string_view status = residents.marital_status(index); !status.empty())
    append_element(xml, "p:MaritalStatus", status);
  xml.append("<p:ResidenceDocument>");
  append_element(xml, "p:Kind", document_kind(person));
  append_element(xml, "p:Issuer", document_issuer(person));
  append_element(xml, "p:IssueDate", iso(person.document_issued));
  xml.append("</p:ResidenceDocument>");
  if (person.death) append_element(xml, "p:DeathDate", iso(*person.death));
  const Address home = address(person.address);
  xml.append("<p:Address>");
  append_element(xml, "p:Kind", "declared");
  append_element(xml, "p:Code", home.code);
  append_element(xml, "p:Text", home.text);
  append_element(xml, "p:PostCode", home.post_code);
  append_element(xml, "p:Municipality", home.municipality);
  append_element(xml, "p:From", iso(person.address_from));
  xml.append("</p:Address>");
  for (const Relation& relation : residents.relations(index)) {
    const Person& other = residents.at(relation.other);
    xml.append("<p:Relation>");
    append_element(xml, "p:Kind", relation.kind);
    append_element(xml, "p:PersonCode", text(other.code));
    append_element(xml, "p:GivenName", given_name(other));
    append_element(xml, "p:Surname", surname(other));
    xml.append("</p:Relation>");
  }
  for (const IdentityDocument& document : identity_documents(person, index)) {
    xml.append("<p:Document>");
    append_element(xml, "p:Kind", document.kind);
    append_element(xml, "p:Number", document.number);
    append_element(xml, "p:Issuer", document.issuer);
    append_element(xml, "p:IssueDate", iso(document.issued));
    append_element(xml, "p:ExpiryDate", iso(document.expires));
    xml.append("</p:Document>");
  }
  append_element(xml, "p:AsOf", index % 3 == 0 ? as_of.utc : as_of.local);
  append_element(xml, "p:TestData", "true");
  xml.append("</p:Person>");
}

std::string client_number(Index index) { return fmt::format("K-{:06}", index + 1); }

void write_roster(std::ostream& out, const Residents& residents) {
  out << "client;code;open\n";
  for (Index index = 0; index < residents.size(); ++index)
    fmt::print(out, "{};{};yes\n", client_number(index), text(residents.roster_code(index)));
}

void write_truth_csv(std::ostream& out, const Residents& residents) {
  for (Index index = 0; index < residents.size(); ++index) {
    const std::vector<Field> row = fields(residents, index);
    if (index == 0)
      for (const Field& field : row) out << field.name << (&field == &row.back() ? '\n' : ';');
    for (const Field& field : row) out << cell(field.value) << (&field == &row.back() ? '\n' : ';');
  }
}

void write_truth_json(std::ostream& out, const Residents& residents) {
  for (Index index = 0; index < residents.size(); ++index) {
    out << '{';
    for (const Field& field : fields(residents, index))
      fmt::print(out, "{}:{},", quoted(field.name), quoted(field.value));
    out << "\"relations\":[";
    const char* separator = "";
    for (const Relation& relation : residents.relations(index)) {
      fmt::print(out, R"({}{{"kind":"{}","code":"{}"}})", separator, relation.kind,
                 text(residents.at(relation.other).code));
      separator = ",";
    }
    out << "],\"documents\":[";
    separator = "";
    for (const IdentityDocument& document : identity_documents(residents.at(index), index)) {
      fmt::print(out, R"({}{{"kind":"{}","number":"{}","issuer":"{}","issue_date":"{}","expiry_date":"{}"}})",
                 separator, document.kind, document.number, document.issuer, iso(document.issued),
                 iso(document.expires));
      separator = ",";
    }
    out << "]}\n";
  }
}

void write_nights(std::ostream& out, const Residents& residents) {
  for (const Event& event : residents.events())
    fmt::print(out,
               R"({{"date":"{}","kind":"{}","client":"{}","code":"{}"}})"
               "\n",
               iso(event.date), name(event.kind), client_number(event.person),
               text(residents.at(event.person).code));
}

}  // namespace tilts::simulator
