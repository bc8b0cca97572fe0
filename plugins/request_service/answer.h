// i:IVISResponse: its header checked against what was asked, its errors given a meaning, its Body handed to
// the adapter row by row, all in one pass over the verified bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/request_service/envelope.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::request_service {

// How an adapter reads i:Body: paths begin below it. Prefixes s, r and i are taken.
struct BodyShape {
  std::vector<sdk::Prefix> namespaces;
  std::vector<std::string> fields;
  std::vector<sdk::Group> groups;
};

// A verified answer, and what it must be an answer to.
struct Reply {
  std::string_view body;
  std::string operation;  // what was asked: SubmitSync, Submit, GetStatus or the profile's result operation
  const Service& service;
  const Header& sent;
};

// What became of one question.
struct Answered {
  enum class Outcome {
    answered,
    pending,           // of an asynchronous one: ask again after poll_seconds
    transaction_lost,  // errors 4 and 5
    list_too_big,      // error 19
  } outcome = Outcome::answered;
  std::string refusal;              // of the last two: the sentence, should it happen again
  std::string time_stamp;           // the hub's, xs:dateTime
  uint64_t poll_seconds = 0;        // PollInterval; 0 when the answer has none
  std::vector<std::string> fields;  // the shape's, in their order; one that is absent is empty
  std::string_view body;            // what it was read from; while Take::whole runs
};

// The hub's own no, in a trusted answer: an error of its list that ends the question. What was asked went no
// further than the hub.
class Refused : public sdk::Failure {
 public:
  using Failure::Failure;
};

// What does not fit an answer of the hub: Failure(untrusted).
sdk::Failure misfit(const std::string& what);

// What an adapter does with an answer. A Failure of either comes out of read() with the question's name.
struct Take {
  std::function<void(const sdk::Row&)> row = [](const sdk::Row&) {};
  // Of an answer that is one, when all its rows were taken.
  std::function<void(const Answered&)> whole = [](const Answered&) {};
};

class AnswerReader {
 public:
  explicit AnswerReader(BodyShape shape = {});

  // Throws Failure(bug) when the shape's paths do not go together.
  void check() const { reader(soap12_namespace, "SubmitSync"); }

  // Throws Failure naming the question for an error that ends it, and for whatever is not its answer; then
  // nothing that `take` was handed may be kept.
  Answered read(const Reply& reply, const Take& take) const;

 private:
  const sdk::RecordReader& reader(std::string_view soap, const std::string& operation) const;
  Answered read_answer(const Reply& reply, const Take& take) const;

  BodyShape shape_;
  mutable std::map<std::string, sdk::RecordReader> readers_;  // by SOAP's namespace and operation
};

}  // namespace tilts::request_service
