#include "gateway/cli/submissions.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/because.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/json.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/text.h"
#include "gateway/cli/with_store.h"

namespace tilts::cli {
namespace {

using store::Submission;
using store::SubmissionState;

constexpr size_t newest = 1000;

struct Words {
  std::string state, id, because, number, document, case_number;
  bool json = false;
};

// What is shown without naming anybody.
void print_json(Context& context, const config::Configuration& configuration,
                const std::vector<Submission>& list) {
  Poco::JSON::Array array;
  for (const Submission& one : list) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("submission", one.id);
    object.set("state", std::string(store::name(one.state)));
    object.set("registry", one.registry);
    object.set("operation", one.operation);
    object.set("revision", one.revision);
    object.set("attempt", one.attempt);
    object.set("number", one.receipt);
    object.set("created", to_text(one.created));
    object.set("changed", to_text(one.changed));
    if (one.due != Time{}) object.set("next", to_text(one.due));
    if (one.erased != Time{}) object.set("erased", to_text(one.erased));
    array.add(object);
  }
  print_json_list(context, configuration, "submissions", array);
}

void print(Context& context, const config::Configuration& configuration,
           const std::vector<Submission>& list) {
  const WallClock wall(configuration);
  context.out << heading(configuration) << "\n\n";
  Table table({"Submission", "State", "Since", "Operation", "Sent", "Number"});
  for (const Submission& one : list)
    table.add({one.id, std::string(store::name(one.state)), wall.minute(one.changed), one.operation,
               fmt::format("{}", one.attempt), one.erased == Time{} ? one.receipt : "(erased)"});
  if (table.empty())
    context.out << "No submission.\n";
  else
    context.out << table.text(context.width);
}

Exit list(Context& context, const Words& words) {
  const config::Configuration configuration = readable_configuration(context);
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  std::optional<SubmissionState> state;
  if (!words.state.empty()) state = store::submission_state(words.state);
  const auto found =
      store.read([&](store::Session& session) { return store.submissions().list(session, state, newest); });
  words.json ? print_json(context, configuration, found) : print(context, configuration, found);
  return Exit::all_well;
}

std::string file_content(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || bytes.empty()) throw WrongWords(file + " cannot be read, or is empty");
  return bytes;
}

// Nobody can be named: when, and in which state, it was.
Exit show_erased(Context& context, const WallClock& wall, const store::Store& store,
                 const Submission& known) {
  context.out << fmt::format(
      "{}  {} to {}, revision {}\nkey {}\n"
      "erased {}: the entry, its documents, the case number, the findings, the registry's number and whom it "
      "was about. It was {}, and is never sent again; tilts evidence export {} proves where its messages "
      "stood.\n\n",
      known.id, known.operation, known.registry, known.revision, known.key, wall.minute(known.erased),
      store::name(known.state), known.id);
  store.read([&](store::Session& session) {
    for (const store::SubmissionEvent& event : store.submissions().history(session, known.id))
      context.out << fmt::format("{}  {}\n", wall.minute(event.at), store::name(event.state));
  });
  return Exit::all_well;
}

Exit show(Context& context, const config::Configuration& configuration, store::Store& store,
          const Words& words, const std::string& user) {
  const Submission known = demand_submission(store, words.id);
  audit_submission(context, store, known, user, "shown");
  const WallClock wall(configuration);
  if (known.erased != Time{}) return show_erased(context, wall, store, known);
  context.out << fmt::format("{}  {} to {}, revision {}, case {}\nkey {}\n", known.id, known.operation,
                             known.registry, known.revision, known.case_number, known.key);
  store.read([&](store::Session& session) {
    for (const store::Hold& hold : store.holds().of(session, known.id))
      context.out << fmt::format("held {} by {}: {}{}\n", wall.minute(hold.since), hold.user, hold.because,
                                 hold.released == Time{}
                                     ? std::string()
                                     : fmt::format("; released {} by {}: {}", wall.minute(hold.released),
                                                   hold.released_by, hold.released_because));
    for (const Finding& finding : store.submissions().findings(session, known.id))
      context.out << fmt::format("warning {}: {}\n", finding.rule, finding.english);
    for (const auto& attachment : store.submissions().attachments(session, known.id))
      context.out << fmt::format("document {} ({}, {} bytes, SHA-256 {})\n", attachment.name,
                                 attachment.media_type, attachment.bytes.size(), attachment.sha256);
    context.out << '\n';
    for (const store::SubmissionEvent& event : store.submissions().history(session, known.id))
      context.out << fmt::format("{}  {:<9} {}  {}\n", wall.minute(event.at), store::name(event.state),
                                 event.actor, event.text);
  });
  return print_state(context, store, known.id);
}

