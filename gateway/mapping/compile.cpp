#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/mapping/program.h"
#include "gateway/mapping/settings_file.h"
#include "gateway/mapping/text.h"

namespace tilts::mapping {
namespace {

using Origin = Value::Origin;
using Test = Condition::Test;
using Check = Rule::Check;

// libxml2 would print what is wrong; the caller says it with file and line.
class Quiet {
 public:
  Quiet() : function_(xmlStructuredError), data_(xmlStructuredErrorContext) {
    xmlSetStructuredErrorFunc(nullptr, [](void*, xmlErrorPtr) {});
  }
  ~Quiet() { xmlSetStructuredErrorFunc(data_, function_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  xmlStructuredErrorFunc function_;
  void* data_;
};

std::shared_ptr<xmlRegexp> compile_pattern(const std::string& text) {
  const Quiet quiet;
  return {xmlRegexpCompile(reinterpret_cast<const xmlChar*>(text.c_str())), [](xmlRegexp* pattern) {
            if (pattern != nullptr) xmlRegFreeRegexp(pattern);
          }};
}

class Compiler {
 public:
  Compiler(std::string file, std::vector<Problem>& problems, Mapping::Program& program)
      : problems_(problems), program_(program) {
    program_.file = std::move(file);
  }

  void read(const xmlNode* root) {
    program_.line = line_of(root);
    program_.layout.name = attribute(root, "name");
    program_.sources.push_back({"", attribute(root, "record"), {}, false});
    refer(root, program_.sources[0].record, "");
    for (const xmlNode* node : children(root, "code-list")) read_list(node);
    for (const xmlNode* node : children(root, "join")) read_join(node);
    program_.death = optional_value(root, "death");
    program_.changed_code = optional_value(root, "changed-code");
    program_.codes_on = optional_value(root, "codes-on");
    for (const xmlNode* node : children(root, "entitled")) program_.entitled = conditions(node);
    for (const xmlNode* node : children(root, "field")) read_field(node);
    if (std::ranges::none_of(program_.fields, &FieldProgram::key))
      tell(root, "no field is the key; say key=\"yes\" on what names a row in the municipal system");
    tell_unused();
  }

 private:
  void tell(const xmlNode* node, std::string sentence) {
    problems_.push_back({program_.file, line_of(node), std::move(sentence)});
  }

  void read_list(const xmlNode* node) {
    const auto path = std::filesystem::path(program_.file).parent_path() / attribute(node, "file");
    program_.lists.push_back(std::make_unique<CodeList>(
        CodeList::load(attribute(node, "name"), path.lexically_normal(), problems_)));
    unused_.emplace("code list \"" + attribute(node, "name") + "\"", node);
  }

  void read_join(const xmlNode* node) {
    Source source{attribute(node, "name"), attribute(node, "record"), {}, false};
    if (source.name == "subject" || source.name == "run")
      tell(node,
           fmt::format("a join cannot be called \"{}\": that word is taken; choose another", source.name));
    refer(node, source.record, "");
    for (const xmlNode* where : children(node, "where")) {
      source.where.push_back({attribute(where, "field"), attribute(where, "is"), {}});
      refer(where, source.record, source.where.back().field);
      if (xml::has_attribute(where, "", "is") == xml::has_attribute(where, "", "same-as"))
        tell(where, "a `where` needs either is or same-as; take one");
      else if (xml::has_attribute(where, "", "same-as"))
        source.of_row = true, source.where.back().same_as = own_field(where, attribute(where, "same-as"));
    }
    unused_.emplace("join \"" + source.name + "\"", node);
    program_.sources.push_back(std::move(source));
  }

  Value own_field(const xmlNode* node, const std::string& text) {
    Value value = reference(node, text);
    if (value.origin != Origin::field || value.source != 0)
      tell(node, fmt::format("\"{}\" is no field of the row's own record, with which alone a join compares; "
                             "name one of {}",
                             text, program_.sources[0].record));
    return value;
  }

  void refer(const xmlNode* node, const std::string& record, const std::string& field) {
    if (std::ranges::none_of(program_.references, [&](const Reference& seen) {
          return seen.record == record && seen.field == field;
        }))
      program_.references.push_back({record, field, line_of(node)});
  }

  const CodeList* list(const xmlNode* node, std::string_view name) {
    const std::string wanted = attribute(node, name);
    if (wanted.empty()) return nullptr;
    unused_.erase("code list \"" + wanted + "\"");
    for (const auto& each : program_.lists)
      if (each->name == wanted) return each.get();
    tell(node, fmt::format("there is no code list \"{}\"; declare it: <code-list name=\"{}\" file=\"…\"/>",
                           wanted, wanted));
    return nullptr;
  }

  std::optional<Value> optional_value(const xmlNode* node, std::string_view name) {
    const std::string text = attribute(node, name);
    if (text.empty()) return std::nullopt;
    return reference(node, text);
  }

  Value reference(const xmlNode* node, const std::string& text) {
    const size_t dot = text.find('.');
    const std::string before = dot == std::string::npos ? "" : text.substr(0, dot);
    const std::string name = dot == std::string::npos ? text : text.substr(dot + 1);
    struct Word {
      std::string_view text;
      Origin origin;
    };
    static constexpr Word words[] = {{"subject.client", Origin::client},
                                     {"subject.code", Origin::code},
                                     {"subject.previous_code", Origin::previous_code},
                                     {"run.date", Origin::run_date},
                                     {"run.municipality", Origin::run_municipality},
                                     {"run.environment", Origin::run_environment}};
    for (const Word& word : words)
      if (word.text == text) {
        if (text.starts_with("subject.") && program_.roster_line == 0) program_.roster_line = line_of(node);
        return {word.origin, 0, "", 0};
      }
    for (size_t i = 0; i < program_.sources.size(); ++i) {
      const Source& source = program_.sources[i];
      // The row's own record goes by its type too, so that a long file can say what it means.
      if (source.name != before && !(i == 0 && source.record == before)) continue;
      unused_.erase("join \"" + before + "\"");
      if (name == "as_of") return {Origin::as_of, i, "", 0};
      refer(node, source.record, name);
      return {Origin::field, i, name, program_.hints++};
    }
    tell(node, fmt::format("\"{}\": there is no join \"{}\"; declare it: <join name=\"{}\" record=\"…\"/>",
                           text, before, before));
    return {};
  }

  std::vector<Condition> conditions(const xmlNode* parent) {
    std::vector<Condition> found;
    for (const xmlNode* node : children(parent, "when")) found.push_back(condition(node));
    return found;
  }

  Condition condition(const xmlNode* node) {
    Condition made;
    made.line = line_of(node);
    made.field = attribute(node, "field");
    made.value = reference(node, made.field);
    int tests = 0;
    const auto has = [&](std::string_view name) {
      const bool said = xml::has_attribute(node, "", name);
      tests += said ? 1 : 0;
      return said;
    };
    if (has("is")) made.test = Test::is, made.text = attribute(node, "is");
    if (has("is-not")) made.test = Test::is_not, made.text = attribute(node, "is-not");
    if (has("present")) made.test = attribute(node, "present") == "yes" ? Test::present : Test::absent;
    if (has("one-of")) {
      made.test = Test::one_of;
      std::istringstream words(attribute(node, "one-of"));
      for (std::string word; words >> word;) made.one_of.push_back(word);
    }
    if (has("same-as")) {
      made.test = Test::same_as;
      made.other = reference(node, attribute(node, "same-as"));
      made.list = list(node, "lookup");
    } else if (xml::has_attribute(node, "", "lookup")) {
      tell(node, "lookup belongs to same-as: it says what the other value is called; take it away");
    }
    if (has("reached-age")) {
      made.test = Test::reached_age;
      made.list = list(node, "reached-age");
      if (made.list != nullptr) check_ages(*made.list);
    }
    if (tests != 1)
      tell(node,
           "a `when` makes exactly one test: is, is-not, one-of, present, same-as or reached-age; use a "
           "`when` for each");
    return made;
  }

  void check_ages(const CodeList& ages) {
    for (const CodeList::Entry& entry : ages.entries)
      if (!entry.age)
        problems_.push_back({ages.file, entry.line,
                             fmt::format("\"{}\" is no age; write years and months as P64Y9M", entry.value)});
  }

  void read_field(const xmlNode* node) {
    FieldProgram field;
    field.line = line_of(node);
    field.name = attribute(node, "name");
    const bool from = xml::has_attribute(node, "", "from");
    if (from == xml::has_attribute(node, "", "value"))
      tell(node, fmt::format("field \"{}\" needs either from or value; take one", field.name));
    std::istringstream references(attribute(node, "from"));
    for (std::string text; references >> text;) field.more.push_back(reference(node, text));
    field.value = Value{Origin::constant, 0, attribute(node, "value"), 0};
    if (!field.more.empty()) {
      field.value = field.more.front();
      field.more.erase(field.more.begin());
    }
    field.otherwise = attribute(node, "default");
    field.plus = read_span(attribute(node, "plus"));
    field.lookup = list(node, "lookup");
    field.format = format(attribute(node, "format"));
    field.required = attribute(node, "required") == "yes";
    field.key = attribute(node, "key") == "yes";
    field.holds = field.key || attribute(node, "holds") == "record" ? Weight::record : Weight::field;
    for (const xmlNode* rule_node : children(node, "rule")) {
      Rule made = rule(rule_node);
      (made.check == Check::present ? field.present : field.rules).push_back(std::move(made));
    }
    field.when = conditions(node);
    if (field.name == "action" || field.name == "held_back" || field.name == "environment")
      tell(node,
           fmt::format("a field cannot be called \"{}\": targets write a column of that name; choose another",
                       field.name));
    program_.layout.columns.push_back({field.name, field.key, attribute(node, "text") == "yes"});
    program_.fields.push_back(std::move(field));
  }

  static Format format(const std::string& name) {
    if (name == "date") return Format::date;
    if (name == "date-lv") return Format::date_lv;
    if (name == "personas-kods") return Format::personas_kods;
    if (name == "upper") return Format::upper;
    if (name == "lower") return Format::lower;
    if (name == "one-line") return Format::one_line;
    return Format::none;
  }

  Rule rule(const xmlNode* node) {
    Rule made;
    made.line = line_of(node);
    made.text = attribute(node, "value");
    made.notice = attribute(node, "notice") == "yes";
    made.words = words(node);
    const std::string check = attribute(node, "check");
    const bool dated = check == "date";
    const bool valued = check == "pattern" || check == "max-length" || check == "code-list";
    if (valued == made.text.empty()) {
      tell(node, valued ? fmt::format("the rule {} needs a value; give one", check)
                        : fmt::format("the rule {} takes no value; take it away", check));
      return made;
    }
    if (!dated && (xml::has_attribute(node, "", "not-before") || xml::has_attribute(node, "", "not-after")))
      tell(node, "not-before and not-after belong to the rule date; take them away");
    if (check == "personas-kods") made.check = Check::personas_kods;
    if (check == "varis-code") made.check = Check::varis_code;
    if (check == "present") made.check = Check::present;
    if (check == "absent") made.check = Check::absent;
    if (check == "code-list") made.check = Check::code_list, made.list = list(node, "value");
    if (dated) {
      made.check = Check::date;
      made.not_before = bound(node, "not-before");
      made.not_after = bound(node, "not-after");
    }
    if (check == "pattern") {
      made.check = Check::pattern;
      made.pattern = compile_pattern(made.text);
      if (made.pattern == nullptr)
        tell(node, fmt::format("\"{}\" is no pattern; write it as in XML Schema (the whole value is matched)",
                               made.text));
    }
    if (check == "max-length") {
      made.check = Check::max_length;
      const char* end = made.text.data() + made.text.size();
      if (std::from_chars(made.text.data(), end, made.max_length).ptr != end || made.max_length == 0)
        tell(node, fmt::format("\"{}\" is no length; write a number of characters", made.text));
    }
    made.looks_beside = made.list != nullptr || refers(made.not_before) || refers(made.not_after);
    return made;
  }

  static bool refers(const std::unique_ptr<Bound>& bound) {
    return bound != nullptr && bound->from == Bound::From::reference;
  }

  // "2026-11-21", "run-date-P120Y", "previous.applied+P1Y".
  std::unique_ptr<Bound> bound(const xmlNode* node, std::string_view name) {
    auto made = std::make_unique<Bound>();
    made->text = attribute(node, name);
    if (made->text.empty()) return nullptr;
    try {
      made->day = parse_date(made->text);
      return made;
    } catch (const Error&) {  // then it is counted from something
    }
    // No name has a capital letter: what has one is the span, behind its sign.
    if (const size_t at = made->text.find('P'); at != std::string::npos && at > 0) {
      const std::optional<Span> span = read_span(std::string_view(made->text).substr(at));
      if (!span) return nullptr;  // the schema has told
      made->span = made->text[at - 1] == '-' ? backwards(*span) : *span;
      made->text.resize(at - 1);
    }
    made->from = made->text == "run-date" ? Bound::From::run : Bound::From::reference;
    if (made->from == Bound::From::reference) made->value = reference(node, made->text);
    return made;
  }

  std::unique_ptr<Words> words(const xmlNode* node) {
    const std::vector<xmlNode*> english = children(node, "en"), latvian = children(node, "lv");
    const bool said = !english.empty() && !latvian.empty();
    if (said != xml::has_attribute(node, "", "id"))
      tell(node, "own words of a rule are an id and both sentences; say id=\"…\", <lv> and <en>, or none");
    if (!said) return nullptr;
    return std::make_unique<Words>(
        Words{attribute(node, "id"), one_line(xml::text(english[0])), one_line(xml::text(latvian[0]))});
  }

  void tell_unused() {
    for (const auto& [what, node] : unused_) tell(node, what + " is never used; take it away");
  }

  std::vector<Problem>& problems_;
  Mapping::Program& program_;
  std::map<std::string, const xmlNode*> unused_;
};

}  // namespace

std::unique_ptr<const Mapping::Program> compile(const std::filesystem::path& path,
                                                std::vector<Problem>& problems) {
  auto program = std::make_unique<Mapping::Program>();
  const SettingsFile file = read_settings(path, "mapping", problems);
  if (file.root == nullptr) return program;
  Compiler(path.string(), problems, *program).read(file.root);
  Sha256 hash;
  hash.add(file.bytes);
  for (const auto& list : program->lists) hash.add(list->bytes);
  program->hash = to_hex(hash.finish());
  std::ranges::stable_sort(problems, {},
                           [](const Problem& problem) { return std::tie(problem.file, problem.line); });
  return program;
}

}  // namespace tilts::mapping
