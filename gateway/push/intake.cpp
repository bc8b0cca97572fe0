#include "gateway/push/intake.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"

namespace tilts::push {
namespace {

constexpr size_t envelope_bytes = size_t{1} << 20;  // room beside the documents
constexpr size_t most_attachment_bytes = size_t{25} << 20;

Finding refusal(std::string rule, std::string field, std::string english, std::string latvian) {
  return {Weight::record,     std::move(rule),   "entry", {}, std::move(field), {},
          std::move(english), std::move(latvian)};
}

Finding warning(std::string rule, std::string field, std::string english, std::string latvian) {
  Finding finding = refusal(std::move(rule), std::move(field), std::move(english), std::move(latvian));
  finding.weight = Weight::notice;
  return finding;
}

bool refuses(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings, [](const Finding& one) { return one.weight == Weight::record; });
}

std::string media_type_of(const std::string& file) {
  static const std::map<std::string, std::string, std::less<>> known{
      {".pdf", "application/pdf"},
      {".asice", "application/vnd.etsi.asic-e+zip"},
      {".edoc", "application/vnd.etsi.asic-e+zip"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".png", "image/png"},
      {".tif", "image/tiff"},
      {".tiff", "image/tiff"},
      {".xml", "application/xml"}};
  const size_t dot = file.rfind('.');
  const auto found = dot == std::string::npos ? known.end() : known.find(file.substr(dot));
  return found == known.end() ? "application/octet-stream" : found->second;
}

std::string sha256_hex(const std::string& bytes) {
  Sha256 hash;
  hash.add(bytes);
  return to_hex(hash.finish());
}

}  // namespace

Intake::Intake(const config::Configuration& configuration, const config::IntakeSettings& settings,
               store::Store& store, const registries::Registries& registries, Clock clock)
    : configuration_(configuration),
      settings_(settings),
      store_(store),
      registry_(registries.at(settings.registry)),
      clock_(std::move(clock)),
      schema_(settings.schema, "intake " + settings.name),
      rules_(configuration, settings) {}

// What cannot be sent at all, whatever the registry would say of it.
void Intake::judge_operation(const Entry& entry, Findings& findings) const {
  const host::Operation* operation = registry_.library->descriptor().operation(entry.operation);
  const config::LegalBasis* basis = configuration_.legal_basis(settings_.legal_basis);
  if (operation == nullptr || !operation->push)
    findings.push_back(refusal(
        "operation", "operation",
        fmt::format("registry {} knows no operation {}; mend it and enter it again", settings_.registry,
                    entry.operation),
        fmt::format("Reģistrā nav darbības \"{}\"; izlabojiet un ievadiet vēlreiz", entry.operation)));
  else if (basis == nullptr || !basis->allows(entry.operation))
    findings.push_back(
        refusal("legal-basis", "operation",
                fmt::format("legal-basis {} does not allow {}; ask who configures Tilts",
                            settings_.legal_basis, entry.operation),
                fmt::format("Darbībai \"{}\" nav tiesiskā pamata; jautājiet sistēmas administratoram",
                            entry.operation)));
}

void Intake::judge_revision(const Entry& entry, Findings& findings) const {
  const auto known_as = [&](int64_t revision) {
    return store_.read([&](store::Session& session) {
      return store_.submissions().find_revision(session, settings_.registry, entry.case_number, revision);
    });
  };
  if (entry.operation == "submit" && entry.revision > 1) {
    const auto declined = known_as(entry.revision - 1);
    if (!declined || declined->state != store::SubmissionState::declined)
      findings.push_back(
          refusal("first-revision", "revision",
                  "a first entry has revision 1, or the next one after a declined one; enter "
                  "this as a correction",
                  "Pirmajam ierakstam ir 1. redakcija vai nākamā pēc noraidītas; ievadiet šo kā "
                  "labojumu"));
  }
  if (entry.operation == "correct" && entry.revision < 2)
    findings.push_back(refusal("correction-revision", "revision",
                               "a correction has revision 2 or more; mend it and enter it again",
                               "Labojumam ir 2. vai vēlāka redakcija; izlabojiet un ievadiet vēlreiz"));
  const int64_t before = revision_before(entry);
  if (before == 0 || refuses(findings)) return;
  const auto known = known_as(before);
  if (!known)
    findings.push_back(
        warning("nothing-before", "corrects",
                "the revision that it names was not entered here; if the registry has it, send it all the "
                "same",
                "Redakcija, uz kuru tas atsaucas, šeit nav ievadīta; ja tā reģistrā ir, nosūtiet tomēr"));
  else if (known->state == store::SubmissionState::declined)
    findings.push_back(warning("declined-before", "corrects",
                               "the registry declined the revision that it names; enter it as a new entry, "
                               "or send it all the same",
                               "Redakcija, uz kuru tas atsaucas, ir noraidīta; ievadiet jaunu ierakstu vai "
                               "nosūtiet tomēr"));
}

