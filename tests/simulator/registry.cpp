#include "tests/simulator/registry.h"

#include <charconv>

#include <fmt/format.h>

#include "tests/simulator/ivis.h"
#include "tests/simulator/names_of_soap.h"
#include "tests/simulator/rows.h"
#include "tests/simulator/xml_text.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t most_changes = 1'000;

template <typename Number>
bool parse_number(std::string_view digits, Number& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

struct Registry::Rows {
  std::string xml;
  std::size_t total = 0;
  std::size_t sent = 0;
  std::string tail;  // NextCursor and HasMore
};

Registry::Registry(const Profile& profile, const Clock& clock, Residents residents,
                   const std::optional<LookupNames>& benefits)
    : profile_(profile), residents_(std::move(residents)), hub_(profile, clock, services(benefits)) {}

std::vector<DataService> Registry::services(const std::optional<LookupNames>& benefits) {
  std::vector<DataService> all{
      {profile_.name("list-destination"), profile_.name("list-message-type"), person_namespace,
       "PersonListRequest",
       [this](const xmlNode* request, const Request&, const Twist& twist) {
         return serve("List", list(request, twist.leave_out_half));
       }},
      {profile_.name("changes-destination"), profile_.name("changes-message-type"), person_namespace,
       "PersonChangesRequest", [this](const xmlNode* request, const Request&, const Twist& twist) {
         return serve("Changes", changes(request, twist.leave_out_half));
       }}};
  if (benefits)
    all.push_back({benefits->destination, benefits->message_type, benefits_namespace, "BenefitListRequest",
                   [this](const xmlNode* request, const Request&, const Twist& twist) {
                     return read([&](const Residents& residents) {
                       return list_benefits(residents, request, twist.leave_out_half);
                     });
                   }});
  return all;
}

std::string_view Registry::body_namespace() const { return service_namespace; }

std::vector<std::string_view> Registry::operations() const { return hub_.operations(); }

Outcome Registry::answer(const Request& request, std::size_t bytes, const Twist& twist) {
  return hub_.answer(request, bytes, twist);
}

Outcome Registry::serve(const char* kind, const Rows& rows) const {
  std::string body = fmt::format(R"(<p:Person{0}Response xmlns:p="{1}"><p:TotalCount>{2}</p:TotalCount>)",
                                 kind, person_namespace, rows.total);
  body.append(rows.xml).append(rows.tail).append(fmt::format("</p:Person{}Response>", kind));
  return {std::move(body), rows.sent};
}

Registry::Rows Registry::list(const xmlNode* request, bool leave_out_half) const {
  const auto wanted = children(request);
  Rows rows;
  rows.total = wanted.size();
  rows.sent = leave_out_half ? wanted.size() / 2 : wanted.size();
  const std::shared_lock lock(mutex_);
  const AsOf as_of(residents_.date());
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const std::string digits = text(wanted[place]);
    const Code code = parse_code(digits);
    demand(is(wanted[place], person_namespace, "PersonCode") && code != 0, 22);
    if (place >= rows.sent) continue;
    if (const Person* person = residents_.find(code)) {
      append_person(rows.xml, residents_, residents_.index(*person), as_of);
    } else {
      rows.xml.append("<p:NotFound>");
      append_element(rows.xml, "p:PersonCode", digits);
      rows.xml.append("</p:NotFound>");
    }
  }
  return rows;
}

// A cursor says how many changes were told already: the same after a restart with the same seed and nights.
Registry::Rows Registry::changes(const xmlNode* request, bool leave_out_half) const {
  const std::string since = text(child(request, person_namespace, "Since"));
  std::size_t position = 0, limit = 0;
  demand(
      since.empty() || (since.starts_with("C-") && parse_number(std::string_view(since).substr(2), position)),
      22);
  demand(parse_number(text(child(request, person_namespace, "MaxCount")), limit) && limit >= 1 &&
             limit <= most_changes,
         22);
  const std::shared_lock lock(mutex_);
  demand(position <= residents_.feed_length(), 22);
  const Residents::Page page = residents_.changes(position, limit);
  Rows rows;
  rows.total = page.people.size();
  rows.sent = leave_out_half ? rows.total / 2 : rows.total;
  const AsOf as_of(residents_.date());
  for (std::size_t place = 0; place < rows.sent; ++place)
    append_person(rows.xml, residents_, page.people[place], as_of);
  append_element(rows.tail, "p:NextCursor", fmt::format("C-{}", page.next));
  append_element(rows.tail, "p:HasMore", page.more ? "true" : "false");
  return rows;
}

std::string Registry::forge(std::string content) const {
  constexpr std::pair<std::string_view, std::string_view> lies[] = {
      {"<p:Status>active<", "<p:Status>passive<"}, {"-TR-", "-TR-9"}};
  for (const auto& [right, wrong] : lies)
    for (std::size_t at = content.find(right); at != std::string::npos;
         at = content.find(right, at + wrong.size()))
      content.replace(at, right.size(), wrong);
  return content;
}

std::vector<Event> Registry::advance(unsigned nights) {
  const std::unique_lock lock(mutex_);
  const std::size_t before = residents_.events().size();
  for (; nights > 0; --nights) residents_.advance();
  return {residents_.events().begin() + static_cast<std::ptrdiff_t>(before), residents_.events().end()};
}

std::string Registry::date() const {
  return read([](const Residents& residents) { return iso(residents.date()); });
}

}  // namespace tilts::simulator
