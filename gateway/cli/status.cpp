#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ranges>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"
#include "gateway/cli/result.h"
#include "gateway/cli/text.h"
#include "gateway/config/credentials.h"

namespace tilts::cli {
namespace {

// The page is made to fit 24 lines of 80 places: what does not is counted, not shown. A plan that waits takes
// the place of a job.
constexpr size_t most_jobs = 7, most_registries = 4, most_plans = 4;
constexpr std::chrono::minutes heartbeat_gone{2};

struct JobLine {
  const config::JobSettings* settings;
  std::optional<store::Run> last;
  std::optional<Time> next;
};

struct Picture {
  std::vector<JobLine> jobs;
  std::vector<store::Plan> waiting;  // for a person's approval, whatever ran later
  int64_t findings = 0;
  std::vector<store::Alarm> alarms;
  std::map<store::SubmissionState, int64_t> submissions;
};

Picture look(const config::Configuration& configuration, const Context& context) {
  const store::Store store(store_settings(configuration), context.clock, store::Access::read);
  return store.read([&](store::Session& session) {
    Picture picture;
    for (const config::JobSettings& job : configuration.jobs) {
      JobLine line{&job, store.runs().last(session, job.name), {}};
      for (const store::Occurrence& open : store.occurrences().open(session, job.name))
        if (open.state == store::OccurrenceState::planned) line.next = open.planned;
      // An answer that comes later wakes the job too.
      const auto parked = store.parked().find(session, job.name, job.operation);
      if (parked && line.next && parked->due > context.clock.now())
        line.next = std::min(*line.next, parked->due);
      picture.jobs.push_back(std::move(line));
    }
    for (store::Plan& plan : store.plans().open(session))
      if (plan.state == store::PlanState::waiting) picture.waiting.push_back(std::move(plan));
    picture.findings = store.findings().count(session, "");
    picture.alarms = store.alarms().standing(session);
    picture.submissions = store.submissions().counts(session);
    return picture;
  });
}

bool has_store(const config::Configuration& configuration) {
  const std::filesystem::path file = sqlite_file(configuration);
  std::error_code none;
  return file.empty() || std::filesystem::exists(file, none);
}

std::optional<Time> heartbeat(const config::Configuration& configuration) {
  std::string text;
  std::getline(std::ifstream(configuration.heartbeat), text);
  try {
    return parse_time(text);
  } catch (const Error&) {
    return std::nullopt;  // no daemon has written one yet
  }
}

// What keeps the schedule. A daemon that is there and does not look at the clock any more is worse than none:
// nobody else can take its place.
struct Keeper {
  enum class State { runs, hangs, stopped } state = State::stopped;
  std::string words;
};

Keeper keeper(const config::Configuration& configuration, Time now, const WallClock& wall) {
  const std::optional<Time> beat = heartbeat(configuration);
  const bool fresh = beat && now - *beat < heartbeat_gone;
  bool there = false;
  try {
    there = daemon_answers(configuration);
  } catch (const Error&) {
    there = fresh;  // this user may not ask: its heartbeat is all there is
  }
  if (!there)
    return {Keeper::State::stopped,
            beat ? "stopped; last heartbeat " + wall.minute(*beat) : "has not run yet"};
  if (fresh || !beat) return {Keeper::State::runs, "runs"};
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now - *beat);
  return {Keeper::State::hangs, fmt::format("holds the store, but its last heartbeat is {} old",
                                            counted(minutes.count(), "minute", "minutes"))};
}

std::string certificate_end(const config::RegistrySettings& registry, Time now, const WallClock& wall) {
  const config::IdentitySettings* identity = config::identity_at(registry, now);
  if (!identity) return "none active";
  config::Certificate own;
  if (identity->certificate.empty()) {
    own = config::read_key(identity->key, identity->passphrase_file).certificate;
  } else if (auto chain = config::read_certificates(identity->certificate); !chain.empty()) {
    own = std::move(chain.front());
  }
  return own ? wall.minute(config::not_after(*own)).substr(0, 10) : "not readable";
}

std::string host_of(const std::string& endpoint) {
  const size_t begin = endpoint.find("//") + 2;
  return endpoint.substr(begin, endpoint.find('/', begin) - begin);
}

// "45 received, 1 warned"
std::string words_of(const std::map<store::SubmissionState, int64_t>& counts) {
  std::string words;
  for (const auto& [state, count] : counts)
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", grouped(count), store::name(state));
  return words;
}

// The one thing to do now: what is broken before what waits, what waits before what is merely to know.
std::string next_step(const config::Configuration& configuration, const config::Loaded& loaded,
                      const Picture& picture, Keeper::State keeper) {
  if (!loaded.problems.empty())
    return fmt::format("tilts check   lists {}",
                       counted(static_cast<int64_t>(loaded.problems.size()), "problem of the configuration",
                               "problems of the configuration"));
  if (keeper == Keeper::State::hangs) return "systemctl restart tilts   nothing runs until then";
  if (!picture.waiting.empty())
    return fmt::format("tilts approve {} --because \"…\"   or let the next run replace it",
                       picture.waiting.front().run);
  for (const JobLine& job : picture.jobs)
    if (job.last && cut_off(configuration, *job.last))
      return fmt::format("systemctl start tilts   repairs the run of {} that was cut off",
                         job.settings->name);
  if (picture.submissions.contains(store::SubmissionState::warned))
    return "tilts submissions --state warned   entries that wait for a decision";
  if (!picture.alarms.empty()) return "tilts alarms   what rang and still stands";
  for (const JobLine& job : picture.jobs)
    if (job.last && job.last->state == store::RunState::failed)
      return fmt::format("tilts runs {}   why it failed and what to do", job.settings->name);
  for (const JobLine& job : picture.jobs)
    if (!job.last) return fmt::format("tilts run {} --preview   it has never run", job.settings->name);
  if (keeper == Keeper::State::stopped) return "systemctl start tilts   nothing runs by itself until then";
  if (picture.findings > 0) return "tilts findings   what is held back or to be looked at, and why";
  if (!loaded.notices.empty()) return "tilts check   something ends soon";
  return "nothing: all is well";
}

void print_jobs(Context& context, const config::Configuration& configuration, const Picture& picture,
                const WallClock& wall) {
  const size_t shown = most_jobs - std::min(picture.waiting.size(), most_plans);
  Table table({"Job", "Last run", "Result", "Asked", "Changed", "Held", "Next"});
  for (const JobLine& job : std::views::take(picture.jobs, shown)) {
    const std::string next = job.next                 ? wall.minute(*job.next).substr(5)
                             : job.settings->schedule ? std::string("not planned yet")
                                                      : std::string("by hand");
    if (!job.last) {
      table.add({job.settings->name, "never", "", "", "", "", next});
      continue;
    }
    const store::Run::Counts& counts = job.last->counts;
    table.add({job.settings->name, wall.minute(job.last->started).substr(5),
               result_of(configuration, *job.last), grouped(counts.asked),
               grouped(counts.added + counts.changed + counts.removed), grouped(counts.held), next});
  }
  context.out << table.text();
  if (picture.jobs.size() > shown)
    context.out << fmt::format(
        "… and {}: tilts runs\n",
        counted(static_cast<int64_t>(picture.jobs.size() - shown), "more job", "more jobs"));
}

void print_waiting(Context& context, const Picture& picture, const WallClock& wall) {
  const size_t shown = picture.waiting.size() > most_plans ? most_plans - 1 : picture.waiting.size();
  for (const store::Plan& plan : std::views::take(picture.waiting, shown))
    // The last row of a stored plan is its summary.
    context.out << cut(fmt::format("Waits     run {} of {}, since {}: {}", plan.run, plan.job,
                                   wall.minute(plan.made).substr(5),
                                   counted(std::max<int64_t>(plan.rows - 1, 0), "row", "rows")),
                       79)
                << '\n';
  if (picture.waiting.size() > shown)
    context.out << fmt::format("Waits     … and {} more\n", picture.waiting.size() - shown);
}

void print_registries(Context& context, const config::Configuration& configuration, const WallClock& wall) {
  Table table({"Registry", "Adapter", "Endpoint", "Our certificate ends"});
  for (const config::RegistrySettings& registry : std::views::take(configuration.registries, most_registries))
    table.add({registry.name, registry.adapter, cut(host_of(registry.endpoint), 34),
               certificate_end(registry, context.clock.now(), wall)});
  context.out << table.text();
  if (configuration.registries.size() > most_registries)
    context.out << fmt::format("… and {} more\n", configuration.registries.size() - most_registries);
}

Exit status(Context& context) {
  const std::filesystem::path file = configuration_file(context);
  const config::Loaded loaded = config::load(file, context.clock.now());
  if (!loaded.configuration)
    throw Error(Code::config, loaded.problems.front().text() + "; tilts check lists everything");
  const config::Configuration& configuration = *loaded.configuration;
  const WallClock wall(configuration);
  context.out << fmt::format("Tilts {}   {}   {}\n\n", TILTS_VERSION, heading(configuration),
                             wall.minute(context.clock.now()));
  Picture picture;
  std::string no_store;
  try {
    picture = look(configuration, context);
  } catch (const Error& error) {
    // The page still says what is configured and what comes next.
    no_store = has_store(configuration) ? error.what() : "not there yet; the first run makes it";
    for (const config::JobSettings& job : configuration.jobs) picture.jobs.push_back({&job, {}, {}});
  }
  if (!picture.jobs.empty()) print_jobs(context, configuration, picture, wall);
  context.out << '\n';
  if (!configuration.registries.empty()) print_registries(context, configuration, wall);
  context.out << '\n';

  const Keeper daemon = keeper(configuration, context.clock.now(), wall);
  context.out << fmt::format("Daemon    {}\n", daemon.words);
  if (!no_store.empty()) context.out << cut("Store     " + no_store, 79) << '\n';
  print_waiting(context, picture, wall);
  if (!picture.submissions.empty())
    context.out << cut("Queue     " + words_of(picture.submissions), 79) << '\n';
  if (!picture.alarms.empty())
    context.out << cut(fmt::format("Alarms    {}: {}", picture.alarms.size(),
                                   picture.alarms.front().sentence),
                       79)
                << '\n';
  if (picture.findings > 0) context.out << fmt::format("Findings  {}\n", grouped(picture.findings));
  context.out << "\nNext: " << next_step(configuration, loaded, picture, daemon.state) << '\n';
  return Exit::all_well;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("status", "What is going on, and what to do next");
  command->footer("tilts without a command says the same.");
  command->callback([&context] { context.action = [&context] { return status(context); }; });
  context.action = [&context] { return status(context); };  // until another command is named
}

}  // namespace tilts::cli
