// A look-up: whom to ask at the hub, with which message, and what its answer becomes. Read from one file,
// whose form README.md shows; all of it is judged when it is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/vdaa/template.h"
#include "plugins/request_service/answer.h"

namespace tilts::vdaa {

struct Field {
  std::string name;
  std::string documentation;
  size_t slot = 0;   // its place in a row
  bool day = false;  // an xs:date or xs:dateTime, of which the day counts
};

// A kind of record: the person's own, or one of several that a person has.
struct Kind {
  std::string type;
  std::string documentation;
  std::vector<Field> fields;
  size_t key_slot = 0;  // of one of several: what tells it apart
};

struct Lookup {
  request_service::Service service;
  int64_t people = 1;  // to a request, at most
  Template request;
  Kind person;
  std::vector<Kind> of_person;       // in the order of the shape's nested groups
  request_service::BodyShape shape;  // groups: "person", in it the place in of_person; "unknown"
  size_t code_slot = 0;              // of a person; an unknown one has nothing else
  size_t as_of_slot = 0;             // of a person
  bool has_total = false;            // the shape's only field
};

// Throws Failure(config) beginning with the line: "line 12: …".
Lookup read_lookup(std::string_view text);

}  // namespace tilts::vdaa
