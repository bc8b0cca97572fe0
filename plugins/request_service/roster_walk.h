// Everyone on a run's roster, asked about in lists: many at once, by SubmitSync or (where the profile says
// "async") by Submit, GetStatus and a fetched result. Lists are cut to the hub's limit before they are sent,
// and halved when it finds one too big all the same.
//
// Resumable: every answered list is a checkpoint, whose cursor is "asked/size/total" (no personal data),
// empty again after the last. A roster of another size is another roster, and is asked from its beginning. An
// asynchronous walk waits up to a minute inside the run; for longer it parks, and the adapter's resume goes
// on with the token.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/request_service/conversation.h"

namespace tilts::request_service {

using Codes = std::vector<std::string>;  // personas kodi in 11 digits

// What an adapter asks about people, and how it takes the answer.
struct ListQuestion {
  Service service;
  uint64_t page = 1;      // people to a list, at most
  bool snapshot = false;  // the last checkpoint carries how many records there are in all
  std::function<void(sdk::Writer&, const Codes&)> write;  // what stands in i:Body
  // Emits what the answer says and adds to `total` how many people or records it counts. Throws Failure, and
  // then nothing of it may be kept.
  std::function<Answered(const Reply&, const Codes&, uint64_t& total)> read;
};

class RosterWalk {
 public:
  RosterWalk(sdk::Host& host, const ListQuestion& question);

  void pull(std::string_view cursor);
  void resume(std::string_view token);

 private:
  // Where in the roster a run is.
  struct Position {
    uint64_t asked = 0;
    uint64_t size = 0;
    uint64_t total = 0;

    std::string text() const;
  };
  // One list under way.
  struct Open {
    Header header;
    Codes codes;
  };

  void go_on(Conversation& conversation);
  void cut_to_limit();
  Answered ask_window(Conversation& conversation);
  Answered submit_window(Conversation& conversation);
  // Whether every list of the window is answered; otherwise the run is parked.
  bool collect(Conversation& conversation, Answered& last);
  Answered poll(Conversation& conversation);
  Answered fetch(Conversation& conversation);
  void take(const Answered& answered, const Open& open, uint64_t total, Conversation& conversation);
  void answer(const Answered& answered, Conversation& conversation);
  sdk::Request request(const std::string& operation, const Open& open) const;
  uint64_t lists_left() const;
  std::string token(const Conversation& conversation) const;
  bool read_token(std::string_view token, std::string& transaction);

  sdk::Host& host_;
  const ListQuestion& question_;
  const size_t limit_;           // bytes of a request's content
  const std::string result_;     // the profile's operation that fetches a result
  const AnswerReader statuses_;  // acknowledgements and statuses: no Body
  Position at_;
  uint64_t page_;
  std::deque<Open> open_;  // submitted and not taken yet, in the roster's order
  uint64_t waited_ = 0;    // seconds inside this call
  uint64_t poll_ = 0;      // seconds until the hub wants to be asked again
};

}  // namespace tilts::request_service
