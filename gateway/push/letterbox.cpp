#include "gateway/push/letterbox.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"

namespace tilts::push {
namespace {

constexpr size_t most_entry_bytes = size_t{2} << 20;  // what is larger is refused with a sentence

std::string digest(const Answer& answer) {
  Sha256 hash;
  hash.add(answer.xml);
  hash.add(answer.text);
  return to_hex(hash.finish());
}

}  // namespace

Letterbox::Letterbox(Intake& intake, store::Store& store, std::string registry_title, OpenPlace open)
    : intake_(intake), store_(store), registry_title_(std::move(registry_title)), open_(std::move(open)) {}

Letterbox::Marks Letterbox::marks() const {
  Marks marks;
  store_.read([&](store::Session& session) {
    for (store::IntakeMark& mark : store_.intakes().list(session, intake_.settings().name))
      marks.emplace(mark.name, std::move(mark));
  });
  return marks;
}

std::vector<std::string> Letterbox::look() try {
  const std::unique_ptr<EntryPlace> place = open_();
  const Marks known = marks();
  std::vector<std::string> troubles;
  std::map<std::string, std::string> looked;
  const std::string holds = place->contents();
  for (const Letter& letter : place->letters()) {
    const auto mark = known.find(letter.name);
    if (mark != known.end() && mark->second.stamp == letter.stamp) {
      // A refused one is judged again when the place holds something else: a document that it lacked.
      const auto refused = refused_.find(letter.name);
      if (!mark->second.submission.empty() || (refused != refused_.end() && refused->second == holds))
        continue;
    }
    const auto before = looked_.find(letter.name);
    const bool same = before != looked_.end() && before->second == letter.stamp;
    looked.emplace(letter.name, letter.stamp);
    if (!same) continue;
    try {
      TakenIn taken;
      if (!take(*place, letter, taken)) continue;
      if (taken.submission.empty())
        refused_[letter.name] = holds;
      else
        looked.erase(letter.name);
    } catch (const std::exception& error) {
      troubles.push_back(fmt::format("intake {}: an entry could not be taken in, it is tried again: {}",
                                     intake_.settings().name, error.what()));
    }
  }
  looked_ = std::move(looked);
  return troubles;
} catch (const std::exception& error) {
  return {error.what()};
}

TakenIn Letterbox::take_now(const std::string& name) {
  const std::unique_ptr<EntryPlace> place = open_();
  const auto letter = place->letter(name);
  TakenIn taken;
  if (!letter || !take(*place, *letter, taken))
    throw Error(Code::config, fmt::format("{}: it is not there, no plain file, or still being written; say "
                                          "this again when it is whole",
                                          name));
  return taken;
}

bool Letterbox::take(EntryPlace& place, const Letter& letter, TakenIn& taken) {
  std::string bytes;
  const Reading reading = place.read(letter, most_entry_bytes, bytes);
  if (reading == Reading::missing || reading == Reading::changing) return false;
  if (reading == Reading::too_large) bytes.assign(most_entry_bytes, ' ');
  taken = intake_.take(place, letter, bytes);
  settled_.erase(letter.name);  // what this name stood for before is another matter
  if (!taken.submission.empty()) return true;
  const Marks known = marks();
  const auto before = known.find(letter.name);
  store::IntakeMark mark{intake_.settings().name, letter.name, letter.stamp, {}, {}, taken.at};
  if (before != known.end()) mark.answer = before->second.answer;
  write(place, mark, refused(letter.name, taken.findings));
  return true;
}

// The answer, then the mark: a crash between them writes the same again.
void Letterbox::write(EntryPlace& place, store::IntakeMark mark, const Answer& answer) {
  const std::string now = digest(answer);
  if (mark.answer == now && place.answered(mark.name)) return;
  place.answer(mark.name, answer, intake_.now());
  mark.answer = now;
  store_.write([&](store::Transaction& transaction) { store_.intakes().put(transaction, mark); });
}

store::Submission Letterbox::submission_of(store::Session& session, const store::IntakeMark& mark) const {
  if (auto submission = store_.submissions().find(session, mark.submission)) return *std::move(submission);
  throw Error(Code::bug, "an intake's mark names a submission that is not there");
}

std::vector<std::string> Letterbox::answer() try {
  const std::unique_ptr<EntryPlace> place = open_();
  const Marks all = marks();
  std::vector<std::string> troubles;
  for (const auto& [name, mark] : all) {
    if (mark.submission.empty()) continue;
    try {
      answer(*place, mark, all);
    } catch (const std::exception& error) {
      troubles.push_back(fmt::format("submission {}: its answer could not be written, it is tried again: {}",
                                     mark.submission, error.what()));
    }
  }
  return troubles;
} catch (const std::exception& error) {
  return {error.what()};
}

void Letterbox::answer(EntryPlace& place, const store::IntakeMark& mark, const Marks& all) {
  const auto settled = settled_.find(mark.name);
  if (settled != settled_.end()) {
    if (settled->second + intake_.settings().kept < intake_.now() && place.may_leave(mark.name))
      remove(place, mark, all);
    return;
  }
  if (!place.has(mark.name)) return;
  const auto [submission, made] = store_.read([&](store::Session& session) {
    store::Submission known = submission_of(session, mark);
    Answer answer =
        standing(mark.name, registry_title_, known, store_.submissions().findings(session, known.id),
                 store_.submissions().history(session, known.id));
    return std::pair{std::move(known), std::move(answer)};
  });
  write(place, mark, made);
  if (submission.state == store::SubmissionState::received ||
      submission.state == store::SubmissionState::declined)
    // Whoever enters again what was erased has its days to read the answer.
    settled_.emplace(mark.name, submission.erased == Time{} ? submission.changed : mark.taken);
}

std::vector<Entry::Attachment> Letterbox::documents_of(EntryPlace& place, const std::string& name,
                                                       const store::Submission& submission) {
  if (submission.erased == Time{}) return entry_of(unpack_entry(submission.content)).attachments;
  // The ledger has them no more; what lies there is the same, or it would not stand for that submission.
  std::string bytes;
  const auto letter = place.letter(name);
  if (!letter || place.read(*letter, most_entry_bytes, bytes) != Reading::read) return {};
  const auto entry = read_judged_entry(bytes, letter->form);
  return entry ? entry->attachments : std::vector<Entry::Attachment>();
}

// The ledger keeps all of it. A document that another entry names stays for that one.
void Letterbox::remove(EntryPlace& place, const store::IntakeMark& mark, const Marks& all) {
  std::set<std::string> documents, of_others;
  store_.read([&](store::Session& session) {
    for (const auto& [name, other] : all) {
      if (other.submission.empty() || !place.has(name)) continue;
      for (const Entry::Attachment& attachment : documents_of(place, name, submission_of(session, other)))
        (name == mark.name ? documents : of_others).insert(attachment.file);
    }
  });
  for (const std::string& shared : of_others) documents.erase(shared);
  place.remove(mark.name, documents);
  settled_.erase(mark.name);
  store_.write(
      [&](store::Transaction& transaction) { store_.intakes().remove(transaction, mark.intake, mark.name); });
}

}  // namespace tilts::push
