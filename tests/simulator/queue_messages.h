// The queue's XML: requests read, answers written in canonical form. The wire is that of
// adapters/rehabilitation_queue/README.md, held strictly: what it does not name is no request.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tests/simulator/dom.h"

namespace tilts::simulator {

constexpr const char* queue_namespace = "urn:tilts:rehabilitation-queue:1";

struct Attachment {
  std::string name;
  std::string claimed_sha256;
  std::string sha256;  // lower-case hex, over the decoded bytes; empty when they are not base64
};

// What SubmitEntry, CorrectEntry and WithdrawEntry say, as far as the registry looks at it.
struct Submission {
  std::string operation;
  std::string key;
  std::string case_number;
  std::string revision;
  std::string corrects;
  std::string withdraws;
  std::string code;
  std::string group;
  std::string course;
  std::string order;
  std::vector<Attachment> attachments;
  std::string missing;  // the first element that should hold something and does not; neither key nor number
};

// What the registry says of an entry.
struct Verdict {
  std::string number;  // empty: declined
  std::string reason_code;
  std::string reason;

  const char* outcome() const { return number.empty() ? "declined" : "received"; }
};

struct KeyedVerdict {
  std::string key;
  Verdict verdict;
};

// One step of an entry in the queue, as q:Step says it; an empty text is an element that is left out.
struct QueueStep {
  std::string code;
  std::string previous_code;
  std::string number;
  std::string case_number;
  int sequence = 0;  // the first is 1
  std::string state;
  std::string date;
  std::string order;
  std::string group;
  std::string course;
  std::string place;
  std::string from;
  std::string to;
  std::string until;
  std::string keeps_place;
  std::string reason_code;
  std::string reason;
};

// Throw Refusal when the payload is not what its name says, or has no key.
Submission read_submission(const std::string& operation, const xmlNode* payload);
std::string read_inquiry(const xmlNode* payload);  // the key
struct StepsWanted {
  std::string since;  // a cursor; empty: from the beginning
  std::size_t most = 0;
};
StepsWanted read_changes(const xmlNode* payload);

std::string submission_answer(const std::string& operation, const KeyedVerdict& said);
std::string inquiry_answer(const std::vector<KeyedVerdict>& entries);
// `left_out`: so many of the last steps are counted and not sent.
std::string changes_answer(std::span<const QueueStep> steps, std::size_t left_out, const std::string& cursor,
                           bool more);

}  // namespace tilts::simulator
