#include "plugins/request_service/ivis_error.h"

#include <array>
#include <charconv>

namespace tilts::request_service {
namespace {

using sdk::Code;
using Then = IvisError::Then;

// Who can do something about it.
enum class Cause {
  our_header,
  our_body,
  identifier,
  transaction,
  sender,
  destination,
  right,
  address,
  size,
  message_type
};

struct Known {
  std::string_view name;
  Cause cause;
};

constexpr std::array<Known, 23> errors{{
    {"MessageIdNotSpecified", Cause::our_header},                // 1
    {"CorrelationIdNotSpecified", Cause::our_header},            // 2
    {"CorrelationIdNotFound", Cause::identifier},                // 3
    {"TransactionIdIncorrect", Cause::transaction},              // 4
    {"TransactionNotStarted", Cause::transaction},               // 5
    {"SenderIncorrect", Cause::sender},                          // 6
    {"CorrelationIDNotFound", Cause::identifier},                // 7
    {"DestinationIsNull", Cause::destination},                   // 8
    {"DestinationIncorrectType", Cause::destination},            // 9
    {"DestinationNotFound", Cause::destination},                 // 10
    {"DestinationNotIntegrationService", Cause::destination},    // 11
    {"DestinationWrongServiceCallingType", Cause::destination},  // 12
    {"DestinationUserRightToLow", Cause::right},                 // 13
    {"DestinationIncorrectAddress", Cause::address},             // 14
    {"DestinationIncorrectTestAddress", Cause::address},         // 15
    {"MessageTypeNotSet", Cause::our_header},                    // 16
    {"BodyNotSet", Cause::our_header},                           // 17
    {"BodyIncorrect", Cause::our_header},                        // 18
    {"BodyToBig", Cause::size},                                  // 19
    {"URNTypeIsIncorect", Cause::message_type},                  // 20
    {"MessageTypeIncorrect", Cause::message_type},               // 21
    {"BodyWrongFormat", Cause::our_body},                        // 22
    {"MessageTypeNotFound", Cause::message_type},                // 23
}};

IvisError meaning(const Known& known, const Service& service) {
  const auto fails = [&](Code code, std::string next) {
    return IvisError{known.name, Then::fail, code, std::move(next)};
  };
  switch (known.cause) {
    case Cause::our_header:
      return fails(Code::bug, "our request does not fit the request service; report it with this line");
    case Cause::our_body:
      return fails(
          Code::bug,
          "our message does not fit the schema of its MessageType; mend the mapping or template that "
          "it was written from, or report it with this line");
    case Cause::identifier:
      return fails(Code::declined, "a repeated run uses fresh identifiers");
    case Cause::transaction:
      return {known.name, Then::new_transaction, Code::declined, "ask the hub's operator"};
    case Cause::sender:
      return fails(Code::config, "our certificate's user is not the hub's; ask its operator");
    case Cause::destination:
      return fails(Code::config, "mend " + service.destination_place);
    case Cause::right:
      return fails(Code::config, "ask the data provider to open the right for our user");
    case Cause::address:
      return fails(Code::config, "the address of the service at the hub is wrong; ask its operator");
    case Cause::size:
      return {known.name, Then::smaller_list, Code::declined,
              "one person is over the hub's limit; ask the registry"};
    case Cause::message_type:
      return fails(Code::config, "mend " + service.message_type_place);
  }
  return fails(Code::bug, "report it with this line");
}

}  // namespace

IvisError ivis_error(std::string_view code, const Service& service) {
  size_t number = 0;
  const auto [end, failure] = std::from_chars(code.data(), code.data() + code.size(), number);
  if (failure == std::errc{} && end == code.data() + code.size() && number >= 1 && number <= errors.size())
    return meaning(errors[number - 1], service);
  return {"that the guideline does not list", Then::fail, Code::declined, "ask the registry what it means"};
}

}  // namespace tilts::request_service
