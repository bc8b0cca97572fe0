#include "tests/simulator/ivis.h"

#include <array>
#include <string>

namespace tilts::simulator {

std::string_view ivis_error_name(int number) {
  constexpr std::array<std::string_view, 23> names{"MessageIdNotSpecified",
                                                   "CorrelationIdNotSpecified",
                                                   "CorrelationIdNotFound",
                                                   "TransactionIdIncorrect",
                                                   "TransactionNotStarted",
                                                   "SenderIncorrect",
                                                   "CorrelationIDNotFound",
                                                   "DestinationIsNull",
                                                   "DestinationIncorrectType",
                                                   "DestinationNotFound",
                                                   "DestinationNotIntegrationService",
                                                   "DestinationWrongServiceCallingType",
                                                   "DestinationUserRightToLow",
                                                   "DestinationIncorrectAddress",
                                                   "DestinationIncorrectTestAddress",
                                                   "MessageTypeNotSet",
                                                   "BodyNotSet",
                                                   "BodyIncorrect",
                                                   "BodyToBig",
                                                   "URNTypeIsIncorect",
                                                   "MessageTypeIncorrect",
                                                   "BodyWrongFormat",
                                                   "MessageTypeNotFound"};
  const auto place = static_cast<std::size_t>(number - 1);
  return number < 1 || place >= names.size() ? std::string_view() : names[place];
}

IvisError::IvisError(int number)
    : std::runtime_error(std::string(ivis_error_name(number))), number_(number) {}

}  // namespace tilts::simulator
