#include "gateway/mapping/cases.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "gateway/mapping/mapper.h"
#include "gateway/mapping/mapping.h"
#include "gateway/mapping/settings_file.h"
#include "gateway/xml/document.h"

namespace tilts::mapping {
namespace {

using Lines = std::vector<std::string>;

struct Input {
  std::string client, code, previous_code;
  Run run;
  std::vector<Record> records;
};

Input read_input(const xmlNode* root) {
  Input input{attribute(root, "client"),
              attribute(root, "code"),
              attribute(root, "previous-code"),
              {parse_date(attribute(root, "run-date")), attribute(root, "municipality", "Piekrastes novads"),
               attribute(root, "environment", "test")},
              {}};
  for (const xmlNode* node : children(root, "record")) {
    Record record{attribute(node, "type"),         attribute(node, "key"),
                  attribute(node, "previous-key"), attribute(node, "present") != "no",
                  attribute(node, "as-of"),        {}};
    for (const xmlNode* field : children(node, "field"))
      record.fields.push_back({attribute(field, "name"), xml::text(field)});
    input.records.push_back(std::move(record));
  }
  return input;
}

Lines expected_lines(const xmlNode* root, const targets::Layout& layout) {
  Lines lines{fmt::format("death {}, code-changed {}", attribute(root, "death", "no"),
                          attribute(root, "code-changed", "no"))};
  for (const xmlNode* row : children(root, "row")) {
    const bool held = attribute(row, "held") == "yes";
    lines.push_back(fmt::format("row {}{}", attribute(row, "key"), held ? " held back" : ""));
    if (held) continue;
    std::map<std::string, const xmlNode*> cells;
    for (const xmlNode* cell : children(row, "cell")) cells.emplace(attribute(cell, "name"), cell);
    for (const targets::Column& column : layout.columns) {
      const auto cell = cells.find(column.name);
      if (cell == cells.end()) continue;
      lines.push_back(fmt::format("cell {} = \"{}\"{}", column.name, xml::text(cell->second),
                                  attribute(cell->second, "held") == "yes" ? " held back" : ""));
      cells.erase(cell);
    }
    for (const auto& [name, node] : cells)
      lines.push_back(fmt::format("cell {} is no field of the mapping", name));
  }
  for (const xmlNode* finding : children(root, "finding"))
    lines.push_back(fmt::format("finding {} {} on \"{}\"", attribute(finding, "weight"),
                                attribute(finding, "rule"), attribute(finding, "field")));
  return lines;
}

std::string_view name(Weight weight) {
  switch (weight) {
    case Weight::field:
      return "field";
    case Weight::record:
      return "record";
    case Weight::notice:
      return "notice";
  }
  return "";
}

Lines actual_lines(const Outcome& outcome, const targets::Layout& layout) {
  Lines lines{fmt::format("death {}, code-changed {}", outcome.death ? "yes" : "no",
                          outcome.code_changed ? "yes" : "no")};
  for (const MappedRow& mapped : outcome.rows) {
    lines.push_back(fmt::format("row {}{}", mapped.row.key, mapped.held ? " held back" : ""));
    if (mapped.held) continue;
    for (size_t i = 0; i < layout.columns.size(); ++i)
      if (mapped.row.held[i] != 0 || !mapped.row.cells[i].empty())
        lines.push_back(fmt::format("cell {} = \"{}\"{}", layout.columns[i].name, mapped.row.cells[i],
                                    mapped.row.held[i] != 0 ? " held back" : ""));
  }
  for (const Finding& finding : outcome.findings)
    lines.push_back(
        fmt::format("finding {} {} on \"{}\"", name(finding.weight), finding.rule, finding.field));
  return lines;
}

std::string difference(const Lines& expected, const Lines& actual) {
  const auto [wanted, got] = std::ranges::mismatch(expected, actual);
  if (wanted == expected.end() && got == actual.end()) return {};
  return fmt::format("expected {}, but the mapping gives {}",
                     wanted == expected.end() ? "nothing more" : *wanted,
                     got == actual.end() ? "nothing more" : *got);
}

std::string run_case(const std::shared_ptr<const Mapping>& mapping, const std::filesystem::path& folder) {
  std::vector<Problem> problems;
  const SettingsFile input_file = read_settings(folder / "input.xml", "subject", problems);
  const SettingsFile expected_file = read_settings(folder / "expected.xml", "expected", problems);
  if (!problems.empty()) return problems.front().text();
  const Input input = read_input(input_file.root);
  Mapper mapper(mapping, input.run);
  const Outcome& outcome = mapper.map({input.client, input.code, input.previous_code, input.records});
  return difference(expected_lines(expected_file.root, mapping->layout()),
                    actual_lines(outcome, mapping->layout()));
}

}  // namespace

std::vector<CaseResult> run_cases(const std::filesystem::path& mapping_file) {
  const std::shared_ptr<const Mapping> mapping = Mapping::load(mapping_file);
  std::vector<CaseResult> results;
  const std::filesystem::path folder = mapping_file.parent_path() / "cases" / mapping_file.stem();
  if (!std::filesystem::is_directory(folder)) return results;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_directory()) results.push_back({entry.path(), {}});
  std::ranges::sort(results, {}, &CaseResult::folder);
  for (CaseResult& result : results) {
    try {
      result.difference = run_case(mapping, result.folder);
    } catch (const Error& error) {
      result.difference = error.what();
    }
  }
  return results;
}

}  // namespace tilts::mapping
