// The thin main: the real outside for the command line.
#include <iostream>

#include <unistd.h>

#include "gateway/cli/command.h"

int main(int argc, char** argv) {
  tilts::cli::Context context{.in = std::cin, .out = std::cout, .err = std::cerr};
  context.terminal = isatty(STDOUT_FILENO) == 1;
  context.asks = isatty(STDIN_FILENO) == 1;
  return tilts::cli::program(argc, argv, context);
}
