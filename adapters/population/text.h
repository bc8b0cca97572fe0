// What can stand in a record's key.
#pragma once

#include <string_view>

namespace tilts::population {

// A word that can stand in a record's key.
bool is_kind(std::string_view text);

// A document's series and number that can stand in a record's key, last: any text of one line without white
// space around it, for other countries number as they like and a record held back keeps a whole night from
// removing anybody. Nothing is mended: whoever writes one number in two ways has it as two documents.
bool is_document_number(std::string_view text);

}  // namespace tilts::population
