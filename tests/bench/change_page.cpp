#include "tests/bench/change_page.h"

#include <array>

#include <fmt/format.h>

#include "gateway/mapping/personas_kods.h"

namespace tilts::bench {
namespace {

constexpr std::array given_names{"Jānis", "Anna", "Kristiāns", "Līga", "Žanis", "Elīza Šarlote"};
constexpr std::array surnames{"Bērziņš-Ķirsis", "Kalniņa", "Ozoliņš", "Ābele", "Liepiņa", "Šķēle", "Vītols"};
constexpr size_t wards = 5;  // one in so many has a representative

std::string person(size_t number, const std::vector<std::string>& codes) {
  const std::string& code = codes[number];
  std::string relation;
  if (number % wards == 0)
    relation = fmt::format(
        "<p:Relation><p:Kind>representative</p:Kind><p:PersonCode>{}</p:PersonCode><p:GivenName>{}</"
        "p:GivenName>"
        "<p:Surname>{}</p:Surname></p:Relation>",
        codes[(number + 1) % codes.size()], given_names[(number + 1) % given_names.size()],
        surnames[(number + 1) % surnames.size()]);
  return fmt::format(
      "<p:Person><p:PersonCode>{}</p:PersonCode><p:GivenName>{}</p:GivenName><p:Surname>{}</p:Surname>"
      "<p:BirthDate>19{:02}-{:02}-{:02}</p:BirthDate><p:Status>active</p:Status><p:Sex>{}</p:Sex>"
      "<p:NationalityKind>citizen</p:NationalityKind><p:ResidenceDocument><p:Kind>ID</p:Kind>"
      "<p:Issuer>PMLP {}. nodaļa</p:Issuer><p:IssueDate>2019-05-04</p:IssueDate></p:ResidenceDocument>"
      "<p:Address><p:Kind>declared</p:Kind><p:Code>1051{:05}</p:Code><p:Text>Liepu iela {} - 12, Piekraste, "
      "Piekrastes novads</p:Text><p:PostCode>LV-3701</p:PostCode><p:Municipality>0001000</p:Municipality>"
      "<p:From>2011-02-03</p:From></p:Address>{}<p:AsOf>2026-11-21T03:00:00+02:00</p:AsOf>"
      "<p:TestData>true</p:TestData></p:Person>",
      code, given_names[number % given_names.size()], surnames[number % surnames.size()], number % 100,
      1 + number % 12, 1 + number % 28, number % 2 == 0 ? "M" : "F", 1 + number % 40, number,
      1 + number % 200, relation);
}

}  // namespace

std::vector<std::string> codes(size_t people) {
  std::vector<std::string> made;
  for (size_t number = 0; number < people; ++number) {
    std::string code = fmt::format("{:02}{:02}{:02}1{:03}0", 61 + number % 28, 1 + number / 28 % 12,
                                   number / 336 % 100, number / 33600 % 1000);
    while (!mapping::check_digit_holds(code)) ++code.back();
    made.push_back(std::move(code));
  }
  return made;
}

size_t people_in(size_t bytes) {
  std::string some;
  const std::vector<std::string> hundred = codes(100);
  for (size_t number = 0; number < hundred.size(); ++number) some += person(number, hundred);
  return bytes * hundred.size() / some.size();
}

std::string change_page(const std::vector<std::string>& codes, const PageOf& of,
                        std::string_view next_cursor) {
  std::string xml = fmt::format(
      R"(<r:SubmitSyncResponse xmlns:r="http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0">)"
      R"(<i:IVISResponse xmlns:i="http://ivis.eps.gov.lv/XMLSchemas/100001/IVIS/v1-0"><i:Header>)"
      "<i:MessageID>00000000-0000-4000-8000-000000000901</i:MessageID><i:MessageType>{}</i:MessageType>"
      "<i:TransactionID>{}</i:TransactionID><i:CorrelationID>{}</i:CorrelationID>"
      "<i:TimeStamp>2026-11-21T04:30:00.123456+02:00</i:TimeStamp><i:Result>success</i:Result></"
      "i:Header><i:Body>"
      R"(<p:PersonChangesResponse xmlns:p="http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0">)"
      "<p:TotalCount>{}</p:TotalCount>",
      of.message_type, of.transaction, of.request, codes.size());
  for (size_t number = 0; number < codes.size(); ++number) xml += person(number, codes);
  return xml + fmt::format(
                   "<p:NextCursor>{}</p:NextCursor><p:HasMore>true</p:HasMore></p:PersonChangesResponse>"
                   "</i:Body></i:IVISResponse></r:SubmitSyncResponse>",
                   next_cursor);
}

}  // namespace tilts::bench
