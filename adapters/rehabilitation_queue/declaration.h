// What the adapter says about itself: its record type and operations (README.md has the table).
#pragma once

#include <array>
#include <string_view>

#include "plugins/sdk/declare.h"

namespace tilts::rehabilitation_queue {

inline constexpr std::string_view queue_namespace = "urn:tilts:rehabilitation-queue:1";

inline constexpr std::array<tilts_setting, 0> settings{};

inline constexpr std::array entry_fields{
    sdk::field("case_number", "the municipality's own"),
    sdk::field("revision", "of the entry, from 1"),
    sdk::field("corrects", "key of the revision before; of a withdrawal, of the one to take out"),
    sdk::field("code", "personas kods, 11 digits"),
    sdk::field("previous_code", "the code before it was changed"),
    sdk::field("given_name", "given names"),
    sdk::field("surname", "surname"),
    sdk::field("birth_date", "YYYY-MM-DD"),
    sdk::field("address", "where the person lives, in words"),
    sdk::field("phone", "of the person, or of who speaks for them"),
    sdk::field("email", "the same"),
    sdk::field("applied", "when the person applied, YYYY-MM-DD"),
    sdk::field("group", "functional-impairment, repressed, chernobyl or predictable-disability"),
    sdk::field("course", "days"),
    sdk::field("order", "ordinary, urgent or priority"),
    sdk::field("desired_from", "not before this day, YYYY-MM-DD"),
    sdk::field("medical_rehabilitation_end", "YYYY-MM-DD"),
    sdk::field("diagnoses", "ICD-10 codes, one space between them"),
    sdk::field("companion", "yes or no"),
    sdk::field("reason", "of a withdrawal"),
};

inline constexpr std::array record_types{
    sdk::record_type("entry", "One revision of a person's entry in the queue.", entry_fields),
};

inline constexpr std::array operations{
    sdk::operation("submit", "Enters a person into the queue.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("correct", "Replaces an entry by its next revision.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("withdraw", "Takes an entry out of the queue.", TILTS_PUSH | TILTS_INQUIRE),
};

}  // namespace tilts::rehabilitation_queue
