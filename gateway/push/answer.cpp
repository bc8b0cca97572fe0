#include "gateway/push/answer.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "gateway/config/configuration.h"
#include "gateway/mapping/rules.h"
#include "gateway/xml/canonical_writer.h"

namespace tilts::push {
namespace {

using store::SubmissionState;

constexpr std::string_view answer_namespace = "urn:tilts:answer:1";

// "21.11.2026. plkst. 14:05", in Latvia.
std::string moment(Time time) {
  const WallTime local = wall_time_in(config::country_zone, time);
  return fmt::format("{:02}.{:02}.{}. plkst. {:02}:{:02}", static_cast<unsigned>(local.day.day()),
                     static_cast<unsigned>(local.day.month()), static_cast<int>(local.day.year()),
                     local.of_day.count() / 60, local.of_day.count() % 60);
}

// The registry's own words, after ours.
std::string_view reason(const store::SubmissionEvent* declined) {
  if (declined == nullptr) return {};
  const std::string_view text = declined->text;
  return text.substr(std::min(text.find(": ") + 2, text.size()));
}

// The newest of this state: why it is so, and since when.
const store::SubmissionEvent* newest(const std::vector<store::SubmissionEvent>& history,
                                     SubmissionState state) {
  const auto found =
      std::ranges::find(history.rbegin(), history.rend(), state, &store::SubmissionEvent::state);
  return found == history.rend() ? nullptr : &*found;
}

std::string list(const std::vector<Finding>& findings) {
  std::string lines;
  for (const Finding& finding : findings)
    lines += fmt::format("  - {} [{}]\n", finding.latvian, finding.rule);
  return lines;
}

// As long as it is ahead when the state began. Of one that was received there is nothing to be in time for,
// and whoever reads it of one that is on its way might enter it again.
std::string deadline(const store::Submission& submission) {
  const bool open = submission.state == SubmissionState::warned ||
                    submission.state == SubmissionState::prepared ||
                    submission.state == SubmissionState::declined;
  if (!open) return {};
  // The mapping is the municipality's: what it says and is no day must not cost the answer.
  const std::optional<Date> last = mapping::read_day(submission.deadline);
  if (!last || *last < day_in(config::country_zone, submission.changed)) return {};
  return fmt::format(
      "\nTERMIŅŠ: ja jāpiesakās no jauna, personai tas jāizdara līdz {:02}.{:02}.{}. (ieskaitot).\n",
      static_cast<unsigned>(last->day()), static_cast<unsigned>(last->month()),
      static_cast<int>(last->year()));
}

std::string words(const std::string& registry, const store::Submission& submission,
                  const std::vector<Finding>& findings, const std::vector<store::SubmissionEvent>& history) {
  const store::SubmissionEvent* last = newest(history, submission.state);
  const std::string since = moment(last ? last->at : submission.changed);
  switch (submission.state) {
    case SubmissionState::warned:
      return fmt::format(
          "GAIDA LĒMUMU. Ieraksts vēl nav nosūtīts.\n\nPamanīts:\n{}\nIzlabojiet un saglabājiet to no "
          "jauna ar to pašu lietas numuru, vai, ja tas jānosūta tāds, kāds ir, palūdziet administratoram:\n  "
          "tilts "
          "submissions send {} --because \"iemesls\"\nPar uzņemšanu rindā lemj {}, nevis šī sistēma.\n",
          list(findings), submission.id, registry);
    case SubmissionState::prepared:
      if (submission.due > submission.created && last)
        return fmt::format(
            "PIEŅEMTS, VĒL NAV NOSŪTĪTS. Nosūtīt neizdevās; tiks mēģināts vēlreiz {}. Nekas nav jādara.\n",
            moment(submission.due));
      return "PIEŅEMTS. Tūlīt tiks nosūtīts. Nekas nav jādara.\n";
    case SubmissionState::sending:
    case SubmissionState::unknown: {
      const std::string again = submission.due == Time{} ? "drīz" : moment(submission.due);
      return fmt::format(
          "NOSŪTĪTS, BET ATBILDES VĒL NAV. Neievadiet to vēlreiz!\nPēdējoreiz jautāts vai sūtīts {}; "
          "reģistram tiks jautāts vēlreiz {}.\n",
          since, again);
    }
    case SubmissionState::received:
      return fmt::format("SAŅEMTS. {}: numurs {}.\nAtbilde saņemta {}.\n", registry, submission.receipt,
                         since);
    case SubmissionState::declined:
      return fmt::format(
          "NORAIDĪTS {}.\n{}: {}\nLabotu ierakstu ievadiet no jauna ar nākamo redakcijas numuru ({}).\n",
          since, registry, reason(last), submission.revision + 1);
  }
  return {};
}

void write(xml::CanonicalWriter& to, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  to.start(answer_namespace, name);
  to.text(text);
  to.end();
}

void write(xml::CanonicalWriter& to, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    to.start(answer_namespace, "finding");
    to.attribute("id", finding.rule);
    if (!finding.field.empty()) to.attribute("field", finding.field);
    to.attribute("weight", finding.weight == Weight::record ? "refuses" : "warns");
    write(to, "english", finding.english);
    write(to, "latvian", finding.latvian);
    to.end();
  }
}

std::string finished(xml::CanonicalWriter& writer) {
  writer.end();
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + writer.take() + "\n";
}

}  // namespace

