#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "plugins/host/adapter.h"
#include "tests/plugins/fake_services.h"

namespace tilts::host {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::shared_ptr<const Library> misuser() {
  return Library::load(std::filesystem::path(DEFECTS_FOLDER) / "libtilts_misuser.so", "misuser");
}

const Entry entry{{"person", "01017012345", "", true, "", {{"text", "x"}}}, "once"};

// "code: sentence" of a pull, or how it ended.
std::string pull(Services& services, const std::string& operation) {
  Adapter adapter(misuser(), {});
  try {
    const Ended ended = adapter.pull(services, operation, "");
    return ended == Ended::done ? "done" : ended == Ended::parked ? "parked" : "cancelled";
  } catch (const Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

std::string push(Services& services, const std::string& operation) {
  Adapter adapter(misuser(), {});
  try {
    return adapter.push(services, operation, entry) == Ended::done ? "done" : "other";
  } catch (const Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

// Anybody can send a document that proves nothing: it must not stop the ones that do.
TEST(Judging, OneUntrustedFileOfManyDoesNotEndTheRun) {
  FakeServices services;
  const ReceivedPart part{.id = "one", .media_type = "a/b", .sha256 = "00", .size = 1, .covered = false};
  services.beside = {part};
  services.document_verdict = Error(Code::untrusted, "it is not what was said");
  EXPECT_EQ(pull(services, "goes_on_after_untrusted_files"), "done");
  EXPECT_THAT(services.collected, ElementsAre("file part one"));
  services.document_verdict = Error(Code::transient, "the disk is full");
  EXPECT_THAT(pull(services, "goes_on_after_untrusted_files"), HasSubstr("the file was kept"));
}

// … and none of what it says can become a record, however the adapter goes on.
TEST(Judging, ToAskNothingDoesNotMakeAnUntrustedDocumentGood) {
  FakeServices services;
  services.document_verdict = Error(Code::untrusted, "it is not what was said");
  EXPECT_THAT(pull(services, "takes_an_untrusted_document_for_good"),
              AllOf(StartsWith("untrusted: "), HasSubstr("it is not what was said")));
  EXPECT_THAT(services.kept, IsEmpty());
}

struct Case {
  const char* operation;
  const char* sentence;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.operation; }

class Nonsense : public testing::TestWithParam<Case> {};

TEST_P(Nonsense, EndsTheRunWithASentenceAndKeepsNothing) {
  FakeServices services;
  services.people = {"01017012345"};
  EXPECT_EQ(pull(services, GetParam().operation), std::string("bug: adapter misuser: operation ") +
                                                      GetParam().operation + ": " + GetParam().sentence);
  EXPECT_THAT(services.kept, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Misuse, Nonsense,
    testing::Values(
        Case{"emits_null", "emit: the record is null"},
        Case{"emits_a_small_struct", "emit: a record is smaller than the contract's"},
        Case{"emits_null_with_a_size", "emit: code is null with 5 bytes"},
        Case{"emits_what_is_not_utf8", "emit: text is not UTF-8"},
        Case{"emits_a_zero_byte", "emit: text is not UTF-8"},
        Case{"emits_an_unknown_type", "emit: a record is of type 1, the adapter declares 1"},
        Case{"emits_an_unknown_field", "emit: a person has a field 2, it declares 2"},
        Case{"emits_a_field_twice", "emit: a person has its text twice"},
        Case{"emits_too_many_fields", "emit: a person has 3 fields, it declares 2"},
        Case{"emits_null_fields", "emit: the fields of a person cannot be read"},
        Case{"emits_neither_here_nor_gone", "emit: a person is neither present nor gone nor held (0)"},
        Case{"emits_no_key", "emit: a person has no key"},
        Case{"holds_without_a_reason",
             "emit: a person that is held back needs a reason, and no other has one"},
        Case{"emits_a_huge_value", "emit: text has 1048577 bytes, 1048576 are allowed"},
        Case{"emits_without_end",
             "emit: 50001 records of 550011 bytes since the last checkpoint, 50000 of 33554432 are allowed"},
        Case{"ends_without_a_checkpoint",
             "ended with 1 records behind its last checkpoint; mend the adapter"},
        Case{"emits_too_many_bytes",
             "emit: 32 records of 33554784 bytes since the last checkpoint, 50000 of 33554432 are allowed"},
        Case{"asks_about_too_many", "ask: a request asks about 10001 people, 10000 are allowed"},
        Case{"asks_with_content_that_is_none", "ask: a request says that it has no content, and has some"},
        Case{"asks_by_two_names",
             "ask: a request needs either the profile's operation or an action, not both and not neither"},
        Case{"parks_with_records_in_hand", "park: records were emitted after the last checkpoint"},
        Case{"has_fewer_than_nothing", "checkpoint: a snapshot cannot have fewer than no records"},
        Case{"has_a_huge_cursor", "checkpoint: the cursor has 65537 bytes, 65536 are allowed"},
        Case{"asks_with_no_callback", "ask: its callback for answers is null"},
        Case{"asks_without_end", "ask: 1000001 questions, 1000000 are allowed"},
        Case{"asks_for_no_operation",
             "ask: a request needs either the profile's operation or an action, not both and not neither"},
        Case{"asks_with_unknown_content",
             "ask: a request's content is of kind 7, which the contract does not have"},
        Case{"asks_with_bytes_of_no_type", "ask: ready bytes need a media type"},
        Case{"asks_with_broken_calls", "ask: writer call 1: an end without a start"},
        Case{"asks_about_nobody", "ask: a request's subject is not a personas kods in 11 digits"},
        Case{"asks_inside_an_answer", "ask: called it inside the callback of another"},
        Case{"answers_with_nonsense",
             "ask: a callback returned the status 99, which the contract does not have"},
        Case{"swallows_inside_an_answer", "emit: a record is smaller than the contract's"},
        Case{"calls_from_another_thread",
             "checkpoint: a service was called from another thread; mend the adapter"},
        Case{"goes_on_after_parking", "checkpoint: parked, and called it then"},
        Case{"parks_with_no_token", "park: the token is empty"},
        Case{"waits_for_ever", "wait: 60001 milliseconds, 60000 are allowed"},
        Case{"logs_at_no_level", "log: a log line has the level 0, which the contract does not have"},
        Case{"logs_without_end", "log: more than 10000 lines"},
        Case{"reads_into_no_sink", "roster: its sink is null"},
        Case{"submits_in_a_pull", "submit: only push may submit"},
        Case{"settles_in_a_pull", "settle: a pull has no submission"},
        Case{"collects_outside_an_answer", "collect: called it outside an answer's callback"},
        Case{"collects_under_no_name", "collect_bytes: the file has no name"},
        Case{"keeps_no_file", "keep_file: the file is null"},
        Case{"keeps_a_small_file", "keep_file: the file is smaller than the contract's"},
        Case{"names_an_attachment_nowhere",
             "ask: writer calls: an attachment of the request is named nowhere"},
        Case{"attaches_by_a_header_of_its_own",
             "ask: an attachment's media type cannot stand in a MIME header"},
        Case{"throws_across", "let an exception cross the boundary; mend the adapter"},
        Case{"returns_nonsense", "returned the status 42 for no reason of the host; mend the adapter"},
        Case{"says_it_was_cancelled", "returned the status 7 for no reason of the host; mend the adapter"}),
    [](const auto& one) { return std::string(one.param.operation); });

TEST(Misuse, TheControlIsTaken) {
  FakeServices services;
  EXPECT_EQ(pull(services, "nothing_wrong"), "done");
  EXPECT_THAT(
      services.kept,
      ElementsAre(Record{"person", "01017012345", "", true, "", {{"text", "x"}, {"code", "01017012345"}}}));
  EXPECT_THAT(services.cursors, ElementsAre("there"));
  EXPECT_EQ(services.total, 7u);
  EXPECT_EQ(pull(services, "declines_an_answer"), "done");
}

TEST(Misuse, AFailureWithoutAReasonSaysSo) {
  FakeServices services;
  EXPECT_EQ(
      pull(services, "fails_silently"),
      "transient: adapter misuser: operation fails_silently: failed and gave no reason; mend the adapter");
}

TEST(Misuse, UnknownOperationsAndSecondCallsAreRefused) {
  FakeServices services;
  EXPECT_THAT(pull(services, "no_such"),
              HasSubstr("config: adapter misuser: operation no_such: has no such operation to pull"));
  EXPECT_THAT(pull(services, "never_settles"), HasSubstr("has no such operation to pull"));
  Adapter adapter(misuser(), {});
  EXPECT_THROW(adapter.pull(services, "emits_null", ""), Error);
  EXPECT_THROW(adapter.pull(services, "nothing_wrong", ""), Error);
  EXPECT_THAT(services.kept, IsEmpty());
}

// ---- failures stay

class Sticky : public testing::TestWithParam<Code> {};

TEST_P(Sticky, WhateverTheAdapterCatches) {
  FakeServices services;
  services.registry = [](const Request&) -> std::string {
    throw Error(GetParam(), "response 4f1c: not good");
  };
  const std::string ended = pull(services, "swallows_failures");
  const bool may_be_mended =
      GetParam() == Code::transient || GetParam() == Code::declined || GetParam() == Code::config;
  EXPECT_EQ(ended, may_be_mended
                       ? "done"
                       : std::string(name(GetParam())) +
                             ": adapter misuser: operation swallows_failures: ask: response 4f1c: not good");
  EXPECT_EQ(services.kept.size(), may_be_mended ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(Misuse, Sticky,
                         testing::Values(Code::untrusted, Code::unknown, Code::bug, Code::transient,
                                         Code::declined, Code::config),
                         [](const auto& one) { return std::string(name(one.param)); });

TEST(Sticky, ALostCheckpointStaysWhateverItsCode) {
  FakeServices services;
  services.before_checkpoint = [&, first = true]() mutable {
    if (std::exchange(first, false)) throw Error(Code::transient, "store: the disk is full");
  };
  EXPECT_EQ(pull(services, "swallows_a_lost_checkpoint"),
            "transient: adapter misuser: operation swallows_a_lost_checkpoint: checkpoint: store: the disk "
            "is full");
  EXPECT_THAT(services.cursors, IsEmpty());
}

TEST(Sticky, AlsoWhenTheServicesSwallowWhatACallbackThrew) {
  FakeServices services;
  services.swallow_callback_failures = true;
  EXPECT_THAT(pull(services, "swallows_inside_an_answer"), HasSubstr("emit: a record is smaller"));
  EXPECT_EQ(pull(services, "declines_an_answer"), "done");
}

TEST(Sticky, BeingStoppedEndsTheCallWithoutAnError) {
  FakeServices services;
  services.registry = [&, left = 3](const Request&) mutable {
    if (--left == 0) services.stopping = true;
    return std::string("<none/>");
  };
  EXPECT_EQ(pull(services, "asks_until_stopped"), "cancelled");
  EXPECT_EQ(services.requests.size(), 3u);
}

TEST(Sticky, AWaitThatWasCutShortEndsTheCall) {
  FakeServices services;
  EXPECT_EQ(pull(services, "waits"), "done");
  services.stopped_by_waiting = true;
  EXPECT_EQ(pull(services, "waits"), "cancelled");
}

TEST(Sticky, WhatIsUnderWayIsKeptWhenTheRunIsStopped) {
  FakeServices services;
  services.stopping = true;
  EXPECT_EQ(pull(services, "nothing_wrong"), "done");
  EXPECT_EQ(services.kept.size(), 1u);
}

// ---- submissions

TEST(Submission, IsUnknownWheneverItMayHaveLeft) {
  FakeServices services;
  EXPECT_THAT(push(services, "never_settles"),
              HasSubstr("unknown: adapter misuser: operation never_settles: ended without saying"));
  EXPECT_THAT(
      push(services, "fails_after_sending"),
      HasSubstr("unknown: adapter misuser: operation fails_after_sending: the answer could not be read"));
  EXPECT_THAT(
      push(services, "submits_twice"),
      HasSubstr("unknown: adapter misuser: operation submits_twice: submit: a submission is sent once"));
  EXPECT_EQ(services.submissions.size(), 3u);
  services.registry = [](const Request&) -> std::string {
    throw Error(Code::untrusted, "Body is not signed");
  };
  EXPECT_THAT(push(services, "never_settles"), HasSubstr("unknown: "));
}

TEST(Submission, IsNotUnknownWhenNoByteLeft) {
  FakeServices services;
  services.registry = [](const Request&) -> std::string { throw Error(Code::transient, "no connection"); };
  EXPECT_THAT(push(services, "never_settles"), HasSubstr("transient: "));
  services.registry = [](const Request&) -> std::string { throw Error(Code::declined, "a signed fault"); };
  EXPECT_THAT(push(services, "never_settles"), HasSubstr("declined: "));
  services.stopping = true;
  services.submissions.clear();
  Adapter adapter(misuser(), {});
  EXPECT_EQ(adapter.push(services, "never_settles", entry), Ended::cancelled);
  EXPECT_THAT(services.submissions, IsEmpty());
}

TEST(Submission, OnlyAnInquiryFindsItAbsent) {
  FakeServices services;
  EXPECT_THAT(push(services, "calls_it_absent"),
              HasSubstr("bug: adapter misuser: operation calls_it_absent: settle: only inquire"));
  EXPECT_THAT(push(services, "settles_as_nothing"), HasSubstr("settle: a submission cannot be settled as 0"));
  EXPECT_EQ(services.settlement, "");
  Adapter adapter(misuser(), {});
  EXPECT_EQ(adapter.inquire(services, "calls_it_absent", entry), Ended::done);
  EXPECT_EQ(services.settlement, "absent not there");
}

TEST(Submission, IsSettledOnceAndOutsideOfAnswers) {
  FakeServices services;
  EXPECT_THAT(push(services, "settles_twice"), HasSubstr("settle: a submission is settled once"));
  EXPECT_EQ(services.settlement, "received 1");
  EXPECT_THAT(push(services, "parks_after_settling"), HasSubstr("park: what is settled cannot be parked"));
  FakeServices others;
  EXPECT_THAT(push(others, "settles_inside_an_answer"),
              HasSubstr("settle: called it inside the callback of another"));
  EXPECT_EQ(others.settlement, "");
}

TEST(Submission, OfAnUnknownTypeOrFieldIsRefusedBeforeTheAdapterSeesIt) {
  FakeServices services;
  Adapter adapter(misuser(), {});
  EXPECT_THROW(adapter.push(services, "never_settles", {{"dog", "1", "", true, "", {}}, "k"}), Error);
  Adapter other(misuser(), {});
  EXPECT_THROW(
      other.push(services, "never_settles", {{"person", "1", "", true, "", {{"colour", "red"}}}, "k"}),
      Error);
  EXPECT_THAT(services.submissions, IsEmpty());
}

// ---- sentences

TEST(Sentences, NeverHaveAPersonasKods) {
  FakeServices services;
  EXPECT_EQ(pull(services, "names_a_person"),
            "declined: adapter misuser: operation names_a_person: person [code] and [code] are not known");
  EXPECT_THAT(services.lines, ElementsAre("person [code] and [code] are not known"));
}

// ---- the watchdog

TEST(Watchdog, SeesAnAdapterThatIsSilent) {
  std::atomic<int> barks{0};
  std::string whom;
  Watchdog watchdog(std::chrono::milliseconds{100}, [&](const std::string& adapter) {
    whom = adapter;
    ++barks;
  });
  FakeServices services;
  Adapter adapter(misuser(), {}, {}, &watchdog);
  EXPECT_EQ(adapter.pull(services, "is_silent_for_a_while", ""), Ended::done);
  EXPECT_EQ(barks, 1);
  EXPECT_EQ(whom, "misuser");
}

TEST(Watchdog, DoesNotCountTheHostsOwnTime) {
  std::atomic<int> barks{0};
  Watchdog watchdog(std::chrono::milliseconds{100}, [&](const std::string&) { ++barks; });
  FakeServices services;
  services.before_checkpoint = [] { std::this_thread::sleep_for(std::chrono::milliseconds{300}); };
  Adapter adapter(misuser(), {}, {}, &watchdog);
  adapter.pull(services, "nothing_wrong", "");
  std::this_thread::sleep_for(std::chrono::milliseconds{300});  // nor the time between calls
  EXPECT_EQ(barks, 0);
}

TEST(WatchdogDeathTest, EndsTheProcessOfAnAdapterThatLoops) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Watchdog watchdog(std::chrono::milliseconds{100}, [](const std::string& adapter) {
          const std::string line = "adapter " + adapter + " is silent\n";
          if (::write(STDERR_FILENO, line.data(), line.size()) < 0) ::_exit(1);
          ::_exit(70);
        });
        FakeServices services;
        Adapter adapter(misuser(), {}, {}, &watchdog);
        adapter.pull(services, "loops", "");
      },
      testing::ExitedWithCode(70), "adapter misuser is silent");
}

}  // namespace
}  // namespace tilts::host
