#include "adapters/e_address/answer.h"

#include <optional>

#include "plugins/sdk/base64.h"

namespace tilts::e_address {

sdk::Failure misfit(std::string_view operation, const std::string& what) {
  return {sdk::Code::untrusted, "the answer to " + std::string(operation) + ": " + what +
                                    "; nothing of it was taken, ask who runs the interface"};
}

std::string_view body_of(const sdk::Answer& answer, std::string_view operation) {
  const std::string_view action = answer.action();
  if (!action.empty() && !action.ends_with("/" + std::string(operation) + "Response"))
    throw misfit(operation, "it is the answer to something else");
  const std::string_view body = answer.part("Body");
  if (body.empty()) throw misfit(operation, "it has no Body that was verified");
  return body;
}

std::string decoded(std::string_view text, std::string_view operation) {
  std::optional<std::string> octets = sdk::from_base64(text);
  if (!octets) throw misfit(operation, "something in it is not base64");
  return *std::move(octets);
}

}  // namespace tilts::e_address
