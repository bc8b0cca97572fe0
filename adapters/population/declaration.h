// What the adapter says about itself: its settings, record types and operations (README.md has the table).
#pragma once

#include <array>

#include "plugins/sdk/declare.h"

namespace tilts::population {

// In this order the fields are read out of p:Person, p:Address, p:Relation and p:Document too (person.cpp).
inline constexpr std::array person_fields{
    sdk::field("code", "personas kods, 11 digits"),
    sdk::field("previous_code", "the code before it was changed"),
    sdk::field("given_name", "given names"),
    sdk::field("surname", "surname"),
    sdk::field("birth_date", "as the registry writes it; may be a day that does not exist"),
    sdk::field("status", "active or passive"),
    sdk::field("sex", "M or F"),
    sdk::field("nationality_kind", "citizen, non-citizen or foreigner"),
    sdk::field("marital_status", "single, married, divorced, widowed, …: the registry's word"),
    sdk::field("document_kind", "residence document"),
    sdk::field("document_issuer", "who issued it"),
    sdk::field("document_issue_date", "and when"),
    sdk::field("death_date", "when the person died"),
};
inline constexpr std::array address_fields{
    sdk::field("kind", "declared, registered or stated"),
    sdk::field("code", "VARIS, 9 digits"),
    sdk::field("text", "the address in words"),
    sdk::field("post_code", "LV-NNNN"),
    sdk::field("municipality", "ATVK code"),
    sdk::field("from", "since when"),
};
inline constexpr std::array relation_fields{
    sdk::field("kind", "representative, …"),
    sdk::field("code", "personas kods of the other person, 11 digits"),
    sdk::field("given_name", "of the other person"),
    sdk::field("surname", "of the other person"),
};
inline constexpr std::array document_fields{
    sdk::field("kind", "passport, identity-card, …"),
    sdk::field("number", "its series and number, as the registry writes them"),
    sdk::field("issuer", "who issued it"),
    sdk::field("issue_date", "and when"),
    sdk::field("expiry_date", "until when it is valid"),
};

inline constexpr std::array record_types{
    sdk::record_type("person", "a resident; key: personas kods", person_fields),
    sdk::record_type("address", "an address of a resident; key: personas kods/kind", address_fields),
    sdk::record_type("relation", "who stands for a resident; key: personas kods/kind/personas kods",
                     relation_fields),
    sdk::record_type("document", "an identity document of a resident; key: personas kods/kind/number",
                     document_fields),
};
inline constexpr const tilts_record_type& person_type = record_types[0];
inline constexpr const tilts_record_type& address_type = record_types[1];
inline constexpr const tilts_record_type& relation_type = record_types[2];
inline constexpr const tilts_record_type& document_type = record_types[3];

inline constexpr std::array settings{
    sdk::integer_setting("page-size", "how many people one request asks about", "100", 1, 1000),
};

inline constexpr std::array operations{
    sdk::operation("residents", "everyone on the roster, in lists of page-size", TILTS_PULL | TILTS_RESUME),
    sdk::operation("resident", "everyone on the roster, one by one: a look-up", TILTS_PULL | TILTS_RESUME),
    sdk::operation("changes", "what changed since the last time, page by page", TILTS_PULL),
};

}  // namespace tilts::population