Exit send(Context& context, store::Store& store, const Words& words, const std::string& user) {
  const Submission known = demand_whole_submission(store, words.id);
  audit_submission(context, store, known, user, "sent in spite of warnings");
  const bool done = store.write([&](store::Transaction& transaction) {
    return store.submissions().send_warned(transaction, known.id, user, words.because, context.clock.now());
  });
  if (!done)
    throw WrongWords(fmt::format("{} waits for nobody: it is {}", known.id, store::name(known.state)));
  context.out << fmt::format("{}: it is sent in the next round\n", known.id);
  return Exit::all_well;
}

Exit resend(Context& context, store::Store& store, const Words& words, const std::string& user) {
  const Submission known = demand_whole_submission(store, words.id);
  if (words.case_number != known.case_number)
    throw WrongWords("that is not its case number; nothing was changed");
  audit_submission(context, store, known, user, "sent again");
  const bool done = store.write([&](store::Transaction& transaction) {
    return store.submissions().resend(transaction, known.id, user, words.because, context.clock.now());
  });
  if (!done)
    throw WrongWords(fmt::format("{} is {}; only what is unknown may be sent again by hand", known.id,
                                 store::name(known.state)));
  context.out << fmt::format("{}: it is sent again in the next round\n", known.id);
  return Exit::all_well;
}

Exit answer(Context& context, store::Store& store, const Words& words, const std::string& user) {
  const Submission known = demand_whole_submission(store, words.id);
  const std::string document = file_content(words.document);
  audit_submission(context, store, known, user, "answered by hand");
  const bool done = store.write([&](store::Transaction& transaction) {
    return store.submissions().answered_by_hand(transaction, known.id, words.number,
                                                {words.document, document}, user, context.clock.now());
  });
  if (!done)
    throw WrongWords(fmt::format("{} is {}; only what is unknown or received takes an answer by hand",
                                 known.id, store::name(known.state)));
  return print_state(context, store, known.id);
}

// Typed again, so that the wrong line of a list is not sent twice: asked for, or read from standard input,
// because a case number on a command line is seen by everybody.
std::string ask_case_number(Context& context) {
  if (context.asks) context.err << "Case number of the submission, to be sure: " << std::flush;
  std::string line;
  std::getline(context.in, line);
  return line;
}

CLI::Option* add_id(CLI::App* command, Words& words) {
  return command->add_option("ID", words.id, "The submission; tilts submissions lists them")->required();
}

}  // namespace

push::SubmissionRunner& submissions_of(const Served& served) {
  if (served.submissions != nullptr) return *served.submissions;
  throw Error(Code::config, "no intake is configured; nothing can be submitted");
}

Submission demand_submission(const store::Store& store, const std::string& id) {
  auto known = store.read([&](store::Session& session) { return store.submissions().find(session, id); });
  if (!known) throw WrongWords(fmt::format("no submission is called {}; tilts submissions lists them", id));
  return *std::move(known);
}

Submission demand_whole_submission(const store::Store& store, const std::string& id) {
  Submission known = demand_submission(store, id);
  if (known.erased != Time{})
    throw WrongWords(fmt::format("{} was {}, and erased at {}; nothing can be done with it any more", id,
                                 store::name(known.state), to_text(known.erased)));
  return known;
}

void audit_submission(const Context& context, store::Store& store, const Submission& submission,
                      const std::string& user, const std::string& what) {
  store.write([&](store::Transaction& transaction) {
    const store::Asked asked{user,
                             "",
                             submission.registry,
                             "submission " + what,
                             submission.id,
                             store.subjects().codes(transaction, submission.subject)};
    const auto ids = store.audit().asked(transaction, {asked}, context.clock.now());
    store.audit().answered(transaction, {{ids.at(0), "done", {}, ""}}, context.clock.now());
    store.submissions().looked(transaction, submission.id, context.clock.now());
  });
}

