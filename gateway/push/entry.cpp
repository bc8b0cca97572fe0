#include "gateway/push/entry.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "gateway/mapping/personas_kods.h"
#include "gateway/push/entry_json.h"
#include "gateway/xml/document.h"
#include "gateway/xml/malformed.h"

namespace tilts::push {
namespace {

constexpr size_t most_bytes = size_t{1} << 20;  // attachments are files of their own

Finding malformed(std::string rule, std::string english, std::string latvian) {
  return {Weight::record, std::move(rule), "entry", {}, {}, {}, std::move(english), std::move(latvian)};
}

Finding misshapen(const targets::Schema::Problem& problem) {
  Finding finding =
      malformed("form",
                fmt::format("line {}: {} has not the form that is agreed upon; mend it and enter it again",
                            problem.line, problem.element),
                fmt::format("{}. rindā lauks \"{}\" neatbilst formai; izlabojiet un ievadiet vēlreiz",
                            problem.line, problem.element));
  finding.field = problem.element;
  return finding;
}

Finding not_a_code() {
  Finding finding =
      malformed("code", "the personas kods is missing or has not 11 digits; mend it and enter it again",
                "Personas koda nav vai tajā nav 11 ciparu; izlabojiet un ievadiet vēlreiz");
  finding.field = "code";
  return finding;
}

// As the schema judged it (XML Schema part 2, 4.3.6: collapse).
std::string collapsed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space)
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string value(const Entry& entry, std::string_view name) {
  const auto found = std::ranges::find(entry.fields, name, &Field::name);
  return found == entry.fields.end() ? std::string() : found->value;
}

Entry entry_of(const xmlNode* root) {
  Entry entry;
  entry.operation = xml::attribute(root, {}, "operation");
  if (entry.operation.empty()) entry.operation = "submit";
  for (const xmlNode* element : xml::elements(root)) {
    if (xml::local_name(element) == "attachments") {
      for (const xmlNode* one : xml::elements(element))
        entry.attachments.push_back({xml::attribute(one, {}, "file"), xml::attribute(one, {}, "kind"),
                                     xml::attribute(one, {}, "media_type")});
      continue;
    }
    if (std::string text = collapsed(xml::text(element)); !text.empty())
      entry.fields.push_back({std::string(xml::local_name(element)), std::move(text)});
  }
  entry.case_number = value(entry, "case_number");
  if (const std::string revision = value(entry, "revision"); !revision.empty())
    std::from_chars(revision.data(), revision.data() + revision.size(), entry.revision);
  if (const auto code = mapping::normalise_personas_kods(value(entry, "code"))) entry.code = *code;
  return entry;
}

xml::Document parse(std::string_view bytes, EntryForm form, std::string_view target_namespace) {
  const std::string written =
      form == EntryForm::json ? entry_from_json(bytes, target_namespace) : std::string(bytes);
  return xml::parse(written, {.bytes = 2 * most_bytes});
}

}  // namespace

int64_t revision_before(const Entry& entry) {
  if (entry.operation == "submit") return 0;
  int64_t revision = entry.operation == "withdraw" ? entry.revision : entry.revision - 1;
  if (const std::string named = value(entry, "corrects"); !named.empty())
    std::from_chars(named.data(), named.data() + named.size(), revision);
  return revision;
}

std::optional<Entry> read_judged_entry(std::string_view bytes, EntryForm form) try {
  return entry_of(xmlDocGetRootElement(parse(bytes, form, "urn:tilts:judged").get()));
} catch (const NotJson&) {
  return std::nullopt;
} catch (const xml::Malformed&) {
  return std::nullopt;
}

ReadEntry read_entry(std::string_view bytes, EntryForm form, const targets::Schema& schema) {
  if (bytes.size() > most_bytes)
    return {std::nullopt,
            {malformed("too-large",
                       "the entry is larger than 1 MB; put documents into files of their own and name them "
                       "as attachments",
                       "Ieraksts ir lielāks par 1 MB; dokumentus pievienojiet kā atsevišķus failus")}};
  try {
    const xml::Document document = parse(bytes, form, schema.target_namespace());
    ReadEntry read;
    for (const targets::Schema::Problem& problem : schema.problems(*document))
      read.findings.push_back(misshapen(problem));
    if (!read.findings.empty()) return read;
    read.entry = entry_of(xmlDocGetRootElement(document.get()));
    if (read.entry->code.empty()) {
      read.entry.reset();
      read.findings.push_back(not_a_code());
    }
    return read;
  } catch (const NotJson& error) {
    return {std::nullopt,
            {malformed(
                "not-json",
                fmt::format("the entry cannot be read as JSON: {}; mend it and enter it again", error.what()),
                "Ierakstu nevar nolasīt kā JSON; izlabojiet un ievadiet vēlreiz")}};
  } catch (const xml::Malformed& error) {
    return {
        std::nullopt,
        {malformed("not-xml",
                   fmt::format("the entry cannot be read as XML: {} (line {}); mend it and enter it again",
                               error.what(), error.line()),
                   fmt::format("Ierakstu nevar nolasīt kā XML ({}. rinda); pārbaudiet arī, vai "
                               "kodējums ir UTF-8, un ievadiet vēlreiz",
                               error.line()))}};
  }
}

}  // namespace tilts::push
