// What answers an operation once its request is believed: a registry's own logic. The door (service.h) is the
// same for every registry that is played.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/request.h"

namespace tilts::simulator {

struct Outcome {
  std::string content;  // of the answer's Body, canonical
  std::size_t rows = 0;
  std::string action{};           // of the answer; empty: the operation's, with Response behind it
  std::vector<MimePart> parts{};  // in the order of the content's Includes
};

// How an answer is to be wrong on purpose.
struct Twist {
  std::optional<int> ivis_error;
  bool leave_out_half = false;  // TotalCount stays as it should be
  bool two_entries = false;
  bool other_key = false;
  bool other_audience = false;  // of a token, as only its reader finds out
  bool ended_token = false;     // the same
  bool future_token = false;    // the same
  bool replayed_token = false;  // one that was issued before
};

// Thread-safe.
class Desk {
 public:
  virtual ~Desk() = default;

  // Of what Body holds.
  virtual std::string_view body_namespace() const = 0;
  // Body's child, by default called like the operation.
  virtual std::string_view body_element(std::string_view operation) const { return operation; }
  // In the order in which they are counted.
  virtual std::vector<std::string_view> operations() const = 0;
  // `bytes`: the size of the message that the request came in. Throws Refusal for what is no request at all.
  virtual Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) = 0;
  // What a forger would like believed instead of an answer's content.
  virtual std::string forge(std::string content) const = 0;
};

}  // namespace tilts::simulator
