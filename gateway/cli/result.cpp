#include "gateway/cli/result.h"

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"
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
  if (!store::under_way(run.state)) return false;
  if (const auto file = sqlite_file(configuration); !file.empty())
    return !store::LockFile::held(file.string() + ".lock");
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
