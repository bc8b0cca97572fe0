#include "gateway/pull/report.h"

#include <array>
#include <utility>

namespace tilts::pull {
namespace {

struct Row {
  RunState state;
  std::string_view name;
  int exit_code;
};

constexpr std::array<Row, 11> states = {{{RunState::done, "done", 0},
                                         {RunState::done_held_back, "held back", 3},
                                         {RunState::preview, "preview", 0},
                                         {RunState::parked, "answer later", 0},
                                         {RunState::waiting, "waiting", 4},
                                         {RunState::transient, "transient", 6},
                                         {RunState::untrusted, "untrusted", 5},
                                         {RunState::declined, "declined", 6},
                                         {RunState::config, "config", 78},
                                         {RunState::bug, "bug", 70},
                                         {RunState::interrupted, "interrupted", 6}}};

const Row& row_of(RunState state) {
  for (const Row& row : states)
    if (row.state == state) return row;
  throw Error(Code::bug, "a run state without a name; report this");
}

}  // namespace

std::string_view name(RunState state) { return row_of(state).name; }

RunState run_state(std::string_view name) {
  for (const Row& row : states)
    if (row.name == name) return row.state;
  throw Error(Code::bug, "no run state is called \"" + std::string(name) + "\"; report this");
}

RunState run_state(Code code) {
  switch (code) {
    case Code::config:
      return RunState::config;
    case Code::transient:
    case Code::unknown:  // a look-up changes nothing in the registry: it may simply be asked again
      return RunState::transient;
    case Code::declined:
      return RunState::declined;
    case Code::untrusted:
      return RunState::untrusted;
    case Code::bug:
      break;
  }
  return RunState::bug;
}

int exit_code(RunState state) { return row_of(state).exit_code; }

}  // namespace tilts::pull
