#include "gateway/mapping/rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/mapping/personas_kods.h"
#include "gateway/mapping/text.h"

namespace tilts::mapping {
namespace {

constexpr char unreadable_date[] = "date-not-readable";

std::string latvian_date(Date date) {
  return fmt::format("{:02}.{:02}.{:04}", static_cast<unsigned>(date.day()),
                     static_cast<unsigned>(date.month()), static_cast<int>(date.year()));
}

Complaint not_a_date(std::string_view value) {
  return {unreadable_date, fmt::format("\"{}\" is not a date that exists; correct it in the registry", value),
          fmt::format("\"{}\" nav iespējams datums; labojiet to reģistrā", value)};
}

Complaint not_a_code(std::string_view value) {
  return {"personas-kods",
          fmt::format("\"{}\" is not a personas kods of 11 digits; correct it in the registry", value),
          fmt::format("\"{}\" nav personas kods ar 11 cipariem; labojiet to reģistrā", value)};
}

std::optional<Complaint> judge_code(std::string_view value) {
  const std::optional<std::string> code = normalise_personas_kods(value);
  if (!code) return not_a_code(value);
  if (check_digit_holds(*code)) return std::nullopt;
  // No official source confirms the formula, and a registry's own codes fail it: told, never held back.
  return Complaint{
      "personas-kods-check-digit",
      fmt::format("{} does not end with its check digit; compare it with a document of the person",
                  with_hyphen(*code)),
      fmt::format("Kodam {} nesakrīt kontrolcipars; salīdziniet ar personas dokumentu", with_hyphen(*code)),
      true};
}

// The day a bound comes to; false: what it is counted from is not a date.
bool resolve(const Bound* bound, std::string_view referred, Date run_date, std::optional<Date>& day) {
  if (bound == nullptr) return true;
  switch (bound->from) {
    case Bound::From::day:
      day = bound->day;
      return true;
    case Bound::From::run:
      day = shifted(run_date, bound->span);
      return true;
    case Bound::From::reference:
      if (referred.empty()) return true;
      day = read_day(referred);
      if (day) day = shifted(*day, bound->span);
      return day.has_value();
  }
  return true;
}

Complaint bound_not_a_date(const Bound& bound, std::string_view referred) {
  return {
      unreadable_date,
      fmt::format("{}: \"{}\" is not a date that exists; correct it in the registry", bound.text, referred),
      fmt::format("{}: \"{}\" nav iespējams datums; labojiet to reģistrā", bound.text, referred)};
}

std::optional<Complaint> judge_date(const Rule& rule, std::string_view value, const Beside& beside) {
  const std::optional<Date> date = read_day(value);
  if (!date) return not_a_date(value);
  std::optional<Date> earliest, latest;
  if (!resolve(rule.not_before.get(), beside.not_before, beside.run_date, earliest))
    return bound_not_a_date(*rule.not_before, beside.not_before);
  if (!resolve(rule.not_after.get(), beside.not_after, beside.run_date, latest))
    return bound_not_a_date(*rule.not_after, beside.not_after);
  if (earliest && *date < *earliest)
    return Complaint{
        "date-too-early",
        fmt::format("{} is before {}; correct it in the registry", to_text(*date), to_text(*earliest)),
        fmt::format("{} ir pirms {}; labojiet to reģistrā", latvian_date(*date), latvian_date(*earliest))};
  if (latest && *date > *latest)
    return Complaint{
        "date-too-late",
        fmt::format("{} is after {}; correct it in the registry", to_text(*date), to_text(*latest)),
        fmt::format("{} ir pēc {}; labojiet to reģistrā", latvian_date(*date), latvian_date(*latest))};
  return std::nullopt;
}

// Eight generated digits, 10000000 at least, and a check digit whose formula is not public.
bool is_varis_code(std::string_view value) {
  return value.size() == 9 && value.front() >= '1' && value.front() <= '9' &&
         std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
}

bool matches(xmlRegexp* pattern, std::string_view value) {
  const std::string text(value);
  return xmlRegexpExec(pattern, reinterpret_cast<const xmlChar*>(text.c_str())) == 1;
}

std::optional<Complaint> judge_unweighed(const Rule& rule, std::string_view value, const Beside& beside) {
  switch (rule.check) {
    case Rule::Check::personas_kods:
      return judge_code(value);
    case Rule::Check::date:
      return judge_date(rule, value, beside);
    case Rule::Check::varis_code:
      if (is_varis_code(value)) return std::nullopt;
      return Complaint{
          "varis-code",
          fmt::format("\"{}\" is not an address code of 9 digits; correct it in the registry", value),
          fmt::format("\"{}\" nav adreses kods ar 9 cipariem; labojiet to reģistrā", value)};
    case Rule::Check::pattern:
      if (matches(rule.pattern.get(), value)) return std::nullopt;
      return Complaint{
          "pattern",
          fmt::format("\"{}\" does not have the form {}; correct it in the registry", value, rule.text),
          fmt::format("\"{}\" neatbilst formai {}; labojiet to reģistrā", value, rule.text)};
    case Rule::Check::max_length:
      if (value.size() <= rule.max_length || characters(value) <= rule.max_length) return std::nullopt;
      return Complaint{"max-length",
                       fmt::format("\"{}\" has more than {} characters; the municipal system cannot take it",
                                   value, rule.max_length),
                       fmt::format("\"{}\" ir garāks par {} rakstzīmēm; pašvaldības sistēma to nevar pieņemt",
                                   value, rule.max_length)};
    case Rule::Check::code_list:
      if (beside.codes->find(value) != nullptr) return std::nullopt;
      return not_in_list(*rule.list, value, beside.codes_day);
    case Rule::Check::present:
      if (!value.empty()) return std::nullopt;
      return missing();
    case Rule::Check::absent:
      if (value.empty()) return std::nullopt;
      return Complaint{"unexpected",
                       fmt::format("\"{}\" must not be there; correct it in the registry", value),
                       fmt::format("Vērtībai \"{}\" šeit nav jābūt; labojiet reģistrā", value)};
  }
  return std::nullopt;
}

void use_own_words(const Rule& rule, Complaint& complaint) {
  // A date that cannot be read breaks no bound: words about the bound would mislead.
  const bool of_bounds = rule.not_before != nullptr || rule.not_after != nullptr;
  if (of_bounds && complaint.rule == unreadable_date) return;
  complaint.rule = rule.words->id;
  complaint.english = rule.words->english;
  complaint.latvian = rule.words->latvian;
}

}  // namespace

std::optional<Complaint> judge(const Rule& rule, std::string_view value, const Beside& beside) {
  std::optional<Complaint> complaint = judge_unweighed(rule, value, beside);
  if (complaint && rule.notice) complaint->notice = true;
  if (complaint && rule.words != nullptr) use_own_words(rule, *complaint);
  return complaint;
}

Complaint missing() {
  return {"missing",
          "the registry has no value, and the municipal system needs one; complete it in the registry",
          "Reģistrā nav vērtības, bet pašvaldības sistēmai tā ir vajadzīga; papildiniet reģistru"};
}

Complaint not_utf8() {
  return {"not-utf8", "the value is not readable text; ask the registry",
          "Vērtība nav lasāms teksts; vaicājiet reģistram"};
}

Complaint not_in_list(const CodeList& list, std::string_view value, Date day) {
  return {
      "not-in-code-list",
      fmt::format("\"{}\" is not in code list {} on {}; correct it in the registry, or add it to the list",
                  value, list.name, to_text(day)),
      fmt::format("\"{}\" {} nav klasifikatorā {}; labojiet reģistrā vai papildiniet klasifikatoru", value,
                  latvian_date(day), list.name)};
}

Complaint age_unknown(std::string_view field) {
  return {"age-not-known",
          fmt::format("the age cannot be told: {} is not a readable date; correct it in the registry", field),
          fmt::format("Vecumu nevar noteikt: {} nav nolasāms datums; labojiet to reģistrā", field)};
}

Complaint key_with_slash() {
  return {"key-with-slash", "a key but the first must not contain \"/\"; correct the value",
          "Atslēgas laukā nedrīkst būt \"/\"; labojiet vērtību"};
}

Complaint two_records() {
  return {"two-records", "the registry has two records with this key; ask which of them is right",
          "Reģistrā ir divi ieraksti ar šo atslēgu; noskaidrojiet, kurš ir pareizais"};
}

std::optional<Complaint> append_formatted(Format format, std::string_view value, std::string& out) {
  switch (format) {
    case Format::none:
      out += value;
      return std::nullopt;
    case Format::upper:
      out += upper(value);
      return std::nullopt;
    case Format::lower:
      out += lower(value);
      return std::nullopt;
    case Format::one_line:
      out += one_line(value);
      return std::nullopt;
    case Format::personas_kods: {
      const std::optional<std::string> code = normalise_personas_kods(value);
      if (!code) return not_a_code(value);
      out += with_hyphen(*code);
      return std::nullopt;
    }
    case Format::date:
    case Format::date_lv: {
      const std::optional<Date> date = read_day(value);
      if (!date) return not_a_date(value);
      out += format == Format::date ? to_text(*date) : latvian_date(*date);
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Date> read_day(std::string_view text) {
  try {
    if (text.find('T') != std::string_view::npos) return day_in("Europe/Riga", parse_time(text));
    return parse_date(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace tilts::mapping
