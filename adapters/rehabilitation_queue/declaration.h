// What the adapter says about itself: its record type and operations (README.md has the table).
#pragma once

#include <array>
#include <string_view>

#include "plugins/sdk/declare.h"

namespace tilts::rehabilitation_queue {

inline constexpr std::string_view queue_namespace = "urn:tilts:rehabilitation-queue:1";

inline constexpr std::array settings{
    sdk::integer_setting("page-size", "how many steps of the queue one request asks for", "500", 1, 5000),
};

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

// In this order they are read out of q:Step (changes.cpp).
inline constexpr std::array step_fields{
    sdk::field("code", "personas kods, 11 digits"),
    sdk::field("previous_code", "the code before it was changed"),
    sdk::field("number", "the registry's number of the entry"),
    sdk::field("case_number", "the municipality's own, as it was entered"),
    sdk::field("sequence", "of the steps of this number, from 1"),
    sdk::field("state", "registered, declined, queued, invited, postponed, in-service, completed, …"),
    sdk::field("date", "when the step was made, YYYY-MM-DD"),
    sdk::field("order", "ordinary, urgent or priority"),
    sdk::field("group", "the target group that the registry found"),
    sdk::field("course", "days that were granted"),
    sdk::field("place", "where the course is, in words"),
    sdk::field("from", "its first day, YYYY-MM-DD"),
    sdk::field("to", "its last day, YYYY-MM-DD"),
    sdk::field("until", "postponed until, YYYY-MM-DD"),
    sdk::field("keeps_place", "whether a postponed entry keeps its place: yes or no"),
    sdk::field("reason_code", "of what ended or postponed it"),
    sdk::field("reason", "the same in words"),
    sdk::field("after", "the sequence of the step before; none of the first"),
};

inline constexpr std::array record_types{
    sdk::record_type("entry", "One revision of a person's entry in the queue.", entry_fields),
    sdk::record_type("step", "what became of an entry, one step; key: personas kods/number/sequence",
                     step_fields),
};
inline constexpr const tilts_record_type& step_type = record_types[1];

inline constexpr std::array operations{
    sdk::operation("submit", "Enters a person into the queue.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("correct", "Replaces an entry by its next revision.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("withdraw", "Takes an entry out of the queue.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("changes", "What became of the entries since the last time, page by page.", TILTS_PULL),
};

}  // namespace tilts::rehabilitation_queue
