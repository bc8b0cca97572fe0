// A forked part of a test, which a real kill -9 ends.
#pragma once

#include <chrono>

#include <sys/types.h>

namespace tilts::system_test {

// Waits, and kills the process when it lives so long: its exit code, or minus the signal that ended it.
int end_of(pid_t child, std::chrono::microseconds kill_after);

}  // namespace tilts::system_test
