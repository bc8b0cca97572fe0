// The thin main: the real outside for the command line.
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/cli/command.h"

int main(int argc, char** argv) {
  tilts::cli::Context context{.in = std::cin, .out = std::cout, .err = std::cerr};
  context.terminal = isatty(STDOUT_FILENO) == 1;
  // A line that is as wide as the terminal is redrawn; a wider one would be repeated line after line.
  if (winsize size{}; ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
    context.width = size.ws_col;
  context.asks = isatty(STDIN_FILENO) == 1;
  return tilts::cli::program(argc, argv, context);
}
