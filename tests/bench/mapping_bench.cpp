// 4 MB of registry XML is some 4 000 people. What mapping them (lookups, rules, a join, a `when`) and writing
// 15 columns of CSV costs, without reading the XML: the goal for the whole way is 100 MB/s, 40 ms for 4 MB,
// and reading takes half of it.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gateway/mapping/mapper.h"
#include "gateway/targets/target.h"
#include "tests/bench/paired.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace tilts;

constexpr int people = 4000;

struct Person {
  std::string client;
  std::vector<Record> records;
};

std::vector<Person> make_people() {
  std::vector<Person> made;
  for (int i = 0; i < people; ++i) {
    const std::string code = fmt::format("{:02}{:02}{:02}1{:04}", 1 + i % 28, 1 + i % 12, i % 100, i);
    const std::string as_of = "2026-11-21T03:00:00+02:00";
    made.push_back({fmt::format("K-{:06}", i),
                    {{"person",
                      code,
                      "",
                      true,
                      as_of,
                      {{"code", code},
                       {"given_name", "Kristiāns"},
                       {"surname", "Bērziņš-Ķirsis"},
                       {"birth_date", fmt::format("19{:02}-{:02}-{:02}", i % 100, 1 + i % 12, 1 + i % 28)},
                       {"status", "active"},
                       {"sex", i % 2 == 0 ? "M" : "F"},
                       {"nationality_kind", "citizen"},
                       {"document_kind", "ID"},
                       {"document_issuer", "PMLP 1. nodaļa"},
                       {"document_issue_date", "2019-05-04"}}},
                     {"address",
                      code + "/declared",
                      "",
                      true,
                      as_of,
                      {{"kind", "declared"},
                       {"code", "105123456"},
                       {"text", "Liepu iela 3 - 12, Piekraste"},
                       {"post_code", "LV-3701"},
                       {"municipality", "0001000"},
                       {"from", "2011-02-03"}}},
                     {"relation",
                      code + "/representative/11111111111",
                      "",
                      true,
                      as_of,
                      {{"kind", "representative"},
                       {"code", "11111111111"},
                       {"given_name", "Anna"},
                       {"surname", "Bērziņa"}}}}});
  }
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Person> city = make_people();
  const auto mapping =
      mapping::Mapping::load(std::filesystem::path(TILTS_MAPPINGS) / "municipal/resident.xml");
  const mapping::Run run{Date{std::chrono::year{2026}, std::chrono::November, std::chrono::day{21}},
                         "Piekrastes novads", "test"};
  mapping::Mapper mapper(mapping, run);
  mapping::Mapper holder(
      mapping::Mapping::load(std::filesystem::path(TILTS_MAPPINGS) / "resident_card/holder.xml"), run);
  const support::TemporaryFolder folder;
  targets::Settings settings;
  settings.name = "bench";
  settings.environment = "test";
  settings.folder = folder.path();
  const auto target = targets::Target::open(settings, mapping->layout());

  const auto map_all = [&](mapping::Mapper& with, const auto& take) {
    for (const Person& person : city)
      for (const mapping::MappedRow& row :
           with.map({person.client, subject_of(person.records[0].key), "", person.records}).rows)
        take(row.row);
  };
  bench::add("map 4 000 residents", [&] { map_all(mapper, [](const targets::Row&) {}); });
  bench::add("map 4 000 card holders", [&] { map_all(holder, [](const targets::Row&) {}); });
  bench::add("map 4 000 residents, compare hashes", [&] {
    map_all(mapper, [](const targets::Row& row) { static_cast<void>(targets::content_hash(row)); });
  });
  bench::add(
      "map 4 000 residents to 15-column CSV",
      [&] {
        const auto writing = target->begin({"1", "1", "2026-11-21", ""});
        map_all(mapper, [&](const targets::Row& row) { writing->write(targets::Action::add, row); });
      },
      10'000);
  return bench::run(argc, argv);
}
