#include "tests/simulator/mailbox.h"

#include <algorithm>
#include <charconv>
#include <ostream>

#include <Poco/JSON/Object.h>

namespace tilts::simulator {
namespace {

// Zero when it is none of ours.
unsigned long number_of(const std::string& id) {
  unsigned long number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : 0;
}

Poco::JSON::Array files_of(const Letter& letter) {
  Poco::JSON::Array files;
  for (const LetterFile& file : letter.files) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", file.name).set("sha256", file.sha256).set("size", file.size);
    files.add(object);
  }
  return files;
}

}  // namespace

std::string Mailbox::next_id() {
  const std::lock_guard lock(mutex_);
  return std::to_string(++last_);
}

// By their numbers, which two threads may put in the wrong order.
void Mailbox::put(Letter letter) {
  const std::lock_guard lock(mutex_);
  const unsigned long number = number_of(letter.id);
  const auto behind = std::find_if(letters_.begin(), letters_.end(),
                                   [&](const Letter& other) { return number_of(other.id) > number; });
  letters_.insert(behind, std::move(letter));
}

std::optional<Mailbox::Page> Mailbox::list(const std::string& after, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const auto known = [&](const Letter& letter) { return letter.id == after; };
  if (!after.empty() && std::none_of(letters_.begin(), letters_.end(), known)) return std::nullopt;
  Page page;
  for (const Letter& letter : letters_) {
    if (letter.confirmed || number_of(letter.id) <= number_of(after)) continue;
    page.more = page.letters.size() == most;
    if (page.more) break;
    page.letters.push_back(letter);
  }
  return page;
}

std::optional<Letter> Mailbox::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const Letter& letter : letters_)
    if (letter.id == id && !letter.confirmed) return letter;
  return std::nullopt;
}

bool Mailbox::confirm(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (Letter& letter : letters_) {
    if (letter.id != id || letter.confirmed) continue;
    letter.confirmed = true;
    for (LetterFile& file : letter.files) file.travels = {};  // nobody can fetch them any more
    return true;
  }
  return false;
}

void Mailbox::write(std::ostream& out) const {
  const std::lock_guard lock(mutex_);
  Poco::JSON::Array all;
  for (const Letter& letter : letters_) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("message_id", letter.id)
        .set("sender", letter.sender)
        .set("kind", letter.kind)
        .set("title", letter.title)
        .set("reference", letter.reference)
        .set("received", riga(letter.received))
        .set("files", files_of(letter))
        .set("confirmed", letter.confirmed);
    all.add(object);
  }
  all.stringify(out);
  out << '\n';
}

}  // namespace tilts::simulator
