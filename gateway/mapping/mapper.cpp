#include "gateway/mapping/mapper.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/mapping/personas_kods.h"
#include "gateway/mapping/program.h"
#include "gateway/mapping/rules.h"
#include "gateway/mapping/text.h"

namespace tilts::mapping {
namespace {

enum class Truth { no, yes, unknown };

Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

}  // namespace

struct Mapper::State {
  State(std::shared_ptr<const Mapping> given, Run given_run)
      : mapping(std::move(given)),
        program(mapping->program()),
        run(std::move(given_run)),
        date_text(to_text(run.date)),
        hints(program.hints),
        only_the_day{run.date, {}, {}, nullptr},
        bound(program.sources.size()) {
    take_codes_of(run.date);
    for (const Condition& condition : program.entitled) prove(condition);
    for (const FieldProgram& field : program.fields)
      for (const Condition& condition : field.when) prove(condition);
  }

  // What the lists say on a day, for what is mapped from here on.
  void take_codes_of(Date day) {
    if (codes != nullptr && codes->day == day) return;
    if (days.size() > most_days) days.clear();
    const auto [place, fresh] = days.try_emplace(std::chrono::sys_days(day));
    codes = &place->second;
    if (!fresh) return;
    place->second.day = day;
    for (const auto& list : program.lists) place->second.lists.emplace(list.get(), CodesOfDay(*list, day));
  }
  const CodesOfDay& codes_of(const CodeList* list) const { return codes->lists.at(list); }

  // What a run's own word stands for must be known before the first subject.
  void prove(const Condition& condition) const {
    if (condition.test != Condition::Test::same_as || condition.list == nullptr) return;
    if (condition.other.origin != Value::Origin::run_municipality) return;
    if (codes_of(condition.list).find(run.municipality) == nullptr)
      throw Error(Code::config,
                  fmt::format("{}:{}: municipality \"{}\" is not in code list {} on {}; add it to {}",
                              program.file, condition.line, run.municipality, condition.list->name, date_text,
                              condition.list->file));
  }

  // ----- reading -----

  std::string_view field(const Record& record, const Value& value) {
    // Adapters emit their fields in one order, so the place of last time is the place of this time.
    size_t& hint = hints[value.hint];
    if (hint < record.fields.size() && record.fields[hint].name == value.text)
      return record.fields[hint].value;
    for (size_t i = 0; i < record.fields.size(); ++i) {
      if (record.fields[i].name != value.text) continue;
      hint = i;
      return record.fields[i].value;
    }
    return {};
  }

  // Empty when the registry left it out.
  std::string_view read(const Value& value) {
    switch (value.origin) {
      case Value::Origin::constant:
        return value.text;
      case Value::Origin::field:
        return bound[value.source] == nullptr ? "" : field(*bound[value.source], value);
      case Value::Origin::as_of:
        return bound[value.source] == nullptr ? "" : std::string_view(bound[value.source]->as_of);
      case Value::Origin::client:
        return subject->client;
      case Value::Origin::code:
        return subject->code;
      case Value::Origin::previous_code:
        return subject->previous_code;
      case Value::Origin::run_date:
        return date_text;
      case Value::Origin::run_municipality:
        return run.municipality;
      case Value::Origin::run_environment:
        return run.environment;
    }
    return {};
  }

  Truth holds(const Condition& condition) {
    const std::string_view value = read(condition.value);
    switch (condition.test) {
      case Condition::Test::is:
        return truth(value == condition.text);
      case Condition::Test::is_not:
        return truth(value != condition.text);
      case Condition::Test::one_of:
        return truth(std::ranges::find(condition.one_of, value) != condition.one_of.end());
      case Condition::Test::present:
        return truth(!value.empty());
      case Condition::Test::absent:
        return truth(value.empty());
      case Condition::Test::same_as: {
        std::string_view other = read(condition.other);
        if (condition.list != nullptr) {
          const std::string* found = codes_of(condition.list).find(other);
          if (found == nullptr) return Truth::unknown;
          other = *found;
        }
        return truth(!value.empty() && value == other);
      }
      case Condition::Test::reached_age: {
        const std::optional<Date> birth = read_day(value);
        if (!birth) return Truth::unknown;
        return truth(condition.list->reached(*birth, run.date).has_value());
      }
    }
    return Truth::unknown;
  }

  // "no" wins: whoever fails one condition is not entitled, whatever cannot be told about the others.
  Truth all(const std::vector<Condition>& conditions, const Condition** unknown) {
    *unknown = nullptr;
    for (const Condition& condition : conditions) {
      const Truth one = holds(condition);
      if (one == Truth::no) return Truth::no;
      if (one == Truth::unknown && *unknown == nullptr) *unknown = &condition;
    }
    return *unknown == nullptr ? Truth::yes : Truth::unknown;
  }

  // ----- finding -----

  void find(Weight weight, Complaint complaint, const std::string& field_name, int line) {
    const Record& record = *bound[0];
    findings.push_back({complaint.notice ? Weight::notice : weight, std::move(complaint.rule), record.type,
                        record.key, field_name, fmt::format("{}:{}", program.file, line),
                        std::move(complaint.english), std::move(complaint.latvian)});
  }