Exit print_state(Context& context, store::Store& store, const std::string& id) {
  const Submission known = demand_submission(store, id);
  if (known.erased != Time{}) {  // the same entry came again
    context.out << fmt::format("{}: it was {}, and has been erased since; it is not sent again\n", id,
                               store::name(known.state));
    return Exit::all_well;
  }
  switch (known.state) {
    case SubmissionState::received:
      context.out << fmt::format("{}: received, number {}\n", id, known.receipt);
      return Exit::all_well;
    case SubmissionState::warned:
      context.out << fmt::format("{}: waits; mend it, or tilts submissions send {} --because TEXT\n", id, id);
      return Exit::waiting;
    case SubmissionState::declined:
      context.out << fmt::format("{}: declined; tilts submissions show {} has the reason\n", id, id);
      return Exit::unreachable;
    case SubmissionState::prepared:
      context.out << fmt::format("{}: not sent yet; it is tried again\n", id);
      return Exit::unreachable;
    case SubmissionState::sending:
    case SubmissionState::unknown:
      break;
  }
  context.out << fmt::format(
      "{}: sent, and nobody knows whether it arrived; it is asked, do not enter it "
      "again\n",
      id);
  return Exit::unreachable;
}

void add_submission_steps(CLI::App& submissions, Context& context) {
  const auto words = std::make_shared<Words>();

  CLI::App* shown = submissions.add_subcommand("show", "One submission and all that happened to it");
  add_id(shown, *words);
  shown->footer("Shows personal data; that you looked stands in the audit.");
  shown->callback([&context, words] {
    context.action = [&context, words] {
      return with_store(
          context, {"submissions", "show", words->id},
          [words](Context& here, const config::Configuration& configuration, store::Store& store,
                  const std::string& user) { return show(here, configuration, store, *words, user); });
    };
  });

  CLI::App* sent = submissions.add_subcommand("send", "Send a warned entry all the same");
  add_id(sent, *words);
  add_because(*sent, words->because);
  sent->callback([&context, words] {
    context.action = [&context, words] {
      return with_store(context, {"submissions", "send", words->id, "--because=" + words->because},
                        [words](Context& here, const config::Configuration&, store::Store& store,
                                const std::string& user) { return send(here, store, *words, user); });
    };
  });

  CLI::App* again = submissions.add_subcommand(
      "resend", "Send again what nobody knows the fate of: you asked the registry, and it has none");
  add_id(again, *words);
  add_because(*again, words->because);
  if (context.served) again->add_option("--case-number", words->case_number)->required();
  again->footer("Asks for the case number, or reads it from standard input.");
  again->callback([&context, words] {
    context.action = [&context, words] {
      if (!context.served) words->case_number = ask_case_number(context);
      return with_store(context,
                        {"submissions", "resend", words->id, "--because=" + words->because,
                         "--case-number=" + words->case_number},
                        [words](Context& here, const config::Configuration&, store::Store& store,
                                const std::string& user) { return resend(here, store, *words, user); });
    };
  });

  CLI::App* answered = submissions.add_subcommand("answer", "An answer that came on paper or by letter");
  add_id(answered, *words);
  answered->add_option("--received", words->number, "The registry's number")->required()->type_name("NUMBER");
  answered->add_option("--document", words->document, "The letter, scanned; kept with the submission")
      ->required()
      ->type_name("FILE");
  answered->callback([&context, words] {
    context.action = [&context, words] {
      return with_store(context,
                        {"submissions", "answer", words->id, "--received=" + words->number,
                         "--document=" + std::filesystem::absolute(words->document).string()},
                        [words](Context& here, const config::Configuration&, store::Store& store,
                                const std::string& user) { return answer(here, store, *words, user); });
    };
  });
}

void add_submissions(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("submissions", "What was submitted to state queues, and where it stands");
  const auto words = std::make_shared<Words>();
  command->add_option("--state", words->state, "warned, prepared, sending, unknown, received or declined")
      ->check(CLI::IsMember({"warned", "prepared", "sending", "unknown", "received", "declined"}));
  command->add_flag("--json", words->json, "For programs: {environment, municipality, submissions: […]}");
  command->footer("Example: tilts submissions --state unknown");
  command->callback([&context, command, words] {
    if (command->get_subcommands().empty())
      context.action = [&context, words] { return list(context, *words); };
  });
  add_submission_steps(*command, context);
}

}  // namespace tilts::cli
