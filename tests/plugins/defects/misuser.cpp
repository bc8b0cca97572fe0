// An adapter whose every operation misuses the host in one way. Written against the C contract, because the
// SDK would not let it say most of this.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "plugins/abi/adapter_abi.h"

namespace {

template <uint64_t size>
constexpr tilts_text text(const char (&literal)[size]) {
  return {literal, size - 1};
}
tilts_text text_of(const std::string& string) { return {string.data(), string.size()}; }

constexpr tilts_text code = text("01017012345");
constexpr tilts_field_type field_types[] = {{text("code"), text("a code")}, {text("text"), text("a text")}};
constexpr tilts_record_type record_types[] = {
    {text("person"), text("one person"), field_types, 2, sizeof(tilts_field_type)}};

struct Call {
  const tilts_host* host;
  const tilts_entry* entry;
  tilts_sink error;

  tilts_status say(tilts_status status, const std::string& sentence) const {
    error.put(error.context, text_of(sentence));
    return status;
  }
  tilts_status emit(tilts_record record) const { return host->emit(host->context, &record); }
  tilts_status checkpoint(tilts_text cursor = text("here"), int64_t total = -1) const {
    return host->checkpoint(host->context, cursor, total);
  }
  tilts_status ask(tilts_request request, tilts_answer_function answer = take, uint64_t count = 1) {
    request_ = request;
    return host->ask_many(host->context, count, this, make, answer);
  }
  static tilts_status make(void* self, uint64_t, tilts_request* to) {
    *to = static_cast<Call*>(self)->request_;
    return TILTS_OK;
  }
  static tilts_status take(void*, uint64_t, const tilts_answer*) { return TILTS_OK; }

  // One attachment of that media type, and writer calls that carry it or not.
  tilts_status attach(tilts_text media_type, tilts_text calls) {
    const tilts_attachment attachment{{}, media_type, text("x"), {}};
    tilts_request request{};
    request.struct_size = sizeof request;
    request.content_kind = TILTS_CONTENT_CALLS;
    request.operation = text("Ask");
    request.content = calls;
    request.attachments = &attachment;
    request.attachment_count = 1;
    request.attachment_stride = sizeof attachment;
    return ask(request);
  }

