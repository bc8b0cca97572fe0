#include "adapters/population/ivis_error.h"

#include <array>
#include <charconv>

namespace tilts::population {
namespace {

using sdk::Code;
using Then = IvisError::Then;

constexpr std::string_view our_message =
    "our request does not fit the request service; report it with this line";
constexpr std::string_view repeat = "a repeated run uses fresh identifiers";
constexpr std::string_view destination = "mend list-destination and changes-destination in the profile";
constexpr std::string_view message_type = "mend list-message-type and changes-message-type in the profile";
constexpr std::string_view operator_ = "the address of the service at the hub is wrong; ask its operator";

constexpr std::array<IvisError, 23> errors{{
    {"MessageIdNotSpecified", Then::fail, Code::bug, our_message},                                // 1
    {"CorrelationIdNotSpecified", Then::fail, Code::bug, our_message},                            // 2
    {"CorrelationIdNotFound", Then::fail, Code::declined, repeat},                                // 3
    {"TransactionIdIncorrect", Then::new_transaction, Code::declined, "ask the hub's operator"},  // 4
    {"TransactionNotStarted", Then::new_transaction, Code::declined, "ask the hub's operator"},   // 5
    {"SenderIncorrect", Then::fail, Code::config,
     "our certificate's user is not the hub's; ask its operator"},                  // 6
    {"CorrelationIDNotFound", Then::fail, Code::declined, repeat},                  // 7
    {"DestinationIsNull", Then::fail, Code::config, destination},                   // 8
    {"DestinationIncorrectType", Then::fail, Code::config, destination},            // 9
    {"DestinationNotFound", Then::fail, Code::config, destination},                 // 10
    {"DestinationNotIntegrationService", Then::fail, Code::config, destination},    // 11
    {"DestinationWrongServiceCallingType", Then::fail, Code::config, destination},  // 12
    {"DestinationUserRightToLow", Then::fail, Code::config,
     "ask the data provider to open the right for our user"},                  // 13
    {"DestinationIncorrectAddress", Then::fail, Code::config, operator_},      // 14
    {"DestinationIncorrectTestAddress", Then::fail, Code::config, operator_},  // 15
    {"MessageTypeNotSet", Then::fail, Code::bug, our_message},                 // 16
    {"BodyNotSet", Then::fail, Code::bug, our_message},                        // 17
    {"BodyIncorrect", Then::fail, Code::bug, our_message},                     // 18
    {"BodyToBig", Then::smaller_list, Code::declined,
     "one person is over the hub's limit; ask the registry"},          // 19
    {"URNTypeIsIncorect", Then::fail, Code::config, message_type},     // 20
    {"MessageTypeIncorrect", Then::fail, Code::config, message_type},  // 21
    {"BodyWrongFormat", Then::fail, Code::bug, our_message},           // 22
    {"MessageTypeNotFound", Then::fail, Code::config, message_type},   // 23
}};

}  // namespace

IvisError ivis_error(std::string_view code) {
  size_t number = 0;
  const auto [end, failure] = std::from_chars(code.data(), code.data() + code.size(), number);
  if (failure == std::errc{} && end == code.data() + code.size() && number >= 1 && number <= errors.size())
    return errors[number - 1];
  return {"that the guideline does not list", Then::fail, Code::declined, "ask the registry what it means"};
}

}  // namespace tilts::population
