// What the municipal system puts where entries lie, looked at again and again: network shares and tables tell
// of nothing. An entry is taken when it looks the same at two looks; its answer goes back there and follows
// the ledger.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/push/entry_place.h"
#include "gateway/push/intake.h"

namespace tilts::push {

class Letterbox {
 public:
  // Borrows the intake and the store.
  Letterbox(Intake& intake, store::Store& store, std::string registry_title, OpenPlace open);

  // Takes in what is new and whole. Returns what somebody must be told of: a sentence for each trouble,
  // without personal data. The place itself may be gone: then nothing else happens.
  std::vector<std::string> look();
  // One entry of this place, now. Throws Error(config) when it cannot be read.
  TakenIn take_now(const std::string& name);
  // Writes what changed since it was written last; removes entries that were settled long enough ago, with
  // their documents and answers.
  std::vector<std::string> answer();

 private:
  using Marks = std::map<std::string, store::IntakeMark>;

  Marks marks() const;
  bool take(EntryPlace& place, const Letter& letter, TakenIn& taken);
  void write(EntryPlace& place, store::IntakeMark mark, const Answer& answer);
  store::Submission submission_of(store::Session& session, const store::IntakeMark& mark) const;
  static std::vector<Entry::Attachment> documents_of(EntryPlace& place, const std::string& name,
                                                     const store::Submission& submission);
  void answer(EntryPlace& place, const store::IntakeMark& mark, const Marks& all);
  void remove(EntryPlace& place, const store::IntakeMark& mark, const Marks& all);

  Intake& intake_;
  store::Store& store_;
  const std::string registry_title_;
  const OpenPlace open_;
  std::map<std::string, std::string> looked_;   // the stamps of the last look, of what is not taken yet
  std::map<std::string, std::string> refused_;  // what the place held when they were judged
  std::map<std::string, Time> settled_;         // since when: their answers change no more
};

}  // namespace tilts::push
