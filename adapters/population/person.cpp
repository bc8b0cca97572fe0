#include "adapters/population/person.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "adapters/population/text.h"
#include "plugins/sdk/text.h"

namespace tilts::population {
namespace {

constexpr auto given_name = sdk::field_index(person_fields, "given_name");
constexpr auto surname = sdk::field_index(person_fields, "surname");
constexpr auto birth_date = sdk::field_index(person_fields, "birth_date");
constexpr auto status = sdk::field_index(person_fields, "status");
constexpr auto issue_date = sdk::field_index(person_fields, "document_issue_date");
constexpr auto death_date = sdk::field_index(person_fields, "death_date");
constexpr auto as_of = person_fields.size();

constexpr auto address_kind = sdk::field_index(address_fields, "kind");
constexpr auto address_code = sdk::field_index(address_fields, "code");
constexpr auto address_text = sdk::field_index(address_fields, "text");
constexpr auto address_from = sdk::field_index(address_fields, "from");

constexpr auto relation_kind = sdk::field_index(relation_fields, "kind");
constexpr auto relation_code = sdk::field_index(relation_fields, "code");

constexpr auto document_kind = sdk::field_index(document_fields, "kind");
constexpr auto document_number = sdk::field_index(document_fields, "number");
constexpr auto document_issued = sdk::field_index(document_fields, "issue_date");
constexpr auto document_expires = sdk::field_index(document_fields, "expiry_date");

constexpr std::array<std::string_view, 3> address_kinds{"declared", "registered", "stated"};

constexpr std::string_view no_as_of = "the registry's record does not say as of when it is";

std::string_view person_lacks(const sdk::Row& row) {
  if (row[given_name].empty()) return "the registry's record has no GivenName";
  if (row[surname].empty()) return "the registry's record has no Surname";
  if (row[birth_date].empty()) return "the registry's record has no BirthDate";
  if (row[status] != "active" && row[status] != "passive")
    return "the registry's record has a Status that is neither active nor passive";
  if (!sdk::looks_like_date(row[as_of])) return no_as_of;
  return {};
}

// How many rows like this one a person has, by the fields that make the record's key.
template <typename... Fields>
size_t count_like(const sdk::Row& person, const sdk::Row& row, Fields... fields) {
  size_t found = 0;
  for (const sdk::Row other : person.children())
    found += other.group() == row.group() && ((other[fields] == row[fields]) && ...);
  return found;
}

// An address whose kind cannot be read may be this one.
bool may_have_address(const sdk::Row& person, std::string_view kind) {
  for (const sdk::Row row : person.children())
    if (row.group() == "address" && (row[address_kind] == kind || !is_kind(row[address_kind]))) return true;
  return false;
}

}  // namespace

sdk::Group person_group(const std::string& path) {
  return {
      .name = "person",
      .path = path,
      .fields = {"p:PersonCode", "p:PreviousPersonCode", "p:GivenName", "p:Surname", "p:BirthDate",
                 "p:Status", "p:Sex", "p:NationalityKind", "p:MaritalStatus", "p:ResidenceDocument/p:Kind",
                 "p:ResidenceDocument/p:Issuer", "p:ResidenceDocument/p:IssueDate", "p:DeathDate", "p:AsOf"},
      .groups = {{.name = "address",
                  .path = "p:Address",
                  .fields = {"p:Kind", "p:Code", "p:Text", "p:PostCode", "p:Municipality", "p:From"},
                  .groups = {}},
                 {.name = "relation",
                  .path = "p:Relation",
                  .fields = {"p:Kind", "p:PersonCode", "p:GivenName", "p:Surname"},
                  .groups = {}},
                 {.name = "document",
                  .path = "p:Document",
                  .fields = {"p:Kind", "p:Number", "p:Issuer", "p:IssueDate", "p:ExpiryDate"},
                  .groups = {}}}};
}

void PersonRecords::emit(const sdk::Row& row, const std::string& code, const std::string& previous) {
  as_of_ = sdk::looks_like_date(row[as_of]) ? row[as_of] : std::string_view();
  held_.clear();
  emit_person(row, code, previous);
  size_t relations = 0;
  size_t documents = 0;
  for (const sdk::Row child : row.children()) {
    if (child.group() == "address")
      emit_address(row, child, code);
    else if (child.group() == "relation")
      emit_relation(row, child, code, ++relations);
    else
      emit_document(row, child, code, ++documents);
  }
  if (whole_person_ && !as_of_.empty()) emit_lost_addresses(row, code);
}

void PersonRecords::emit_person(const sdk::Row& row, const std::string& code, const std::string& previous) {
  person_.clear();
  person_.previous_key = previous;
  const bool must_pass = !previous.empty() || !row[death_date].empty();
  for (uint32_t field = 0; field < person_fields.size(); ++field) {
    const std::string_view value = field == 0   ? std::string_view(code)
                                   : field == 1 ? std::string_view(previous)
                                   : field == birth_date || field == issue_date || field == death_date
                                       ? sdk::day_of(row[field])
                                       : row[field];
    if (!value.empty()) person_.set(field, value);
  }
  send(person_, code, must_pass ? std::string_view() : person_lacks(row));
}

void PersonRecords::emit_address(const sdk::Row& person, const sdk::Row& row, const std::string& code) {
  address_.clear();
  for (uint32_t field = 0; field < address_fields.size(); ++field) {
    const std::string_view value = field == address_from ? sdk::day_of(row[field]) : row[field];
    if (!value.empty()) address_.set(field, value);
  }
  const std::string_view kind = row[address_kind];
  std::string_view because;
  if (!is_kind(kind))
    because = "the registry's record has an Address without a Kind";
  else if (as_of_.empty())
    because = no_as_of;
  else if (count_like(person, row, address_kind) > 1)
    because = "the registry's record has several addresses of one kind";
  else if (row[address_code].empty() && row[address_text].empty())
    because = "the registry's record has an Address with neither Code nor Text";
  send(address_, code + '/' + (is_kind(kind) ? std::string(kind) : "unknown"), because);
}

void PersonRecords::emit_relation(const sdk::Row& person, const sdk::Row& row, const std::string& code,
                                  size_t place) {
  const std::string_view kind = row[relation_kind];
  const std::string related = sdk::normalised_code(row[relation_code]);
  relation_.clear();
  for (uint32_t field = 0; field < relation_fields.size(); ++field) {
    const std::string_view value = field == relation_code ? std::string_view(related) : row[field];
    if (!value.empty()) relation_.set(field, value);
  }
  std::string_view because;
  if (!is_kind(kind))
    because = "the registry's record has a Relation without a Kind";
  else if (as_of_.empty())
    because = no_as_of;
  else if (related.empty() && !row[relation_code].empty())
    because = "the registry's record has a Relation whose PersonCode is not a personas kods";
  else if (!related.empty() && count_like(person, row, relation_kind, relation_code) > 1)
    because = "the registry's record has one Relation twice";
  // a representative may be an institution, which has no code: its place then tells it apart
  send(relation_,
       code + '/' + (is_kind(kind) ? std::string(kind) : "unknown") + '/' +
           (related.empty() ? std::to_string(place) : related),
       because);
}

void PersonRecords::emit_document(const sdk::Row& person, const sdk::Row& row, const std::string& code,
                                  size_t place) {
  document_.clear();
  for (uint32_t field = 0; field < document_fields.size(); ++field) {
    const std::string_view value =
        field == document_issued || field == document_expires ? sdk::day_of(row[field]) : row[field];
    if (!value.empty()) document_.set(field, value);
  }
  const std::string_view kind = row[document_kind];
  const std::string_view number = row[document_number];
  std::string_view because;
  if (!is_kind(kind))
    because = "the registry's record has a Document without a Kind";
  else if (as_of_.empty())
    because = no_as_of;
  else if (!is_document_number(number))
    because = "the registry's record has a Document without a Number that can be read";
  else if (count_like(person, row, document_kind, document_number) > 1)
    because = "the registry's record has one Document twice";
  // one without a number is only held back, and its place tells it apart from others of that kind
  send(document_,
       code + '/' + (is_kind(kind) ? std::string(kind) : "unknown") + '/' +
           (is_document_number(number) ? std::string(number) : std::to_string(place)),
       because);
}

void PersonRecords::emit_lost_addresses(const sdk::Row& row, const std::string& code) {
  for (const std::string_view kind : address_kinds) {
    if (may_have_address(row, kind)) continue;
    address_.clear();
    address_.presence = sdk::Presence::gone;
    send(address_, code + '/' + std::string(kind), {});
  }
}

void PersonRecords::send(sdk::Record& record, const std::string& key, std::string_view held_because) {
  if (!held_because.empty()) {
    if (std::ranges::find(held_, key) != held_.end()) return;  // once is enough
    held_.push_back(key);
  }
  const sdk::Presence presence = record.presence;
  const std::string_view previous = record.previous_key;
  if (!held_because.empty()) record.clear();
  record.key = key;
  record.previous_key = previous;
  record.as_of = as_of_;
  record.reason = held_because;
  record.presence = held_because.empty() ? presence : sdk::Presence::held;
  host_.emit(record);
}

}  // namespace tilts::population
