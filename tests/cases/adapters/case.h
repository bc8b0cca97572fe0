// One case of an adapter: a folder adapters/<adapter>/cases/<case> with
//   case.txt                     operation, cursor, settings, roster ("word: value" lines); for an entry that
//                                is pushed or inquired: enter, record, key, field NAME, idempotency-key, and
//                                attachment FILE: media type (the file lies in the case); for a call that
//                                was parked: enter, token; name KEY: another value in the profile;
//                                profile: another file of the adapter's; setting-file NAME: a file of the
//                                case; adapters/<adapter>/lookups/<lookup>/cases/<case> are cases of that
//                                look-up, and have it for a setting
//   <Operation>-<n>.request.xml  the Body of the n-th request of that operation, as it must be
//   <Operation>-<n>.response.xml the Body that is answered; cases/usual/<Operation>.response.xml when absent
//   <Operation>-<n>.action.txt   the answer's Action, when it is not the operation's
//   <Operation>-<n>.part.txt     what was verified of the answer, when it is not its Body
//   records.txt                  what the run left behind: records and checkpoints, how an entry was settled
//   error.txt                    "code: sentence" when it must fail
// White space between elements says nothing in any of them.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plugins/host/adapter.h"

namespace tilts::cases {

// How the adapter is entered.
enum class Enter { pull, push, inquire, resume };

struct Case {
  std::filesystem::path folder;
  std::filesystem::path home;  // the adapter's
  std::string adapter;
  std::string name;
  std::string operation;
  std::string profile = "profile.xml";
  Enter enter = Enter::pull;
  std::string cursor;
  std::string token;  // resume
  std::map<std::string, std::string> settings;
  std::map<std::string, std::string> names;  // in place of the profile's
  std::vector<std::string> roster;
  host::Entry entry;  // push and inquire

  // The file's text, empty when there is none.
  std::string read(const std::string& file) const;
};

// Throws std::runtime_error naming the file and the line that it does not know.
Case read_case(const std::filesystem::path& folder);

// Every case below the adapters' sources, by adapter and name.
std::vector<std::filesystem::path> case_folders(const std::filesystem::path& adapters);

// XML without the white space between its elements.
std::string packed(const std::string& xml);

}  // namespace tilts::cases