Answer refused(const std::string& file, const std::vector<Finding>& findings) {
  xml::CanonicalWriter writer;
  writer.start(answer_namespace, "answer");
  writer.attribute("entry", file);
  writer.attribute("state", "refused");
  write(writer, findings);
  return {"refused",
          {},
          finished(writer),
          fmt::format("{}\n\nNAV PIEŅEMTS. Nekas nav nosūtīts. Izlabojiet un ievadiet vēlreiz:\n{}", file,
                      list(findings))};
}

namespace {

// The ledger knows by its key that it had this entry, and nothing else of it.
Answer erased(const std::string& file, const store::Submission& submission) {
  xml::CanonicalWriter writer;
  writer.start(answer_namespace, "answer");
  writer.attribute("entry", file);
  writer.attribute("erased", to_text(submission.erased));
  writer.attribute("operation", submission.operation);
  writer.attribute("revision", std::to_string(submission.revision));
  writer.attribute("state", store::name(submission.state));
  writer.attribute("submission", submission.id);
  return {std::string(store::name(submission.state)),
          {},
          finished(writer),
          fmt::format("{}\nIesniegums {}, {}. redakcija\n\nJAU BIJA {}. Glabāšanas termiņš ir beidzies, un "
                      "dati {} tika izdzēsti. Vēlreiz tas netiek sūtīts.\n",
                      file, submission.id, submission.revision,
                      submission.state == SubmissionState::received ? "SAŅEMTS" : "NORAIDĪTS",
                      moment(submission.erased))};
}

}  // namespace

Answer standing(const std::string& file, const std::string& registry, const store::Submission& submission,
                const std::vector<Finding>& findings, const std::vector<store::SubmissionEvent>& history) {
  if (submission.erased != Time{}) return erased(file, submission);
  xml::CanonicalWriter writer;
  writer.start(answer_namespace, "answer");
  writer.attribute("case-number", submission.case_number);
  writer.attribute("entry", file);
  writer.attribute("operation", submission.operation);
  writer.attribute("revision", std::to_string(submission.revision));
  writer.attribute("state", store::name(submission.state));
  writer.attribute("submission", submission.id);
  write(writer, "number", submission.receipt);
  if (submission.state == SubmissionState::declined)
    write(writer, "reason", reason(newest(history, submission.state)));
  if (submission.due != Time{}) write(writer, "next", to_text(submission.due));
  write(writer, "deadline", submission.deadline);
  write(writer, findings);
  return {std::string(store::name(submission.state)), submission.receipt, finished(writer),
          fmt::format("{}\nLieta {}, {}. redakcija; iesniegums {}\n\n{}{}", file, submission.case_number,
                      submission.revision, submission.id, words(registry, submission, findings, history),
                      deadline(submission))};
}

}  // namespace tilts::push
