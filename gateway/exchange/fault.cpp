#include "gateway/exchange/fault.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/exchange/names.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

constexpr size_t largest_fault = 1u << 20;

struct Word {
  std::string_view text;
  FaultKind kind;
};
constexpr Word words[] = {{"Sender", FaultKind::sender},
                          {"Client", FaultKind::sender},
                          {"Receiver", FaultKind::receiver},
                          {"Server", FaultKind::receiver},
                          {"VersionMismatch", FaultKind::version_mismatch},
                          {"MustUnderstand", FaultKind::must_understand},
                          {"DataEncodingUnknown", FaultKind::data_encoding}};

xmlNode* only(const xmlNode* parent, std::string_view uri, std::string_view local) {
  if (parent == nullptr) return nullptr;
  const auto found = xml::elements(parent, uri, local);
  return found.size() == 1 ? found.front() : nullptr;
}

std::string local_part(const xmlNode* qualified_name) {
  if (qualified_name == nullptr) return {};
  const std::string text = xml::text(qualified_name);
  const std::string_view trimmed = xml::trim(text);
  const size_t colon = trimmed.find(':');
  return std::string(colon == std::string_view::npos ? trimmed : trimmed.substr(colon + 1));
}

// `body` is soap:Body.
std::optional<Fault> fault_in(const xmlNode* body) {
  if (body == nullptr) return std::nullopt;
  const std::string_view soap = xml::namespace_of(body);
  const xmlNode* element = only(body, soap, "Fault");
  if (element == nullptr) return std::nullopt;
  const xmlNode* code = only(element, soap, "Code");
  const xmlNode* subcode = only(only(code, soap, "Subcode"), soap, "Value");
  const bool old = soap == names::soap11;
  // SOAP 1.1 puts its subcode behind a dot: Client.Authentication.
  std::string text = local_part(old ? only(element, {}, "faultcode") : only(code, soap, "Value"));
  if (old) text = text.substr(0, text.find('.'));

  Fault fault;
  const auto* const word = std::ranges::find(words, text, &Word::text);
  if (word != std::end(words)) fault.kind = word->kind;
  const std::string sub = local_part(subcode);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (sub.size() <= 64 && std::ranges::all_of(sub, letter)) fault.subcode = sub;
  return fault;
}

}  // namespace

std::string_view name(FaultKind kind) {
  switch (kind) {
    case FaultKind::sender:
      return "Sender";
    case FaultKind::receiver:
      return "Receiver";
    case FaultKind::version_mismatch:
      return "VersionMismatch";
    case FaultKind::must_understand:
      return "MustUnderstand";
    case FaultKind::data_encoding:
      return "DataEncodingUnknown";
    case FaultKind::other:
      break;
  }
  return "other";
}

Fault read_fault(const Verified& verified) {
  if (verified.fault()) {
    const xml::Document document = xml::parse(verified.part("Body"), xml::Limits{});
    if (auto fault = fault_in(xmlDocGetRootElement(document.get()))) return *fault;
  }
  throw Error(Code::bug, "a fault was looked for in an answer that is none");
}

std::optional<FaultKind> peek_fault(std::string_view message) {
  xml::Limits limits;
  limits.bytes = largest_fault;
  try {
    const xml::Document document = xml::parse(message, limits);
    const xmlNode* envelope = xmlDocGetRootElement(document.get());
    const auto fault = fault_in(only(envelope, xml::namespace_of(envelope), "Body"));
    if (fault) return fault->kind;
  } catch (const Error&) {  // not XML that anybody should read
  }
  return std::nullopt;
}

Error as_error(const Fault& fault) {
  const bool receiver = fault.kind == FaultKind::receiver;
  return Error(receiver ? Code::transient : Code::declined,
               fmt::format("the registry answered with a fault ({}{}{})", name(fault.kind),
                           fault.subcode.empty() ? "" : ", ", fault.subcode));
}

}  // namespace tilts::exchange
