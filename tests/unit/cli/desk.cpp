#include "tests/unit/cli/desk.h"

#include <filesystem>

#include "gateway/store/vault.h"

namespace tilts::cli {

int Desk::type(std::vector<std::string> words, const std::string& standard_input) {
  house.load(config::House::now_text);  // writes tilts.xml
  std::istringstream in(standard_input);
  std::ostringstream output, errors;
  Context context{.in = in, .out = output, .err = errors, .clock = Clock::fixed(now)};
  words.insert(words.begin(), {"tilts", "--configuration", house.path("tilts.xml")});
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  const int exit = program(static_cast<int>(arguments.size()), arguments.data(), context);
  out = output.str();
  err = errors.str();
  return exit;
}

store::Store Desk::store() {
  const config::Configuration configuration = *house.load().configuration;
  if (std::filesystem::file_size(configuration.master_key) < 20) {
    house.remove("secrets/master.key");
    store::Vault::create(configuration.master_key);
  }
  std::filesystem::create_directories(house.path("var/checkpoints"));
  return store::Store(store_settings(configuration), Clock::fixed(now));
}

store::Run Desk::ran(store::Store& store, store::RunState state, const std::string& sentence,
                     const store::Run::Counts& counts, const std::string& code) {
  // One after the other: which of two is the last one has to be told.
  const Time started = parse_time("2026-11-21T00:30:02Z") + std::chrono::minutes{runs_++};
  return store.write([&](store::Transaction& t) {
    const store::Run run = store.runs().start(t, "residents", parse_time("2026-11-21T00:30:00Z"), started);
    store.runs().end(t, run.id, state, code, sentence, counts, started + std::chrono::seconds{125});
    return run;
  });
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

}  // namespace tilts::cli