  Complaint undecided(const Condition& condition) {
    if (condition.test == Condition::Test::reached_age) return age_unknown(condition.field);
    return not_in_list(*condition.list, read(condition.other), codes->day);
  }

  // ----- making -----

  const Beside& beside(const Rule& rule) {
    if (!rule.looks_beside) return only_the_day;
    looked = only_the_day;
    if (rule.list != nullptr) looked.codes = &codes_of(rule.list), looked.codes_day = codes->day;
    if (rule.not_before != nullptr && rule.not_before->from == Bound::From::reference)
      looked.not_before = read(rule.not_before->value);
    if (rule.not_after != nullptr && rule.not_after->from == Bound::From::reference)
      looked.not_after = read(rule.not_after->value);
    return looked;
  }

  // One space between what is there.
  std::string_view words_of(const FieldProgram& field) {
    words = read(field.value);
    for (const Value& value : field.more) {
      const std::string_view word = read(value);
      if (!words.empty() && !word.empty()) words += ' ';
      words += word;
    }
    return words;
  }

  // Makes the cell; false: a finding holds it back.
  bool make(const FieldProgram& field, std::string& cell) {
    cell.clear();
    const auto held = [&](Complaint complaint, int line) {
      find(field.holds, std::move(complaint), field.name, line);
      cell.clear();
      return false;
    };
    const Condition* unknown = nullptr;
    if (!field.when.empty()) {
      const Truth wanted = all(field.when, &unknown);
      if (wanted == Truth::unknown) return held(undecided(*unknown), unknown->line);
      if (wanted == Truth::no) {
        cell = field.otherwise;
        return true;
      }
    }
    std::string_view value = field.more.empty() ? read(field.value) : words_of(field);
    if (value.empty()) {
      for (const Rule& rule : field.present) {
        std::optional<Complaint> complaint = judge(rule, value, beside(rule));
        if (!rule.notice) return held(std::move(*complaint), rule.line);
        find(Weight::notice, std::move(*complaint), field.name, rule.line);
      }
      cell = field.otherwise;
      return !(cell.empty() && (field.required || field.key)) || held(missing(), field.line);
    }
    for (const Rule& rule : field.rules) {
      if (rule.check == Rule::Check::max_length) continue;
      std::optional<Complaint> complaint = judge(rule, value, beside(rule));
      if (!complaint) continue;
      if (!complaint->notice) return held(std::move(*complaint), rule.line);
      find(Weight::notice, std::move(*complaint), field.name, rule.line);
    }
    if (field.plus) {
      later.clear();
      if (std::optional<Complaint> complaint = append_formatted(Format::date, value, later))
        return held(std::move(*complaint), field.line);
      later = to_text(shifted(parse_date(later), *field.plus));
      value = later;
    }
    if (field.lookup != nullptr) {
      const std::string* found = codes_of(field.lookup).find(value);
      if (found == nullptr) return held(not_in_list(*field.lookup, value, codes->day), field.line);
      value = *found;
    }
    if (field.format == Format::none) {
      if (!append_nfc(value, cell)) return held(not_utf8(), field.line);
    } else {
      scratch.clear();
      if (!append_nfc(value, scratch)) return held(not_utf8(), field.line);
      if (std::optional<Complaint> complaint = append_formatted(field.format, scratch, cell))
        return held(std::move(*complaint), field.line);
    }
    for (const Rule& rule : field.rules) {
      if (rule.check != Rule::Check::max_length) continue;
      std::optional<Complaint> complaint = judge(rule, cell, beside(rule));
      if (!complaint) continue;
      if (!complaint->notice) return held(std::move(*complaint), rule.line);
      find(Weight::notice, std::move(*complaint), field.name, rule.line);
    }
    return true;
  }

  // The key from its cells; false: it cannot be told.
  bool make_key(targets::Row& row) {
    row.key.clear();
    bool first = true;
    for (size_t i = 0; i < program.fields.size(); ++i) {
      if (!program.fields[i].key) continue;
      if (row.held[i] != 0) return false;
      if (!first && row.cells[i].find('/') != std::string::npos) {
        find(Weight::record, key_with_slash(), program.fields[i].name, program.fields[i].line);
        return false;
      }
      if (!first) row.key += '/';
      row.key += row.cells[i];
      first = false;
    }
    return true;
  }

  // The joins that look at the row's record.
  void bind_to_row() {
    for (size_t i = 1; i < bound.size(); ++i) {
      if (!program.sources[i].of_row) continue;
      bound[i] = nullptr;
      for (const Record& record : subject->records) bind(i, record);
    }
  }

