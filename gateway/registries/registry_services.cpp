#include "gateway/registries/registry_services.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <Poco/Logger.h>
#include <Poco/UUIDGenerator.h>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/exchange/verifier.h"

namespace tilts::registries {
namespace {

exchange::Content content_of(const host::Content& content, const std::vector<exchange::Attachment>& beside) {
  if (content.kind() == host::Content::Kind::bytes) return std::string(content.bytes());
  if (content.kind() == host::Content::Kind::none)
    throw Error(Code::bug,
                "the adapter asks without content, which a SOAP registry cannot answer; report it to "
                "the adapter's author");
  std::vector<std::string> places;
  places.reserve(beside.size());
  for (const exchange::Attachment& one : beside) places.push_back(one.id);
  // Shared: every attempt writes it again.
  auto calls = std::make_shared<const host::Content>(content);
  return [calls, places = std::move(places)](xml::CanonicalWriter& writer) { calls->write(writer, places); };
}

// Files travel beside the message when the profile says so, else inside of it.
std::vector<exchange::Attachment> attachments_of(const host::Content& content, bool mtom) {
  std::vector<exchange::Attachment> beside;
  if (!mtom) return beside;
  for (const host::Enclosure& one : content.attachments())
    beside.push_back({fmt::format("attachment-{}@tilts", beside.size() + 1), one.media_type, one.bytes});
  return beside;
}

}  // namespace

RegistryServices::RegistryServices(const Registry& registry, Clock clock, std::string work,
                                   std::stop_token stop)
    : registry_(registry), clock_(std::move(clock)), work_(std::move(work)), stop_(std::move(stop)) {}

exchange::Call RegistryServices::call_of(const host::Request& request) const {
  auto beside = attachments_of(request.content, registry_.exchange->profile().mtom);
  exchange::Content content = content_of(request.content, beside);
  return {.operation = request.operation.empty() ? request.action : request.operation,
          .path = request.path,
          .content = std::move(content),
          .attachments = std::move(beside)};
}

void RegistryServices::hand_over(const exchange::Verified& verified, uint64_t index,
                                 const TakeAnswer& answer) {
  std::vector<host::AnswerPart> parts;
  for (const exchange::Part& part : verified.parts()) parts.push_back({part.name, part.bytes});
  std::vector<host::ReceivedPart> received;
  for (const exchange::ReceivedPart& part : verified.received())
    received.push_back({part.id, part.media_type, part.sha256, part.size, part.covered});
  const std::string signing_time =
      verified.signing_time() ? to_text(*verified.signing_time()) : std::string();
  answer(index, {.parts = parts,
                 .assurance = verified.assurance() == exchange::Assurance::message_signed
                                  ? host::Assurance::message_signed
                                  : host::Assurance::tls_only,
                 .status = 200,  // of another one the exchange hands on nothing
                 .fault = verified.fault(),
                 .action = verified.action(),
                 .message_id = verified.message_id(),
                 .received = received,
                 .signer = verified.signer(),
                 .signing_time = signing_time});
}

void RegistryServices::wait(std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop_, time, [] { return false; });
}

bool RegistryServices::cancelled() { return stop_.stop_requested(); }

void RegistryServices::verify_document(std::string_view document, const TakeAnswer& answer) {
  const exchange::Verifier verifier(registry_.exchange->profile().answer, registry_.trust->current(), clock_);
  hand_over(verifier.document(document), 0, answer);
}

void RegistryServices::log(host::LogLevel level, std::string_view text) {
  Poco::Logger& logger = Poco::Logger::get("adapter." + registry_.settings.adapter);
  const std::string line = fmt::format("{}: {}", work_, text);
  switch (level) {
    case host::LogLevel::debug:
      return logger.debug(line);
    case host::LogLevel::information:
      return logger.information(line);
    case host::LogLevel::warning:
      return logger.warning(line);
    case host::LogLevel::error:
      return logger.error(line);
  }
}

std::optional<std::string> RegistryServices::name(std::string_view key) {
  const auto& names = registry_.exchange->profile().names;
  const auto found = names.find(key);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> RegistryServices::action(std::string_view operation) {
  const exchange::Operation* known = registry_.exchange->profile().operation(operation);
  return known ? std::optional(known->action) : std::nullopt;
}

Time RegistryServices::now() { return clock_.now(); }

std::string RegistryServices::uuid() { return Poco::UUIDGenerator().createRandom().toString(); }

}  // namespace tilts::registries
