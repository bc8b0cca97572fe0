// What the adapter says about itself: settings, record types and operations (README.md has the tables).
#pragma once

#include <array>

#include "plugins/sdk/declare.h"

namespace tilts::e_address {

inline constexpr std::array settings{
    sdk::text_setting("address", "our own e-address: who sends, and whom documents must be for",
                      sdk::required, 1, 200),
    sdk::text_setting("institution", "how documents of ours name their author", sdk::required, 1, 500),
    sdk::text_setting("recipient", "where a document goes whose entry names no recipient", "", 0, 200),
    sdk::text_setting("title", "of a document whose entry has none", "", 0, 500),
    sdk::text_setting("kind", "DocumentKindCode of what we send", "DOC_EMPTY", 1, 100),
    sdk::text_setting("entry-file",
                      "a file of this name goes first and has all fields of the entry as XML; empty: none",
                      "", 0, 100),
    sdk::text_setting(
        "notices",
        "DocumentKindCode of delivery notices, by which a document whose sending is not known is "
        "looked for in the mailbox; empty: it is not",
        "", 0, 100),
    sdk::text_setting(
        "receive-kinds",
        "DocumentKindCodes that are fetched and removed from the mailbox, one space between them; "
        "empty: nothing is",
        "", 0, 1000),
    sdk::text_setting("receive-senders", "e-addresses whose documents are, one space between them", "", 0,
                      4000),
    sdk::integer_setting("page-size", "how many headers of the mailbox one request asks for", "50", 1, 1000),
};

// The first twenty are those of an entry in the rehabilitation queue, whatever way it takes.
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
    sdk::field("recipient", "e-address; the setting when absent"),
    sdk::field("title", "of the document; the setting when absent"),
};

inline constexpr std::array addressee_fields{
    sdk::field("e_address", "_DEFAULT@ and the registration number, for most"),
    sdk::field("registration_number", "of the institution or company"),
    sdk::field("title", "its name"),
    sdk::field("kind", "institution, company, person …, in the directory's words"),
    sdk::field("active", "yes or no: whether it takes documents"),
};

inline constexpr std::array document_fields{
    sdk::field("message_id", "of the delivery"),
    sdk::field("sender", "e-address"),
    sdk::field("author", "the institution that the document names"),
    sdk::field("reference", "the sender's own number"),
    sdk::field("kind", "DocumentKindCode"),
    sdk::field("title", "of the document"),
    sdk::field("date", "of the document, YYYY-MM-DD"),
    sdk::field("signer", "subject of the certificate that it is signed with"),
    sdk::field("signing_time", "as the signer says: recorded, not trusted"),
    sdk::field("files", "how many came with it"),
};

inline constexpr std::array file_fields{
    sdk::field("message_id", "of the delivery it came with"),
    sdk::field("place", "among the document's files, from 1"),
    sdk::field("name", "as the sender called it"),
    sdk::field("media_type", "as the sender says"),
    sdk::field("path", "below the job's folder for documents"),
};

inline constexpr std::array record_types{
    sdk::record_type("entry", "One document of ours about a person.", entry_fields),
    sdk::record_type("addressee", "Who has an e-address; key: the e-address.", addressee_fields),
    sdk::record_type("document", "A document that came; key: its MessageId.", document_fields),
    sdk::record_type("file", "A file of such a document; key: its MessageId, / and its place, from 1.",
                     file_fields),
};
inline constexpr const tilts_record_type& addressee_type = record_types[1];
inline constexpr const tilts_record_type& document_type = record_types[2];
inline constexpr const tilts_record_type& file_type = record_types[3];

inline constexpr std::array operations{
    sdk::operation("submit", "Sends a document about a person.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("correct", "The same, in place of an earlier one.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("withdraw", "The same, to take an earlier one back.", TILTS_PUSH | TILTS_INQUIRE),
    sdk::operation("directory", "Who has an e-address: all, then what changed.", TILTS_PULL),
    sdk::operation("documents", "Documents in the mailbox, of the kinds and senders that the settings name.",
                   TILTS_PULL),
};

}  // namespace tilts::e_address
