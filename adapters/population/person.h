// p:Person becomes a person record, and a record for each of its addresses, relations and documents.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/population/declaration.h"
#include "plugins/sdk/host.h"
#include "plugins/sdk/record.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::population {

// How a p:Person is read: declaration.h's fields in their order, then p:AsOf.
sdk::Group person_group(const std::string& path);

class PersonRecords {
 public:
  // `whole_person`: what the answer does not mention is gone, and is emitted so. A list says it of everybody
  // by its end; the change feed only here.
  PersonRecords(sdk::Host& host, bool whole_person) : host_(host), whole_person_(whole_person) {}

  // `code` and `previous` are normalised; previous is empty when there is none. A record that lacks what the
  // registry must send is held back, but never a death or a changed code: those go on with what there is.
  void emit(const sdk::Row& row, const std::string& code, const std::string& previous);

 private:
  void emit_person(const sdk::Row& row, const std::string& code, const std::string& previous);
  void emit_address(const sdk::Row& person, const sdk::Row& row, const std::string& code);
  void emit_relation(const sdk::Row& person, const sdk::Row& row, const std::string& code, size_t place);
  void emit_document(const sdk::Row& person, const sdk::Row& row, const std::string& code, size_t place);
  void emit_lost_addresses(const sdk::Row& row, const std::string& code);
  void send(sdk::Record& record, const std::string& key, std::string_view held_because);

  sdk::Host& host_;
  bool whole_person_;
  std::string_view as_of_;
  std::vector<std::string> held_;  // keys of this person
  sdk::Record person_{person_type};
  sdk::Record address_{address_type};
  sdk::Record relation_{relation_type};
  sdk::Record document_{document_type};
};

}  // namespace tilts::population