  // The row of record bound[0], if it gets one.
  void add_row() {
    const Record& record = *bound[0];
    bind_to_row();
    // A day that cannot be read is found by the field's own rule; no list is of it.
    if (program.codes_on) take_codes_of(read_day(read(*program.codes_on)).value_or(run.date));
    const bool death = program.death && !read(*program.death).empty();
    const bool changed =
        !subject->code_known && (!record.previous_key.empty() || !subject->previous_code.empty() ||
                                 (program.changed_code && !read(*program.changed_code).empty()));
    outcome.death = outcome.death || death;
    outcome.code_changed = outcome.code_changed || changed;

    const Condition* unknown = nullptr;
    const Truth entitled = all(program.entitled, &unknown);
    if (entitled == Truth::no) return;
    const size_t before = findings.size();
    if (used == rows.size()) rows.emplace_back();
    MappedRow& mapped = rows[used];
    mapped.row.cells.resize(program.fields.size());
    mapped.row.held.resize(program.fields.size());
    for (size_t i = 0; i < program.fields.size(); ++i)
      mapped.row.held[i] = make(program.fields[i], mapped.row.cells[i]) ? 0 : 1;
    mapped.held = false;
    // A death or a changed code is told whatever else is wrong with the record: what is wrong holds back its
    // own cell.
    for (size_t i = before; i < findings.size(); ++i) {
      if (findings[i].weight != Weight::record) continue;
      if (death || changed)
        findings[i].weight = Weight::field;
      else
        mapped.held = true;
    }
    if (entitled == Truth::unknown) {
      mapped.held = true;
      find(Weight::record, undecided(*unknown), unknown->field, unknown->line);
    }
    const bool keyed = make_key(mapped.row);
    if (!keyed) {
      outcome.complete = false;  // its findings stand; what was delivered before stays
      for (size_t i = before; i < findings.size(); ++i)
        if (program_key(findings[i].field)) findings[i].weight = Weight::record;
      return;
    }
    if (settle_duplicate(mapped)) ++used;
  }

  bool program_key(const std::string& name) const {
    return std::ranges::any_of(program.fields,
                               [&](const FieldProgram& field) { return field.key && field.name == name; });
  }

  // Two records with one key: both held back, unless only one is about the code that the person has now.
  bool settle_duplicate(MappedRow& mapped) {
    for (size_t i = 0; i < used; ++i) {
      if (rows[i].row.key != mapped.row.key) continue;
      const bool earlier_current = subject_of(row_records[i]->key) == subject->code;
      const bool current = subject_of(bound[0]->key) == subject->code;
      if (earlier_current == current) {
        rows[i].held = true;
        find(Weight::record, two_records(), "", program.line);
      } else if (current) {
        std::swap(rows[i], mapped);
        row_records[i] = bound[0];
      }
      return false;
    }
    row_records.push_back(bound[0]);
    return true;
  }

  bool meets(const Source& source, const Record& record) {
    return record.present && record.type == source.record &&
           std::ranges::all_of(source.where, [&](const Source::Where& where) {
             const std::string* value = record.find(where.field);
             return value != nullptr && !value->empty() &&
                    *value == (where.same_as ? read(*where.same_as) : where.is);
           });
  }

  // A join is the first by key that fits.
  void bind(size_t source, const Record& record) {
    if (meets(program.sources[source], record) &&
        (bound[source] == nullptr || record.key < bound[source]->key))
      bound[source] = &record;
  }

  void map(const Subject& given) {
    subject = &given;
    used = 0;
    findings.clear();
    row_records.clear();
    outcome = {};
    own.clear();
    std::ranges::fill(bound, nullptr);
    for (const Record& record : subject->records) {
      if (meets(program.sources[0], record)) own.push_back(&record);
      for (size_t i = 1; i < bound.size(); ++i)
        if (!program.sources[i].of_row) bind(i, record);
    }
    // By key, so that the order in which a registry answers changes nothing.
    if (own.size() > 1) std::ranges::sort(own, {}, &Record::key);
    for (const Record* record : own) {
      bound[0] = record;
      add_row();
    }
    outcome.rows = {rows.data(), used};
    outcome.findings = findings;
  }

  std::shared_ptr<const Mapping> mapping;
  const Mapping::Program& program;
  Run run;
  std::string date_text;
  struct DayCodes {
    Date day{};
    std::map<const CodeList*, CodesOfDay> lists;
  };
  static constexpr size_t most_days = 1000;  // of a registry that writes whatever days it likes
  std::map<std::chrono::sys_days, DayCodes> days;
  const DayCodes* codes = nullptr;
  std::vector<size_t> hints;
  Beside only_the_day, looked;

  const Subject* subject = nullptr;
  std::vector<const Record*> own;    // the records that may get a row
  std::vector<const Record*> bound;  // one for each source
  std::vector<MappedRow> rows;       // the first `used` count
  std::vector<const Record*> row_records;
  size_t used = 0;
  std::vector<Finding> findings;
  std::string scratch, words, later;
  Outcome outcome;
};

Mapper::Mapper(std::shared_ptr<const Mapping> mapping, Run run)
    : state_(std::make_unique<State>(std::move(mapping), std::move(run))) {}
Mapper::~Mapper() = default;
Mapper::Mapper(Mapper&&) noexcept = default;

const Outcome& Mapper::map(const Subject& subject) {
  state_->map(subject);
  return state_->outcome;
}

}  // namespace tilts::mapping
