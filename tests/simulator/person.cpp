#include "tests/simulator/person.h"

#include <array>

#include <fmt/format.h>

namespace tilts::simulator {
namespace {

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