Intake::Attachments Intake::read_attachments(EntryPlace& place, const std::string& name, const Entry& entry,
                                             Findings& findings) const {
  Attachments attachments;
  std::set<std::string> names;
  size_t whole = 0;
  for (const Entry::Attachment& named : entry.attachments) {
    store::SubmissionAttachment read{named.file, named.media_type, {}, {}};
    if (read.media_type.empty()) read.media_type = media_type_of(named.file);
    if (!names.insert(named.file).second) {
      findings.push_back(
          refusal("attachment-twice", "attachments",
                  fmt::format("the document {} is named twice; name it once", named.file),
                  fmt::format("Dokuments {} ir norādīts divreiz; norādiet vienreiz", named.file)));
      continue;
    }
    if (named.file.find('/') != std::string::npos || named.file.starts_with('.')) {
      findings.push_back(refusal("attachment-name", "attachments",
                                 "a document's name is a plain file name, beside the entry; mend it",
                                 "Dokumenta nosaukumam jābūt faila vārdam blakus ierakstam; izlabojiet"));
      continue;
    }
    switch (place.read_document(name, named.file, most_attachment_bytes, read.bytes)) {
      case Reading::read:
        whole += read.bytes.size();
        read.sha256 = sha256_hex(read.bytes);
        attachments.push_back(std::move(read));
        break;
      case Reading::missing:
        findings.push_back(
            refusal("attachment-missing", "attachments",
                    fmt::format("the document {} is not beside the entry; put it there", named.file),
                    fmt::format("Dokumenta {} nav blakus ierakstam; ielieciet to tur", named.file)));
        break;
      case Reading::too_large:
        findings.push_back(refusal(
            "attachment-too-large", "attachments",
            fmt::format("the document {} is larger than 25 MB; scan it smaller", named.file),
            fmt::format("Dokuments {} ir lielāks par 25 MB; noskenējiet to mazākā apjomā", named.file)));
        break;
      case Reading::changing:
        findings.push_back(
            refusal("attachment-changing", "attachments",
                    fmt::format("the document {} is still being written; it is tried again", named.file),
                    fmt::format("Dokuments {} vēl tiek rakstīts; tiks mēģināts vēlreiz", named.file)));
        break;
    }
  }
  // In base64, with room for the envelope.
  const size_t allowed = registry_.exchange->profile().limits.request_bytes;
  if (whole / 3 * 4 + envelope_bytes > allowed)
    findings.push_back(
        refusal("attachments-too-large", "attachments",
                fmt::format("the documents have {} MB together where the registry takes {} MB; scan them "
                            "smaller",
                            whole >> 20, allowed / 4 * 3 >> 20),
                fmt::format("Dokumenti kopā aizņem {} MB, bet reģistrs pieņem {} MB; noskenējiet mazākā "
                            "apjomā",
                            whole >> 20, allowed / 4 * 3 >> 20)));
  return attachments;
}

TakenIn Intake::take(EntryPlace& place, const Letter& letter, const std::string& bytes) {
  const Time now = clock_.now();
  ReadEntry read = read_entry(bytes, letter.form, schema_);
  TakenIn taken{.findings = std::move(read.findings), .at = now};
  Attachments attachments;
  std::string deadline;
  if (read.entry) {
    judge_operation(*read.entry, taken.findings);
    judge_revision(*read.entry, taken.findings);
    attachments = read_attachments(place, letter.name, *read.entry, taken.findings);
    EntryRules::Judgement judged = rules_.judge(*read.entry, store_, now);
    std::ranges::move(judged.findings, std::back_inserter(taken.findings));
    deadline = std::move(judged.deadline);
  }
  const store::IntakeMark mark{settings_.name, letter.name, letter.stamp, {}, {}, now};
  if (refuses(taken.findings)) return taken;
  const store::NewSubmission submission{
      .registry = settings_.registry,
      .operation = read.entry->operation,
      .case_number = read.entry->case_number,
      .revision = read.entry->revision,
      .code = read.entry->code,
      .content = pack(KeptEntry{settings_.name, letter.form, bytes}),
      .warned = !taken.findings.empty(),
      .findings = taken.findings,
      .rules = rules_.version(),
      .deadline = deadline,
  };
  store_.write([&](store::Transaction& transaction) {
    const auto added = store_.submissions().add(transaction, submission, attachments, now);
    taken.fresh = added.fresh;
    store::IntakeMark known = mark;
    if (added.same) {
      taken.submission = known.submission = added.id;
    } else {
      taken.findings = {refusal(
          "other-content", "case_number",
          fmt::format("this case number and revision were entered before with another content (submission "
                      "{}); enter what changed as a correction with the next revision",
                      added.id),
          fmt::format("Ieraksts ar šo lietas numuru un redakciju jau ir ievadīts ar citu saturu (iesniegums "
                      "{}); izmaiņas ievadiet kā labojumu ar nākamo redakcijas numuru",
                      added.id))};
    }
    if (added.same) store_.intakes().put(transaction, known);
  });
  return taken;
}

}  // namespace tilts::push