  tilts_request request_{};
};

tilts_record person(const tilts_field* fields = nullptr, uint32_t count = 0) {
  return {sizeof(tilts_record), 0, code, {}, {}, {}, fields, count, sizeof(tilts_field), TILTS_PRESENT, 0};
}
tilts_request question(tilts_text content = {}, int32_t kind = TILTS_CONTENT_NONE) {
  return {sizeof(tilts_request), kind, text("Ask"), {}, {}, {}, content, nullptr, 0};
}

void ignore(void*, tilts_text) {}

struct Misuse {
  tilts_operation operation;
  tilts_status (*run)(Call& call);
};

#define MISUSE(name) \
  tilts_operation { text(#name), text("misuse"), TILTS_PULL, 0 }
#define MISUSE_PUSH(name) \
  tilts_operation { text(#name), text("misuse"), TILTS_PUSH | TILTS_INQUIRE, 0 }

// Each returns what the service said, as an honest adapter would, unless its name says otherwise.
const std::array misuses{
    Misuse{MISUSE(nothing_wrong),
           [](Call& c) {
             const tilts_field fields[] = {{text("x"), 1, 0}, {code, 0, 0}};
             if (const tilts_status s = c.host->log(c.host->context, TILTS_LOG_DEBUG, text("x"));
                 s != TILTS_OK)
               return s;
             if (const tilts_status s = c.emit(person(fields, 2)); s != TILTS_OK) return s;
             return c.checkpoint(text("there"), 7);
           }},
    Misuse{MISUSE(emits_null), [](Call& c) { return c.host->emit(c.host->context, nullptr); }},
    Misuse{MISUSE(emits_a_small_struct),
           [](Call& c) {
             tilts_record record = person();
             record.struct_size = 8;
             return c.emit(record);
           }},
    Misuse{MISUSE(emits_null_with_a_size),
           [](Call& c) {
             const tilts_field fields[] = {{{nullptr, 5}, 0, 0}};
             return c.emit(person(fields, 1));
           }},
    Misuse{MISUSE(emits_what_is_not_utf8),
           [](Call& c) {
             const tilts_field fields[] = {{text("J\xE2nis"), 1, 0}};
             return c.emit(person(fields, 1));
           }},
    Misuse{MISUSE(emits_a_zero_byte),
           [](Call& c) {
             const tilts_field fields[] = {{text("12345678\0abcdefgh"), 1, 0}};
             return c.emit(person(fields, 1));
           }},
    Misuse{MISUSE(emits_an_unknown_type),
           [](Call& c) {
             tilts_record record = person();
             record.type = 1;
             return c.emit(record);
           }},
    Misuse{MISUSE(emits_an_unknown_field),
           [](Call& c) {
             const tilts_field fields[] = {{text("x"), 2, 0}};
             return c.emit(person(fields, 1));
           }},
    Misuse{MISUSE(emits_a_field_twice),
           [](Call& c) {
             const tilts_field fields[] = {{text("x"), 1, 0}, {text("y"), 1, 0}};
             return c.emit(person(fields, 2));
           }},
    Misuse{MISUSE(emits_too_many_fields),
           [](Call& c) {
             const tilts_field fields[] = {{text("x"), 0, 0}, {text("y"), 1, 0}, {text("z"), 1, 0}};
             return c.emit(person(fields, 3));
           }},
    Misuse{MISUSE(emits_null_fields), [](Call& c) { return c.emit(person(nullptr, 1)); }},
    Misuse{MISUSE(emits_neither_here_nor_gone),
           [](Call& c) {
             tilts_record record = person();
             record.presence = 0;
             return c.emit(record);
           }},
    Misuse{MISUSE(emits_no_key),
           [](Call& c) {
             tilts_record record = person();
             record.key = {};
             return c.emit(record);
           }},
    Misuse{MISUSE(holds_without_a_reason),
           [](Call& c) {
             tilts_record record = person();
             record.presence = TILTS_HELD;
             return c.emit(record);
           }},
    Misuse{MISUSE(emits_a_huge_value),
           [](Call& c) {
             const std::string huge((1 << 20) + 1, 'x');
             const tilts_field fields[] = {{text_of(huge), 1, 0}};
             return c.emit(person(fields, 1));
           }},
    Misuse{MISUSE(emits_without_end),
           [](Call& c) {
             tilts_status status = TILTS_OK;
             while (status == TILTS_OK) status = c.emit(person());
             return status;
           }},
    Misuse{MISUSE(ends_without_a_checkpoint), [](Call& c) { return c.emit(person()); }},
    Misuse{MISUSE(has_fewer_than_nothing), [](Call& c) { return c.checkpoint(text("here"), -2); }},
    Misuse{MISUSE(has_a_huge_cursor), [](Call& c) { return c.checkpoint(text_of(std::string(65537, 'c'))); }},
    Misuse{MISUSE(asks_with_no_callback), [](Call& c) { return c.ask(question(), nullptr); }},
    Misuse{MISUSE(asks_without_end), [](Call& c) { return c.ask(question(), Call::take, 1'000'001); }},
    Misuse{MISUSE(asks_for_no_operation),
           [](Call& c) {
             tilts_request request = question();
             request.operation = {};
             return c.ask(request);
           }},
    Misuse{MISUSE(asks_with_unknown_content), [](Call& c) { return c.ask(question(text("x"), 7)); }},
    Misuse{MISUSE(asks_with_bytes_of_no_type),
           [](Call& c) { return c.ask(question(text("x"), TILTS_CONTENT_BYTES)); }},
    Misuse{MISUSE(asks_with_broken_calls),
           [](Call& c) { return c.ask(question(text("\5"), TILTS_CONTENT_CALLS)); }},
    Misuse{MISUSE(asks_about_nobody),
           [](Call& c) {
             tilts_request request = question();
             const tilts_text subjects[] = {text("0101701234")};
             request.subjects = subjects;
             request.subject_count = 1;
             return c.ask(request);
           }},
    Misuse{MISUSE(asks_inside_an_answer),
           [](Call& c) {
             return c.ask(question(), [](void* self, uint64_t, const tilts_answer*) {
               return static_cast<Call*>(self)->ask(question());
             });
           }},
    Misuse{MISUSE(answers_with_nonsense),
           [](Call& c) {
             return c.ask(question(), [](void*, uint64_t, const tilts_answer*) { return tilts_status{99}; });
           }},
    Misuse{MISUSE(collects_outside_an_answer),
           [](Call& c) { return c.host->collect(c.host->context, text("file"), text("part")); }},
    Misuse{MISUSE(collects_under_no_name),
           [](Call& c) {
             return c.ask(question(), [](void* self, uint64_t, const tilts_answer*) {
               const tilts_host& host = *static_cast<Call*>(self)->host;
               return host.collect_bytes(host.context, {}, text("x"));
             });
           }},
    Misuse{MISUSE(keeps_no_file),
           [](Call& c) {
             return c.host->keep_file(c.host->context, nullptr, {nullptr, ignore});
           }},
    Misuse{MISUSE(keeps_a_small_file),
           [](Call& c) {
             tilts_incoming_file file{};
             file.struct_size = 8;
             return c.host->keep_file(c.host->context, &file, {nullptr, ignore});
           }},
    Misuse{MISUSE(names_an_attachment_nowhere),
           [](Call& c) { return c.attach(text("text/plain"), text("\2\0\0\1\0a\5")); }},
    Misuse{MISUSE(attaches_by_a_header_of_its_own),
           [](Call& c) { return c.attach(text("a/b\r\nX: 1"), text("\2\0\0\1\0a\7\0\0\0\0\5")); }},
    // what came beside an answer, and two files of it: one of many may be untrusted
    Misuse{MISUSE(goes_on_after_untrusted_files),
           [](Call& c) {
             tilts_status status = c.ask(question(), [](void* self, uint64_t, const tilts_answer* answer) {
               const tilts_host& host = *static_cast<Call*>(self)->host;
               if (answer->received_count != 1) return tilts_status{TILTS_DECLINED};
               return host.collect(host.context, text("file"), answer->received[0].id);
             });
             if (status != TILTS_OK) return status;
             tilts_incoming_file file{};
             file.struct_size = sizeof file;
             file.file = file.document = file.name = text("file");
             if (c.host->keep_file(c.host->context, &file, {nullptr, ignore}) != TILTS_UNTRUSTED)
               return c.say(TILTS_BUG, "the file was kept");
             if (c.host->verify_document(c.host->context, text("<d/>"), &c, Call::take) != TILTS_UNTRUSTED)
               return c.say(TILTS_BUG, "the document was taken");
             return c.checkpoint();
           }},
    // to ask nothing is no new question
    Misuse{MISUSE(takes_an_untrusted_document_for_good),
           [](Call& c) {
             if (c.host->verify_document(c.host->context, text("<d/>"), &c, Call::take) != TILTS_UNTRUSTED)
               return c.say(TILTS_BUG, "the document was taken");
             if (const tilts_status s = c.ask(question(), Call::take, 0); s != TILTS_OK) return s;
             if (const tilts_status s = c.emit(person()); s != TILTS_OK) return s;
             return c.checkpoint();
           }},
    // the same with one that the contract has: the adapter may go on
    Misuse{MISUSE(declines_an_answer),
           [](Call& c) {
             const tilts_status status = c.ask(question(), [](void*, uint64_t, const tilts_answer*) {
               return tilts_status{TILTS_DECLINED};
             });
             return status == TILTS_DECLINED ? c.checkpoint()
                                             : c.say(TILTS_BUG, "the status was not handed back");
           }},
    // catches everything and pretends
    Misuse{MISUSE(swallows_failures),
           [](Call& c) {
             c.ask(question());
             c.emit(person());
             c.checkpoint();
             return tilts_status{TILTS_OK};
           }},
    Misuse{MISUSE(swallows_a_lost_checkpoint),
           [](Call& c) {
             c.emit(person());
             c.checkpoint();
             c.checkpoint(text("later"));
             return tilts_status{TILTS_OK};
           }},
    Misuse{MISUSE(swallows_inside_an_answer),
           [](Call& c) {
             c.ask(question(), [](void* self, uint64_t, const tilts_answer*) {
               static_cast<Call*>(self)->emit(tilts_record{});
               return tilts_status{TILTS_OK};
             });
             return tilts_status{TILTS_OK};
           }},
    Misuse{MISUSE(calls_from_another_thread),
           [](Call& c) {
             std::thread([&] { c.emit(person()); }).join();
             return c.checkpoint();
           }},
    Misuse{MISUSE(goes_on_after_parking),
           [](Call& c) {
             c.host->park(c.host->context, text("token"), 60);
             return c.checkpoint();
           }},
    Misuse{MISUSE(parks_with_no_token), [](Call& c) { return c.host->park(c.host->context, {}, 60); }},
    Misuse{MISUSE(waits_for_ever), [](Call& c) { return c.host->wait(c.host->context, 60'001); }},
    Misuse{MISUSE(logs_at_no_level), [](Call& c) { return c.host->log(c.host->context, 0, text("x")); }},
    Misuse{MISUSE(logs_without_end),
           [](Call& c) {
             tilts_status status = TILTS_OK;
             while (status == TILTS_OK) status = c.host->log(c.host->context, TILTS_LOG_DEBUG, text("again"));
             return status;
           }},
    Misuse{MISUSE(reads_into_no_sink), [](Call& c) { return c.host->roster(c.host->context, 0, 1, {}); }},
    Misuse{MISUSE(submits_in_a_pull),
           [](Call& c) {
             const tilts_request request = question();
             return c.host->submit(c.host->context, &request, &c, Call::take);
           }},
    Misuse{MISUSE(settles_in_a_pull),
           [](Call& c) { return c.host->settle(c.host->context, TILTS_SETTLED_RECEIVED, text("1"), {}); }},
    Misuse{MISUSE(throws_across),
           [](Call&) -> tilts_status { throw std::runtime_error("out of the adapter"); }},
    Misuse{MISUSE(returns_nonsense), [](Call&) { return tilts_status{42}; }},
    Misuse{MISUSE(fails_silently), [](Call&) { return tilts_status{TILTS_TRANSIENT}; }},
    Misuse{MISUSE(says_it_was_cancelled), [](Call&) { return tilts_status{TILTS_CANCELLED}; }},
    Misuse{MISUSE(names_a_person),
           [](Call& c) {
             const std::string sentence = "person 010170-12345 and 32017012345\nare not known";
             c.host->log(c.host->context, TILTS_LOG_ERROR, text_of(sentence));
             return c.say(TILTS_DECLINED, sentence);
           }},
    Misuse{MISUSE(loops),
           [](Call&) {
             for (volatile bool for_ever = true; for_ever;)
               std::this_thread::sleep_for(std::chrono::milliseconds{1});
             return tilts_status{TILTS_OK};
           }},
    Misuse{MISUSE(is_silent_for_a_while),
           [](Call& c) {
             std::this_thread::sleep_for(std::chrono::milliseconds{300});
             return c.checkpoint();
           }},
    Misuse{MISUSE(asks_until_stopped),
           [](Call& c) {
             tilts_status status = TILTS_OK;
             while (status == TILTS_OK) status = c.ask(question());
             return status;
           }},
    Misuse{MISUSE(emits_too_many_bytes),
           [](Call& c) {
             const std::string large(1 << 20, 'x');
             const tilts_field fields[] = {{text_of(large), 1, 0}};
             tilts_status status = TILTS_OK;
             while (status == TILTS_OK) status = c.emit(person(fields, 1));
             return status;
           }},
    Misuse{MISUSE(asks_about_too_many),
           [](Call& c) {
             tilts_request request = question();
             request.subject_count = 10'001;
             return c.ask(request);
           }},
    Misuse{MISUSE(asks_with_content_that_is_none), [](Call& c) { return c.ask(question(text("x"))); }},
    Misuse{MISUSE(asks_by_two_names),
           [](Call& c) {
             tilts_request request = question();
             request.action = text("urn:Ask");
             return c.ask(request);
           }},
    Misuse{MISUSE(parks_with_records_in_hand),
           [](Call& c) {
             c.emit(person());
             return c.host->park(c.host->context, text("token"), 60);
           }},
    Misuse{MISUSE(waits),
           [](Call& c) {
             c.host->wait(c.host->context, 10);
             return tilts_status{TILTS_OK};
           }},
    // says what it was given, and where in memory the bytes lie
    Misuse{MISUSE_PUSH(looks_at_attachments),
           [](Call& c) {
             std::string seen;
             for (uint32_t index = 0; index < c.entry->attachment_count; ++index) {
               const tilts_attachment& one = c.entry->attachments[index];
               for (const tilts_text& said : {one.name, one.media_type, one.sha256})
                 seen.append(said.data, said.size) += ' ';
               seen += std::to_string(one.bytes.size) + " at " +
                       std::to_string(reinterpret_cast<uintptr_t>(one.bytes.data)) + '\n';
             }
             return c.host->settle(c.host->context, TILTS_SETTLED_RECEIVED, text_of(seen), {});
           }},
    Misuse{MISUSE_PUSH(settles_twice),
           [](Call& c) {
             c.host->settle(c.host->context, TILTS_SETTLED_RECEIVED, text("1"), {});
             return c.host->settle(c.host->context, TILTS_SETTLED_DECLINED, {}, text("no"));
           }},
    Misuse{MISUSE_PUSH(parks_after_settling),
           [](Call& c) {
             c.host->settle(c.host->context, TILTS_SETTLED_RECEIVED, text("1"), {});
             return c.host->park(c.host->context, text("token"), 60);
           }},
    Misuse{MISUSE_PUSH(settles_inside_an_answer),
           [](Call& c) {
             return c.ask(question(), [](void* self, uint64_t, const tilts_answer*) {
               const Call& call = *static_cast<Call*>(self);
               return call.host->settle(call.host->context, TILTS_SETTLED_RECEIVED, text("1"), {});
             });
           }},
    Misuse{MISUSE_PUSH(never_settles),
           [](Call& c) {
             const tilts_request request = question();
             return c.host->submit(c.host->context, &request, &c, Call::take);
           }},
    Misuse{MISUSE_PUSH(fails_after_sending),
           [](Call& c) {
             const tilts_request request = question();
             c.host->submit(c.host->context, &request, &c, Call::take);
             return c.say(TILTS_CONFIG, "the answer could not be read");
           }},
    Misuse{MISUSE_PUSH(submits_twice),
           [](Call& c) {
             const tilts_request request = question();
             c.host->submit(c.host->context, &request, &c, Call::take);
             return c.host->submit(c.host->context, &request, &c, Call::take);
           }},
    Misuse{
        MISUSE_PUSH(calls_it_absent),
        [](Call& c) { return c.host->settle(c.host->context, TILTS_SETTLED_ABSENT, {}, text("not there")); }},
    Misuse{MISUSE_PUSH(settles_as_nothing),
           [](Call& c) { return c.host->settle(c.host->context, 0, {}, {}); }},
};

const auto operations = [] {
  std::array<tilts_operation, misuses.size()> all{};
  for (size_t index = 0; index < all.size(); ++index) all[index] = misuses[index].operation;
  return all;
}();

tilts_status run(tilts_text operation, Call call) {
  for (const Misuse& misuse : misuses)
    if (misuse.operation.name.size == operation.size &&
        std::memcmp(misuse.operation.name.data, operation.data, operation.size) == 0)
      return misuse.run(call);
  return TILTS_BUG;
}

tilts_status create(const tilts_setting_value*, uint32_t, tilts_sink, void** instance) {
  static char one;
  *instance = &one;
  return TILTS_OK;
}
void destroy(void*) {}
tilts_status pull(void*, const tilts_host* host, tilts_text operation, tilts_text, tilts_sink error) {
  return run(operation, {host, nullptr, error, {}});
}
tilts_status entry(void*, const tilts_host* host, tilts_text operation, const tilts_entry* given,
                   tilts_sink error) {
  return run(operation, {host, given, error, {}});
}

}  // namespace

extern "C" const tilts_descriptor tilts_adapter = {TILTS_ABI_MAGIC,
                                                   sizeof(tilts_descriptor),
                                                   TILTS_ABI_MAJOR,
                                                   TILTS_ABI_MINOR,
                                                   text("misuser"),
                                                   text("1.0.0"),
                                                   text("Misuses the host, one way an operation."),
                                                   nullptr,
                                                   0,
                                                   0,
                                                   record_types,
                                                   1,
                                                   sizeof(tilts_record_type),
                                                   operations.data(),
                                                   static_cast<uint32_t>(operations.size()),
                                                   sizeof(tilts_operation),
                                                   create,
                                                   destroy,
                                                   pull,
                                                   entry,
                                                   entry,
                                                   nullptr};
