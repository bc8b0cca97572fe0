#include "gateway/cli/result.h"

#include <string_view>

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/store/lock_file.h"

namespace tilts::cli {
namespace {

// The store keeps the names of pull::RunState.
std::string failure(const std::string& code) {
  if (code == "transient") return "unreachable";
  if (code == "config") return "configuration";
  if (code == "bug") return "defect";
  return code.empty() ? "failed" : code;
}

}  // namespace

bool cut_off(const config::Configuration& configuration, const store::Run& run) {
  constexpr std::string_view sqlite = "sqlite:";
  if (!store::under_way(run.state)) return false;
  const std::string& connection = configuration.store.connection;
  if (connection.starts_with(sqlite))
    return !store::LockFile::held(connection.substr(sqlite.size()) + ".lock");
  try {
    return run.occurrence && !daemon_answers(configuration);
  } catch (const Error&) {
    return false;  // this user may not ask
  }
}

std::string result_of(const config::Configuration& configuration, const store::Run& run) {
  if (cut_off(configuration, run)) return "cut off";
  if (run.state == store::RunState::failed) return failure(run.code);
  if (run.state == store::RunState::preview && !run.code.empty()) return "preview, " + failure(run.code);
  return std::string(name(run.state));
}

}  // namespace tilts::cli
