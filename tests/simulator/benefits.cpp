#include "tests/simulator/benefits.h"

#include <stdexcept>

#include <fmt/format.h>
#include <libxml/parser.h>

#include "tests/simulator/clock.h"
#include "tests/simulator/code.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;
using std::chrono::years;

// Once a week, in the night to Sunday, the registry hands its data to the hub.
sys_days as_of(sys_days today) { return today - (std::chrono::weekday(today) - std::chrono::Sunday); }

sys_days birthday(sys_days birth, int age) {
  const year_month_day day = year_month_day(birth) + years(age);
  return day.ok() ? sys_days(day) : sys_days(day.year() / day.month() / std::chrono::last);
}

void append_benefit(std::string& xml, const std::string& number, std::string_view kind, unsigned cents,
                    sys_days from, const std::string& to) {
  xml.append("<b:Benefit>");
  append_element(xml, "b:Number", number);
  append_element(xml, "b:Kind", kind);
  xml.append(fmt::format("<b:Amount currency=\"EUR\">{}.{:02}</b:Amount>", cents / 100, cents % 100));
  append_element(xml, "b:From", iso(from));
  if (!to.empty()) append_element(xml, "b:To", to);
  xml.append("</b:Benefit>");
}

void append_benefits(std::string& xml, const Residents& residents, const Person& person, sys_days day) {
  constexpr int pension_age = 65, grown = 18;
  const Index index = residents.index(person);
  const sys_days retired = birthday(person.birth, pension_age), adult = birthday(person.birth, grown);
  if (!passive(person) && retired <= day)
    append_benefit(xml, fmt::format("P-{:07}", index + 1), "old-age", 20'000 + index * 37 % 60'000, retired,
                   "");
  if (!passive(person) && adult > day)
    append_benefit(xml, fmt::format("G-{:07}", index + 1), "family", 2'500, person.birth,
                   iso(adult - days(1)));
  if (!passive(person) && residents.marital_status(index) == "widowed")
    append_benefit(xml, fmt::format("A-{:07}", index + 1), "survivor", 9'500, as_of(first_day), "");
}

}  // namespace

LookupNames read_lookup_names(const std::string& file) {
  const Document document(xmlReadFile(file.c_str(), nullptr, XML_PARSE_NONET | XML_PARSE_NOERROR));
  const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (!is(root, "urn:tilts:lookup:1", "lookup")) throw std::runtime_error(file + " is no look-up");
  LookupNames names{attribute(root, "destination"), attribute(root, "message-type")};
  if (names.destination.empty() || names.message_type.empty())
    throw std::runtime_error(file + " names no destination or no message-type");
  return names;
}

Outcome list_benefits(const Residents& residents, const xmlNode* request, bool leave_out_half) {
  const auto wanted = children(request);
  const std::size_t sent = leave_out_half ? wanted.size() / 2 : wanted.size();
  const sys_days day = as_of(residents.date());
  std::string xml = fmt::format(R"(<b:BenefitListResponse xmlns:b="{}"><b:TotalCount>{}</b:TotalCount>)",
                                benefits_namespace, wanted.size());
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const std::string digits = text(wanted[place]);
    const Code code = parse_code(digits);
    demand(is(wanted[place], benefits_namespace, "PersonCode") && code != 0, 22);
    if (place >= sent) continue;
    const Person* person = residents.find(code);
    xml.append(person != nullptr ? "<b:Person>" : "<b:NotFound>");
    append_element(xml, "b:PersonCode", digits);
    if (person != nullptr) {
      append_benefits(xml, residents, *person, day);
      append_element(xml, "b:AsOf", iso(day));
      append_element(xml, "b:TestData", "true");
    }
    xml.append(person != nullptr ? "</b:Person>" : "</b:NotFound>");
  }
  return {xml.append("</b:BenefitListResponse>"), sent};
}

}  // namespace tilts::simulator
