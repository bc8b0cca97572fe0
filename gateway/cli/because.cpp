#include "gateway/cli/because.h"

#include <CLI/CLI.hpp>

namespace tilts::cli {

void add_because(CLI::App& command, std::string& because, const std::string& help) {
  command.add_option("--because", because, help)
      ->required()
      ->type_name("TEXT")
      ->check([](const std::string& text) {
        return text.find_first_not_of(" \t") == std::string::npos ? std::string("say why") : std::string();
      });
}

}  // namespace tilts::cli
