#include "tests/simulator/e_address.h"

#include <array>
#include <ostream>
#include <stdexcept>

#include <Poco/JSON/Object.h>
#include <openssl/err.h>

#include "tests/simulator/xades.h"

namespace tilts::simulator {
namespace {

struct Operation {
  std::string_view name;
  std::string_view element;
};

constexpr std::array<Operation, 7> all_operations{
    {{"SendMessage", "SendMessageInput"},
     {"GetMessageList", "GetMessageListInput"},
     {"GetMessage", "GetMessageInput"},
     {"GetAttachmentSection", "GetAttachmentSectionInput"},
     {"ConfirmMessage", "ConfirmMessageInput"},
     {"GetInitialAddresseeRecordList", "GetInitialAddresseeRecordListInput"},
     {"GetChangedAddresseeRecordList", "GetChangedAddresseeRecordListInput"}}};

void demand(bool holds, const std::string& what) {
  if (!holds) throw Refusal(Blame::sender, what);
}

DocumentForm form_of(const Profile& profile) {
  if (!profile.document) throw std::runtime_error("profile: e-address needs document, and mtom");
  return *profile.document;
}

template <typename T>
T found(std::optional<T> wanted, const char* otherwise) {
  demand(wanted.has_value(), otherwise);
  return std::move(*wanted);
}

}  // namespace

EAddress::EAddress(const Profile& profile, const Clock& clock, Signers& signers, LetterKeys keys,
                   std::string mailbox, std::uint64_t seed)
    : profile_(profile),
      clock_(clock),
      signers_(signers),
      form_(form_of(profile)),
      keys_(std::move(keys)),
      address_(std::move(mailbox)),
      directory_(seed) {}

bool EAddress::is_meant(const Profile& profile) { return profile.operations.contains("SendMessage"); }

std::string_view EAddress::body_element(std::string_view operation) const {
  for (const Operation& known : all_operations)
    if (known.name == operation) return known.element;
  return operation;
}

std::vector<std::string_view> EAddress::operations() const {
  std::vector<std::string_view> names;
  for (const Operation& known : all_operations) names.push_back(known.name);
  return names;
}

Outcome EAddress::answer(const Request& request, std::size_t bytes, const Twist&) {
  demand(bytes <= profile_.request_bytes, "the message is larger than e-address takes");
  const std::string& operation = request.operation;
  if (operation == "SendMessage") return send(request);
  if (operation == "GetMessageList") {
    const ListWanted wanted = read_list(request.payload);
    return {list_answer(
        found(mailbox_.list(wanted.after, wanted.most), "StartAfter names no message that ever was here"))};
  }
  if (operation == "GetMessage")
    return letter_answer(
        found(mailbox_.find(read_only(request.payload, "MessageId")), "there is no such message"));
  if (operation == "GetAttachmentSection") {
    const SectionWanted wanted = read_section(request.payload);
    const Letter letter = found(mailbox_.find(wanted.message_id), "there is no such message");
    for (const LetterFile& file : letter.files)
      if (file.content_id == wanted.content_id && wanted.index < file.sections)
        return section_answer(wanted, file);
    throw Refusal(Blame::sender, "there is no such section");
  }
  if (operation == "ConfirmMessage") {
    const std::string id = read_only(request.payload, "MessageId");
    return {confirm_answer(id, mailbox_.confirm(id))};
  }
  const std::lock_guard lock(mutex_);
  if (operation == "GetInitialAddresseeRecordList")
    return {initial_answer(
        found(directory_.all(read_only(request.payload, "Token", true)), "the Token was never given"))};
  return {changed_answer(
      found(directory_.changes(read_only(request.payload, "LastVersion")), "LastVersion was never given"))};
}

Outcome EAddress::send(const Request& request) {
  SentMessage message = read_sent(request.payload);
  demand(message.sender == address_, "SenderEAddress is not the mailbox of who signed the request");
  try {
    const Document alone = stand_alone(message.envelope);
    demand_document(alone.get(), form_, signers_, clock_.now());
  } catch (const Refusal&) {
    throw;
  } catch (const std::exception& error) {
    ERR_clear_error();  // the queue belongs to this thread and would be read by the next TLS call
    throw Refusal(Blame::sender, error.what());
  }
  message.envelope = nullptr;
  const std::string id = uuid();
  const LetterWish notice{.sender = service_address,
                          .author = "E-adrese",
                          .kind = delivery_notice,
                          .title = "Piegādes paziņojums",
                          .reference = message.reference,
                          .files = {}};
  const bool wants_notice = message.wants_notice;
  {
    const std::lock_guard lock(mutex_);
    demand_recipients(message);
    sent_.push_back({id, std::move(message)});
  }
  if (wants_notice) post(notice);
  return {sent_answer(id)};
}

void EAddress::demand_recipients(const SentMessage& message) const {
  for (const std::string& recipient : message.recipients)
    demand(directory_.find(recipient) != nullptr, "RecipientEAddress is nobody's, or not active");
}

std::string EAddress::put(LetterWish wish) {
  if (wish.sender.empty()) throw std::invalid_argument("sender is missing");
  {
    const std::lock_guard lock(mutex_);
    const Institution* known = directory_.find(wish.sender);
    wish.author = known == nullptr ? wish.sender : known->title;
  }
  return post(std::move(wish));
}

std::string EAddress::post(LetterWish wish) {
  std::string id = mailbox_.next_id();
  mailbox_.put(write_letter(std::move(wish), id, address_, form_, keys_, clock_.now()));
  return id;
}

// What would hurt: another document's title, a message removed that is still there.
std::string EAddress::forge(std::string content) const {
  constexpr std::pair<std::string_view, std::string_view> lies[] = {
      {"<d:Title>", "<d:Title>Viltots: "},
      {">ConfirmError<", ">Confirmed<"},
      {">true</m:Active>", ">false</m:Active>"}};
  for (const auto& [right, wrong] : lies)
    for (std::size_t at = content.find(right); at != std::string::npos;
         at = content.find(right, at + wrong.size()))
      content.replace(at, right.size(), wrong);
  return content;
}

void EAddress::write_sent(std::ostream& out) const {
  const std::lock_guard lock(mutex_);
  Poco::JSON::Array all;
  for (const Sent& sent : sent_) {
    Poco::JSON::Array files, recipients;
    for (const SentFile& file : sent.message.files) {
      Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
      object.set("name", file.name).set("sha256", file.sha256).set("size", file.size);
      files.add(object);
    }
    for (const std::string& recipient : sent.message.recipients) recipients.add(recipient);
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("message_id", sent.message_id)
        .set("reference", sent.message.reference)
        .set("recipient", sent.message.recipients.front())
        .set("recipients", recipients)
        .set("kind", sent.message.kind)
        .set("title", sent.message.title)
        .set("files", files);
    all.add(object);
  }
  all.stringify(out);
  out << '\n';
}

Directory::Turn EAddress::advance() {
  const std::lock_guard lock(mutex_);
  return directory_.advance();
}

std::string EAddress::version() const {
  const std::lock_guard lock(mutex_);
  return directory_.version();
}

}  // namespace tilts::simulator
