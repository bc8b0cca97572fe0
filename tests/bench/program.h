// What a bench that is a program of its own does; the library's main() calls it.
#pragma once

namespace tilts::bench {

// Returns the exit code. What it throws is printed, and is 1.
int program(int count, char** words);

}  // namespace tilts::bench
