// Texts of the registry in the forms that records have.
#pragma once

#include <string>
#include <string_view>

namespace tilts::population {

// 11 digits, from 11 digits or DDMMYY-CXXXX, white space around it ignored; empty when it is neither. The
// check digit is not looked at: the registry itself knows codes that fail it (domain: historic ones, test
// data).
std::string normalised_code(std::string_view text);

// The calendar day as the registry wrote it: an xs:date or xs:dateTime without its time and zone
// ("1970-01-01+02:00" is the first of January wherever it is read). Anything else, and a day that does not
// exist, stays as it is: the mapping has a finding for it.
std::string_view day_of(std::string_view text);

// Has the shape of an xs:date or xs:dateTime; whether the day exists is not asked.
bool looks_like_date(std::string_view text);

// A word that can stand in a record's key.
bool is_kind(std::string_view text);

// A document's series and number that can stand in a record's key, last: any text of one line without white
// space around it, for other countries number as they like and a record held back keeps a whole night from
// removing anybody. Nothing is mended: whoever writes one number in two ways has it as two documents.
bool is_document_number(std::string_view text);

}  // namespace tilts::population
