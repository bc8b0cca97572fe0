#include "tests/simulator/person.h"

#include <array>

#include <fmt/format.h>

#include "tests/simulator/random.h"

namespace tilts::simulator {
namespace {

using std::chrono::days;

struct Municipality {
  std::string_view code;
  std::string_view town;
  unsigned post;
};

constexpr Municipality home{"0001000", "Rīga", 1000};
constexpr std::array<Municipality, 6> elsewhere{{{"0002000", "Daugavpils", 5401},
                                                 {"0003000", "Jelgava", 3001},
                                                 {"0004000", "Jūrmala", 2010},
                                                 {"0005000", "Liepāja", 3401},
                                                 {"0006000", "Rēzekne", 4601},
                                                 {"0007000", "Ventspils", 3601}}};

// Eight digits that no two numbers share (7919 has no factor in common with 90 000 000), and a check digit of
// our own: the classifier's rule is not public.
std::string varis(std::uint32_t number) {
  const std::uint64_t eight = 10'000'000 + std::uint64_t{number} * 7919 % 90'000'000;
  std::uint64_t sum = 0;
  for (std::uint64_t rest = eight, weight = 2; rest != 0; rest /= 10, ++weight) sum += rest % 10 * weight;
  return fmt::format("{:08}{}", eight, sum % 10);
}

template <typename Span>
auto pick(Span names, std::size_t index) {
  return names[index % names.size()];
}

std::string_view gendered(std::size_t index, Sex sex) {
  const Surname found = pick(surnames(), index);
  return sex == Sex::male ? found.male : found.female;
}

// What is told of a person beyond what was drawn when he was made: the same for life, 0 … limit - 1.
std::uint32_t lot(const Person& person, std::uint64_t of, std::uint32_t limit) {
  const auto day = static_cast<std::uint64_t>(person.birth.time_since_epoch().count());
  return Random((day << 32) ^ (std::uint64_t{person.given} << 16) ^ person.surname, of).below(limit);
}

// Longer than the nine characters that a passport's machine readable zone has, and they say what they are.
std::string document_number(Index index, unsigned which) {
  return fmt::format("TEST{:06}{}", index + 1, which);
}

}  // namespace

std::string given_name(const Person& person) {
  if (person.nationality == Nationality::foreigner)
    return std::string(pick(foreign_names(), person.given).given[static_cast<std::size_t>(person.sex)]);
  return std::string(pick(given_names(person.sex), person.given));
}

std::string surname(const Person& person) {
  if (person.nationality == Nationality::foreigner)
    return std::string(pick(foreign_names(), person.surname).surname);
  std::string name(gendered(person.surname, person.sex));
  if (person.second_surname != 0) name.append("-").append(gendered(person.second_surname - 1U, person.sex));
  return name;
}

std::string document_kind(const Person& person) {
  if (person.nationality == Nationality::foreigner) return "residence-permit";
  return person.given % 3 == 0 ? "passport" : "ID";
}

std::string document_issuer(const Person& person) {
  return fmt::format("PMLP {}. nodaļa", 1 + person.address % 5);
}

std::string_view status_alone(const Person& person) {
  if (person.role == Role::minor) return "single";
  if (person.nationality == Nationality::foreigner) return {};
  const std::uint32_t place = lot(person, 1, 100);
  // by the year of birth and not by the age, which would change records on birthdays
  const int born = static_cast<int>(std::chrono::year_month_day(person.birth).year());
  if (born > 1996) return place < 95 ? "single" : "divorced";
  if (born > 1964) return place < 45 ? "single" : place < 92 ? "divorced" : "widowed";
  return place < 15 ? "single" : place < 40 ? "divorced" : "widowed";
}

std::vector<IdentityDocument> identity_documents(const Person& person, Index index) {
  if (person.death) return {};
  using std::chrono::years;
  const std::chrono::year_month_day issued(person.document_issued);
  const bool young = person.document_issued < person.birth + days(20 * 365 + 5);
  std::chrono::year_month_day expires = issued + years(young ? 5 : 10);
  if (!expires.ok()) expires = expires.year() / expires.month() / std::chrono::last;
  const auto document = [&](std::string_view kind, std::string issuer, unsigned which) {
    return IdentityDocument{kind, document_number(index, which), std::move(issuer), person.document_issued,
                            std::chrono::sys_days(expires) - days(1)};
  };
  // the residence document of a foreigner is a permit, which is no identity document
  if (person.nationality == Nationality::foreigner) return {document("passport", "Ārvalsts iestāde", 1)};
  const bool passport = document_kind(person) == "passport";
  std::vector<IdentityDocument> found{
      document(passport ? "passport" : "identity-card", document_issuer(person), passport ? 1 : 2)};
  if (lot(person, 2, 3) == 0)
    found.push_back(
        document(passport ? "identity-card" : "passport", document_issuer(person), passport ? 2 : 1));
  return found;
}

Address address(std::uint32_t number) {
  const bool in_town = number < homes_in_town;
  const bool care = number >= homes;
  const Municipality& where = in_town || care ? home : elsewhere[number % elsewhere.size()];
  const std::string_view street = pick(streets(), number);
  const std::uint32_t rest = number / static_cast<std::uint32_t>(streets().size());
  std::string text = fmt::format("{} {}", street, 1 + rest / 40 % 2000);
  if (care)
    text = fmt::format("Aprūpes centrs \"Mūsmājas {}\", {}", number - homes + 1, text);
  else
    text.append(fmt::format(" - {}", 1 + rest % 40));
  // A few homes were never given a new post code since the six digits of the Soviet post.
  const unsigned post = where.post + (in_town || care ? 1 + number % 80 : 0);
  return {varis(number), fmt::format("{}, {}", text, where.town),
          number % 5000 == 17 ? fmt::format("22{:04}", post) : fmt::format("LV-{:04}", post),
          std::string(where.code)};
}

}  // namespace tilts::simulator
