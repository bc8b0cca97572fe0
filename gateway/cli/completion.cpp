#include <CLI/CLI.hpp>

#include "gateway/cli/command.h"

namespace tilts::cli {
namespace {

// Words come from the commands themselves, so that completion cannot forget one.
std::string options(const CLI::App& command) {
  std::string words;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) words += " --" + name;
  for (const CLI::App* part : command.get_subcommands(nullptr)) words += " " + part->get_name();
  return words.empty() ? words : words.substr(1);
}

void print(const CLI::App& app, std::ostream& out) {
  out << R"(# tilts completion >/usr/share/bash-completion/completions/tilts
_tilts() {
  local word=${COMP_WORDS[COMP_CWORD]} command=
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --configuration) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  local words
  case $command in
    "") words=")"
      << options(app) << "\" ;;\n";
  for (const CLI::App* command : app.get_subcommands(nullptr))
    out << "    " << command->get_name() << ") words=\"" << options(*command) << "\" ;;\n";
  out << R"(    *) words= ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --configuration | --profile | --anchor | --checkpoint-key | --output | --pinned | --crl | --certificates | --sts | --decryption-key | backup | verify)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      ;;
  esac
}
complete -o filenames -F _tilts tilts
)";
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("completion", "Print the completion for bash");
  command->footer("Example: source <(tilts completion)");
  command->callback([&app, &context] {
    context.action = [&app, &context] {
      print(app, context.out);
      return Exit::all_well;
    };
  });
}

}  // namespace tilts::cli
