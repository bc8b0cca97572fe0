#include "gateway/push/intake_folder.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/push/plain_file.h"

namespace tilts::push {
namespace {

constexpr size_t most_entry_bytes = size_t{2} << 20;  // what is larger is refused with a sentence

std::string digest(const Answer& answer) {
  Sha256 hash;
  hash.add(answer.xml);
  hash.add(answer.text);
  return to_hex(hash.finish());
}

// What is not an answer of ours, and what it looks like.
std::string contents(const targets::Folder& folder, const std::vector<std::string>& files) {
  Sha256 hash;
  for (const std::string& file : files)
    if (!file.ends_with(".answer.xml") && !file.ends_with(".answer.txt"))
      hash.add(file + '/' + stamp_of(folder, file).value_or("") + '\n');
  return to_hex(hash.finish());
}

std::string xml_name(const std::string& entry) { return entry + ".answer.xml"; }
std::string text_name(const std::string& entry) { return entry + ".answer.txt"; }

}  // namespace

IntakeFolder::IntakeFolder(Intake& intake, store::Store& store, std::string registry_title,
                           std::filesystem::path path)
    : intake_(intake), store_(store), registry_title_(std::move(registry_title)), path_(std::move(path)) {}

IntakeFolder::Marks IntakeFolder::marks() const {
  Marks marks;
  store_.read([&](store::Session& session) {
    for (store::IntakeMark& mark : store_.intakes().list(session, intake_.settings().name))
      marks.emplace(mark.name, std::move(mark));
  });
  return marks;
}

std::vector<std::string> IntakeFolder::look() try {
  const targets::Folder folder(path_, "intake " + intake_.settings().name);
  const Marks known = marks();
  std::vector<std::string> troubles;
  std::map<std::string, std::string> looked;
  const std::vector<std::string> files = folder.files();
  const std::string holds = contents(folder, files);
  for (const std::string& file : files) {
    if (!form_of(file)) continue;
    const auto stamp = stamp_of(folder, file);
    if (!stamp) continue;
    const auto mark = known.find(file);
    if (mark != known.end() && mark->second.stamp == *stamp) {
      // A refused one is judged again when the folder holds something else: a document that it lacked.
      const auto refused = refused_.find(file);
      if (!mark->second.submission.empty() || (refused != refused_.end() && refused->second == holds))
        continue;
    }
    const auto before = looked_.find(file);
    const bool same = before != looked_.end() && before->second == *stamp;
    looked.emplace(file, *stamp);
    if (!same) continue;
    try {
      TakenIn taken;
      if (!take(folder, file, *stamp, taken)) continue;
      if (taken.submission.empty())
        refused_[file] = holds;
      else
        looked.erase(file);
    } catch (const std::exception& error) {
      troubles.push_back(fmt::format("intake {}: an entry could not be taken in, it is tried again: {}",
                                     intake_.settings().name, error.what()));
    }
  }
  looked_ = std::move(looked);
  return troubles;
} catch (const Error& error) {
  return {error.what()};
}

TakenIn IntakeFolder::take_now(const std::string& file) {
  const targets::Folder folder(path_, "intake " + intake_.settings().name);
  const auto stamp = stamp_of(folder, file);
  TakenIn taken;
  if (!stamp || !take(folder, file, *stamp, taken))
    throw Error(Code::config, fmt::format("{}: it is not there, no plain file, or still being written; say "
                                          "this again when it is whole",
                                          (folder.path() / file).string()));
  return taken;
}

bool IntakeFolder::take(const targets::Folder& folder, const std::string& file, const std::string& stamp,
                        TakenIn& taken) {
  std::string bytes;
  const Reading reading = read_plain_file(folder, file, most_entry_bytes, bytes);
  if (reading == Reading::missing || reading == Reading::changing) return false;
  if (reading == Reading::too_large) bytes.assign(most_entry_bytes, ' ');
  taken = intake_.take(folder, file, bytes, stamp);
  settled_.erase(file);  // what this name stood for before is another matter
  if (!taken.submission.empty()) return true;
  const Marks known = marks();
  const auto before = known.find(file);
  store::IntakeMark mark{intake_.settings().name, file, stamp, {}, {}, taken.at};
  if (before != known.end()) mark.answer = before->second.answer;
  write(folder, mark, refused(file, taken.findings));
  return true;
}

// Both files, then the mark: a crash between them writes the same again.
void IntakeFolder::write(const targets::Folder& folder, store::IntakeMark mark, const Answer& answer) {
  const std::string now = digest(answer);
  if (mark.answer == now && folder.has(text_name(mark.name)) && folder.has(xml_name(mark.name))) return;
  for (const auto& [name, bytes] :
       {std::pair{xml_name(mark.name), &answer.xml}, std::pair{text_name(mark.name), &answer.text}}) {
    targets::DurableFile file(folder, name);
    file.write(*bytes);
    file.commit();
  }
  mark.answer = now;
  store_.write([&](store::Transaction& transaction) { store_.intakes().put(transaction, mark); });
}

store::Submission IntakeFolder::submission_of(store::Session& session, const store::IntakeMark& mark) const {
  if (auto submission = store_.submissions().find(session, mark.submission)) return *std::move(submission);
  throw Error(Code::bug, "an intake's mark names a submission that is not there");
}

std::vector<std::string> IntakeFolder::answer() try {
  const targets::Folder folder(path_, "intake " + intake_.settings().name);
  const Marks all = marks();
  std::vector<std::string> troubles;
  for (const auto& [name, mark] : all) {
    if (mark.submission.empty()) continue;
    try {
      answer(folder, mark, all);
    } catch (const std::exception& error) {
      troubles.push_back(fmt::format("submission {}: its answer could not be written, it is tried again: {}",
                                     mark.submission, error.what()));
    }
  }
  return troubles;
} catch (const std::exception& error) {
  return {error.what()};
}

void IntakeFolder::answer(const targets::Folder& folder, const store::IntakeMark& mark, const Marks& all) {
  const auto settled = settled_.find(mark.name);
  if (settled != settled_.end()) {
    if (settled->second + intake_.settings().kept >= intake_.now()) return;
    remove(folder, mark, all);
    settled_.erase(settled);
    return;
  }
  if (!folder.has(mark.name)) return;
  const auto [submission, made] = store_.read([&](store::Session& session) {
    store::Submission known = submission_of(session, mark);
    Answer answer =
        standing(mark.name, registry_title_, known, store_.submissions().findings(session, known.id),
                 store_.submissions().history(session, known.id));
    return std::pair{std::move(known), std::move(answer)};
  });
  write(folder, mark, made);
  if (submission.state == store::SubmissionState::received ||
      submission.state == store::SubmissionState::declined)
    // Whoever enters again what was erased has its days to read the answer.
    settled_.emplace(mark.name, submission.erased == Time{} ? submission.changed : mark.taken);
}

std::vector<Entry::Attachment> IntakeFolder::documents_of(const targets::Folder& folder,
                                                          const std::string& file,
                                                          const store::Submission& submission) {
  if (submission.erased == Time{}) return entry_of(unpack_entry(submission.content)).attachments;
  // The ledger has them no more; the file is the same, or it would not stand for that submission.
  std::string bytes;
  if (read_plain_file(folder, file, most_entry_bytes, bytes) != Reading::read) return {};
  const auto entry = read_judged_entry(bytes, form_of(file).value_or(EntryForm::xml));
  return entry ? entry->attachments : std::vector<Entry::Attachment>();
}

// The ledger keeps all of it. A document that another entry names stays for that one.
void IntakeFolder::remove(const targets::Folder& folder, const store::IntakeMark& mark, const Marks& all) {
  std::set<std::string> documents, of_others;
  store_.read([&](store::Session& session) {
    for (const auto& [name, other] : all) {
      if (other.submission.empty() || !folder.has(name)) continue;
      for (const Entry::Attachment& attachment : documents_of(folder, name, submission_of(session, other)))
        (name == mark.name ? documents : of_others).insert(attachment.file);
    }
  });
  for (const std::string& document : documents)
    if (!of_others.contains(document) && folder.has(document)) folder.remove(document);
  for (const std::string& name : {text_name(mark.name), xml_name(mark.name), mark.name})
    if (folder.has(name)) folder.remove(name);
  folder.sync();
  store_.write(
      [&](store::Transaction& transaction) { store_.intakes().remove(transaction, mark.intake, mark.name); });
}

}  // namespace tilts::push
