#include "plugins/request_service/names.h"

#include <algorithm>

#include "plugins/sdk/text.h"

namespace tilts::request_service {
namespace {

using sdk::Code;
using sdk::Failure;

void demand(bool holds, const std::string& place, const std::string& what) {
  if (!holds) throw Failure(Code::config, place + " is no " + what + "; nothing was sent, mend it there");
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

bool is_urn(std::string_view text) {
  constexpr std::string_view prefix = "URN:IVIS:";
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_()+,-.=@;$!*";
  constexpr size_t authority = 6;
  constexpr size_t longest = 133;
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return text.size() > authority && sdk::is_digits(text.substr(0, authority)) && text[authority] == ':' &&
         text.size() - authority - 1 <= longest &&
         text.find_first_not_of(allowed, authority + 1) == std::string_view::npos;
}

bool is_type_urn(std::string_view text) {
  return is_urn(text) && text.find(":XSD-") != std::string_view::npos &&
         text.find("-TYPE-") != std::string_view::npos;
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, shape, [](char c, char s) { return s == 'x' ? is_hex(c) : c == s; });
}

std::string optional_name(sdk::Host& host, std::string_view key) {
  try {
    return host.name(key);
  } catch (const Failure& failure) {
    if (failure.code() != Code::config) throw;
    return {};
  }
}

void check(const Service& service) {
  demand(is_urn(service.destination), service.destination_place, "URN:IVIS of a service");
  demand(is_type_urn(service.message_type), service.message_type_place, "URN:IVIS of a schema's type");
  demand(is_type_urn(service.answer_type), "the answer type that belongs to " + service.message_type_place,
         "URN:IVIS of a schema's type");
  demand(service.sender.empty() || is_urn(service.sender), "sender in the profile", "URN:IVIS");
}

Service service_of(sdk::Host& host, const std::string& prefix) {
  Service service{.destination = host.name(prefix + "-destination"),
                  .message_type = host.name(prefix + "-message-type"),
                  .answer_type = host.name(prefix + "-answer-type"),
                  .destination_place = prefix + "-destination in the profile",
                  .message_type_place = prefix + "-message-type in the profile",
                  .asynchronous = false,
                  .sender = optional_name(host, "sender")};
  const std::string call = optional_name(host, prefix + "-call");
  if (!call.empty() && call != "sync" && call != "async")
    throw Failure(Code::config, prefix +
                                    "-call in the profile is neither sync nor async; nothing was sent, mend "
                                    "it there");
  service.asynchronous = call == "async";
  check(service);
  return service;
}

}  // namespace tilts::request_service
