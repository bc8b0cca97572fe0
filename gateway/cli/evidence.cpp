// `tilts evidence`: the proof of a submission as one file, and its judgement on a machine that has nothing
// else.
#include <fstream>
#include <iterator>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/evidence/export.h"
#include "gateway/evidence/verify.h"
#include "gateway/exchange/libraries.h"
#include "gateway/exchange/trust.h"
#include "gateway/push/kept_entry.h"

namespace tilts::cli {
namespace {

struct ExportWords {
  std::string id, output;
};

struct VerifyWords {
  std::string file, checkpoint_key;
  std::vector<std::string> anchors;
};

evidence::ReceivedEntry received(const store::Submission& submission) {
  if (submission.erased != Time{}) return {};
  push::KeptEntry kept = push::unpack_entry(submission.content);
  Sha256 hash;
  hash.add(kept.bytes);
  return {std::move(kept.intake), kept.form == push::EntryForm::xml ? "xml" : "json", to_hex(hash.finish()),
          std::move(kept.bytes)};
}

Exit write(Context& context, const config::Configuration& configuration, store::Store& store,
           const std::string& id, const std::string& user) {
  auto known = store.read([&](store::Session& session) { return store.submissions().find(session, id); });
  if (!known) throw WrongWords(fmt::format("no submission is called {}; tilts submissions lists them", id));
  evidence::ReceivedEntry entry = received(*known);
  context.out << evidence::export_bundle(
      store, context.clock, *std::move(known), std::move(entry),
      {configuration.municipality, std::string(config::name(configuration.environment)), user});
  return Exit::all_well;
}

Exit write_here(Context& context, const std::string& id) {
  const config::Configuration configuration = readable_configuration(context);
  if (const auto exit = hand_over(context, configuration, {"evidence", "export", id})) return *exit;
  store::Store store(store_settings(configuration), context.clock);
  return write(context, configuration, store, id, operating_system_user());
}

// The file is written where the command was typed, by whom it was typed: a daemon only says the bytes.
Exit export_file(Context& context, const ExportWords& words) {
  if (const Served* desk = context.served)
    return write(context, desk->configuration, desk->store, words.id, desk->user);
  const std::string file = words.output.empty() ? fmt::format("evidence-{}.xml", words.id) : words.output;
  demand_no_file(file);
  std::ostringstream bytes;
  Context into{.in = context.in, .out = bytes, .err = context.err, .clock = context.clock};
  into.configuration_file = context.configuration_file;
  const Exit exit = write_here(into, words.id);
  if (exit != Exit::all_well) return exit;
  write_new_file(file, bytes.view());
  context.out << fmt::format(
      "{}: personal data, readable by you alone; tilts evidence verify {} --anchor PEM\n", file, file);
  return Exit::all_well;
}

std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad() || bytes.empty())
    throw WrongWords(file + ": cannot be read, or is empty; check the path and its rights");
  return bytes;
}

evidence::Reader reader_of(const VerifyWords& words) {
  try {
    const exchange::Trust tried({.anchors = words.anchors, .pinned = {}, .crls = {}, .certificates = {}});
  } catch (const Error& error) {
    throw WrongWords(error.what());
  }
  evidence::Reader reader;
  for (const std::string& file : words.anchors) reader.anchors += read(file) + "\n";
  if (!words.checkpoint_key.empty()) reader.checkpoint_key = read(words.checkpoint_key);
  return reader;
}

void print(Context& context, const evidence::Verdict& verdict) {
  for (const evidence::Verdict::Line& line : verdict.lines()) {
    const bool refused = line.kind == evidence::Verdict::Kind::refused;
    (refused ? context.err : context.out)
        << fmt::format("{:<8} {}\n",
                       refused                                       ? "refused"
                       : line.kind == evidence::Verdict::Kind::holds ? "holds"
                                                                     : "note",
                       line.text);
  }
}

Exit verify(Context& context, const VerifyWords& words) {
  const exchange::Libraries libraries;
  const evidence::Reader reader = reader_of(words);
  const std::string bytes = read(words.file);
  try {
    const evidence::Bundle bundle = evidence::read_bundle(bytes);
    context.out << fmt::format("submission {} to {}, {} of {}, exported at {}\n", bundle.submission.id,
                               bundle.submission.registry, bundle.environment, bundle.municipality,
                               to_text(bundle.made));
    const evidence::Verdict verdict = evidence::verify_bundle(bundle, reader);
    print(context, verdict);
    if (verdict.refusals() == 0) {
      context.out << "All that was not erased holds.\n";
      return Exit::all_well;
    }
    context.err << fmt::format("tilts: refused: {}\n", counted(static_cast<int64_t>(verdict.refusals()),
                                                               "thing does not hold", "things do not hold"));
  } catch (const Error& error) {
    if (error.code() == Code::transient) throw;
    context.err << fmt::format("tilts: refused: {}: {}\n", words.file, error.what());
  }
  return Exit::refused;
}

}  // namespace

void add_evidence_export(CLI::App& evidence, Context& context) {
  CLI::App* command = evidence.add_subcommand("export", "One submission and all that proves it, as one file");
  const auto words = std::make_shared<ExportWords>();
  command->add_option("ID", words->id, "The submission; tilts submissions lists them")->required();
  if (!context.served)
    command->add_option("--output", words->output, "By default evidence-ID.xml, here; never overwritten")
        ->type_name("FILE");
  command->footer(
      "The file holds personal data; that you made it stands in the audit, and in the file.\n"
      "Example: tilts evidence export 4f1c22a90b37 --output /media/proof.xml");
  command->callback(
      [&context, words] { context.action = [&context, words] { return export_file(context, *words); }; });
}

void add_evidence(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("evidence", "What proves a submission later, to somebody else");
  command->require_subcommand(1);
  add_evidence_export(*command, context);
  CLI::App* verification =
      command->add_subcommand("verify", "Judge such a file, on any machine, with nothing but the anchors");
  const auto words = std::make_shared<VerifyWords>();
  verification->add_option("FILE", words->file, "What tilts evidence export wrote")->required();
  verification
      ->add_option("--anchor", words->anchors, "Certificates that may vouch for the registry's signers")
      ->required()
      ->type_name("PEM")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verification
      ->add_option("--checkpoint-key", words->checkpoint_key,
                   "audit-checkpoints.pub of the gateway, as it was kept elsewhere")
      ->type_name("PEM");
  verification->footer(
      "Needs no configuration and no store. Every message is judged for the moment of its exchange, so "
      "certificates may have ended since.\n"
      "Exit codes: 0 all that was not erased holds, 1 something does not (on stderr), 2 wrong usage.\n"
      "Example: tilts evidence verify proof.xml --anchor ca.pem --checkpoint-key audit-checkpoints.pub");
  verification->callback(
      [&context, words] { context.action = [&context, words] { return verify(context, *words); }; });
}

}  // namespace tilts::cli
