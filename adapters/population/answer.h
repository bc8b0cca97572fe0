// The people of one answer: checked against whom was asked about, and emitted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/request_service/asked.h"
#include "plugins/request_service/conversation.h"
#include "plugins/sdk/host.h"

namespace tilts::population {

inline constexpr std::string_view person_namespace = "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0";

// What became of one question.
struct Taken {
  request_service::Answered answered;
  uint64_t total = 0;       // people, by the registry's own count
  std::string next_cursor;  // the change feed's
  bool has_more = false;
};

class PeopleReader {
 public:
  // `element`: PersonListResponse or PersonChangesResponse.
  explicit PeopleReader(const std::string& element);

  // Emits everyone in the answer, or throws Failure; then nothing of it may be kept. `asked` is nullptr for
  // the change feed, which names whom it likes.
  Taken read(sdk::Host& host, const request_service::Reply& reply, request_service::Asked* asked) const;
  // The change feed's next page, asked for in the conversation.
  Taken ask_changes(sdk::Host& host, request_service::Conversation& conversation,
                    const request_service::Service& service, const request_service::WriteBody& body) const;

 private:
  const request_service::AnswerReader reader_;
};

}  // namespace tilts::population
