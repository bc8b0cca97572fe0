// The folder that the municipal system writes entries into, looked at again and again: network shares tell of
// nothing. A file is taken when it looks the same at two looks; its answer lies beside it and follows the
// ledger.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gateway/push/answer.h"
#include "gateway/push/intake.h"

namespace tilts::push {

class IntakeFolder {
 public:
  // Borrows the intake and the store.
  IntakeFolder(Intake& intake, store::Store& store, std::string registry_title, std::filesystem::path path);

  // Takes in what is new and whole. Returns what somebody must be told of: a sentence for each trouble,
  // without personal data. The folder itself may be gone: then nothing else happens.
  std::vector<std::string> look();
  // One file of this folder, now. Throws Error(config) when it cannot be read.
  TakenIn take_now(const std::string& file);
  // Writes what changed since it was written last; removes entries that were settled long enough ago, with
  // their documents and answers.
  std::vector<std::string> answer();

 private:
  using Marks = std::map<std::string, store::IntakeMark>;

  Marks marks() const;
  bool take(const targets::Folder& folder, const std::string& file, const std::string& stamp, TakenIn& taken);
  void write(const targets::Folder& folder, store::IntakeMark mark, const Answer& answer);
  store::Submission submission_of(store::Session& session, const store::IntakeMark& mark) const;
  static std::vector<Entry::Attachment> documents_of(const targets::Folder& folder, const std::string& file,
                                                     const store::Submission& submission);
  void answer(const targets::Folder& folder, const store::IntakeMark& mark, const Marks& all);
  void remove(const targets::Folder& folder, const store::IntakeMark& mark, const Marks& all);

  Intake& intake_;
  store::Store& store_;
  const std::string registry_title_;
  const std::filesystem::path path_;
  std::map<std::string, std::string> looked_;   // the stamps of the last look, of what is not taken yet
  std::map<std::string, std::string> refused_;  // what the folder held when they were judged
  std::map<std::string, Time> settled_;         // since when: their answers change no more
};

}  // namespace tilts::push
