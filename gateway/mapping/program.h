// A mapping in its compiled form: every name is an index, every list a table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libxml/xmlregexp.h>

#include "gateway/base/finding.h"
#include "gateway/base/handle.h"
#include "gateway/mapping/code_list.h"
#include "gateway/mapping/mapping.h"
#include "gateway/mapping/span.h"

namespace tilts::mapping {

// Where a value comes from.
struct Value {
  enum class Origin {
    constant,
    field,
    as_of,
    client,
    code,
    previous_code,
    run_date,
    run_municipality,
    run_environment
  };

  Origin origin = Origin::constant;
  size_t source = 0;  // of field and as_of: 0 is the row's own record, joins follow
  std::string text;   // the constant, or the field's name
  size_t hint = 0;    // of field: which of the mapper's position hints is its own
};

struct Condition {
  enum class Test { is, is_not, one_of, present, absent, same_as, reached_age };

  Value value;
  Test test = Test::is;
  std::string text;  // of is, is_not
  std::vector<std::string> one_of;
  Value other;                     // of same_as
  const CodeList* list = nullptr;  // of reached_age; of same_as when the other value is looked up
  std::string field;               // as the mapping says it, for findings
  int line = 0;
};

// The earliest or the latest day that a rule allows.
struct Bound {
  enum class From { day, run, reference };

  From from = From::day;
  Date day{};
  Value value;  // of reference
  Span span;
  std::string text;  // the reference as the mapping says it, for findings
};

// What a rule says instead of the general words.
struct Words {
  std::string id;
  std::string english;
  std::string latvian;
};

struct Rule {
  enum class Check { personas_kods, date, varis_code, pattern, max_length, code_list, present, absent };

  Check check = Check::pattern;
  std::string text;  // of pattern
  std::shared_ptr<xmlRegexp> pattern;
  size_t max_length = 0;
  std::unique_ptr<Bound> not_before, not_after;
  const CodeList* list = nullptr;  // of code_list
  bool looks_beside = false;       // needs more than the value and the day
  bool notice = false;
  std::unique_ptr<Words> words;
  int line = 0;
};

enum class Format { none, date, date_lv, personas_kods, upper, lower, one_line };

struct FieldProgram {
  std::string name;
  Value value;
  std::vector<Value> more;   // the words after it, of several references
  std::string otherwise;     // the default
  std::optional<Span> plus;  // the value is a day, so much before the cell's
  const CodeList* lookup = nullptr;
  Format format = Format::none;
  bool required = false;
  bool key = false;
  Weight holds = Weight::field;
  std::vector<Rule> rules;    // judge a value that is there
  std::vector<Rule> present;  // are broken when there is none
  std::vector<Condition> when;
  int line = 0;
};

struct Source {
  struct Where {
    std::string field;
    std::string is;
    std::optional<Value> same_as;  // a field of the row's own record, instead of `is`
  };

  std::string name;    // of a join
  std::string record;  // record type
  std::vector<Where> where;
  bool of_row = false;  // each row has its own: one of `where` looks at the row's record
};

struct Mapping::Program {
  std::string file;
  int line = 0;  // of <mapping>
  std::string hash;
  targets::Layout layout;
  std::vector<std::unique_ptr<CodeList>> lists;
  std::vector<Source> sources;  // the row's own record first
  std::optional<Value> death, changed_code;
  std::optional<Value> codes_on;  // whose day the code lists are asked for; absent: the run's
  std::vector<Condition> entitled;
  std::vector<FieldProgram> fields;
  std::vector<Reference> references;
  int roster_line = 0;  // the first that reads the roster (subject.…); 0: none does
  size_t hints = 0;
};

// Reads and compiles; what is wrong goes to `problems`.
std::unique_ptr<const Mapping::Program> compile(const std::filesystem::path& path,
                                                std::vector<Problem>& problems);

}  // namespace tilts::mapping
