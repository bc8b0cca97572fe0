// `tilts check` on what only the parts know of each other: adapter, profile, mapping and its cases. What a
// configuration says wrong by itself is in tests/unit/config.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Problem {
  const char* what;
  std::function<void(City&)> make;
  const char* file;   // in the city's folder
  const char* place;  // in that file, on the line that is named; "": the file alone is named
  const char* sentence;
};

constexpr const char* mapping = "mappings/municipal/resident.xml";

void rewrite(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string text = support::read_file(file);
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(file.string() + " has no " + from);
  std::ofstream(file) << text.replace(at, from.size(), to);
}

// The municipality's own copy of the mappings, cases and all, with one text replaced.
std::function<void(City&)> mapped(const char* from, const char* to) {
  return [=](City& city) {
    const std::filesystem::path shipped = std::filesystem::path(TILTS_SOURCE) / "mappings";
    std::filesystem::copy(shipped, city.file("mappings"), std::filesystem::copy_options::recursive);
    city.edit_configuration((shipped / "municipal/resident.xml").string(), city.file(mapping).string());
    rewrite(city.file(mapping), from, to);
  };
}

std::function<void(City&)> configured(const char* from, const char* to) {
  return [=](City& city) { city.edit_configuration(from, to); };
}

const Problem problems[] = {
    {"an adapter's setting out of its bounds", configured("page-size\">25", "page-size\">0"), "tilts.xml",
     "<registry ", "registry population: adapter population: setting page-size must be a whole number from "},
    {"a setting that the adapter has not", configured("page-size\">25", "pagesize\">25"), "tilts.xml",
     "<registry ", "registry population: adapter population: setting pagesize is not one of its settings"},
    {"an operation that the adapter has not",
     [](City& city) {
       for (const char* where : {"operations=\"residents\"", "operation=\"residents\""})
         rewrite(city.file("tilts.xml"), where, std::string(where, strcspn(where, "=")) + "=\"everybody\"");
     },
     "tilts.xml", "<job ", "job residents: adapter population has no operation everybody that pulls"},
    {"an adapter that is not installed", configured("adapter=\"population\"", "adapter=\"populatio\""),
     "tilts.xml", "<registry ", "libtilts_populatio.so: does not exist; install the adapter"},
    {"a misspelt field of a mapping", mapped("from=\"document_issuer\"", "from=\"document_isuer\""), mapping,
     "document_isuer", "adapter population emits no field document_isuer of person; `tilts adapters`"},
    {"a misspelt field of a join", mapped("representative.surname", "representative.surnam"), mapping,
     "representative.surnam", "adapter population emits no field surnam of relation"},
    {"a case of a mapping that fails", mapped("from=\"code\" format=\"personas-kods\"", "from=\"code\""),
     "mappings/municipal/cases/resident/ordinary", "", "expected cell personas_kods = \""},
    {"a mapping that ends too early", mapped("</mapping>", "</mapping"), mapping, "</mapping",
     "the document is not well-formed XML (a tag does not end)"},
    {"a mapping that is no XML", mapped("lookup=\"sex\"/>", "lookup=sex/>"), mapping, "lookup=sex",
     "the document is not well-formed XML ("},
    {"a mapping that closes what is not open", mapped("</join>", "</jion>"), mapping, "</jion>",
     "the document is not namespace-well-formed XML"},
    {"a profile that loosens without a word",
     [](City& city) {
       rewrite(city.file("profile.xml"), "<answer signature=\"required\"", "<answer signature=\"unsigned\"");
     },
     "profile.xml", "<answer ", "answers without a signature: say why with because="},
};

int line_of(const std::filesystem::path& file, const std::string& place) {
  const std::string text = support::read_file(file);
  return 1 +
         static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(text.find(place)), '\n'));
}

TEST(Check, EachProblemIsToldWithFileAndLine) {
  for (const Problem& problem : problems) {
    SCOPED_TRACE(problem.what);
    City city;
    problem.make(city);
    Command check(city, {"check"});
    EXPECT_EQ(check.end(), 78) << check.out();
    std::string place = city.file(problem.file).string() + ":";
    if (*problem.place) place += std::to_string(line_of(city.file(problem.file), problem.place)) + ":";
    EXPECT_THAT(check.err(),
                AllOf(HasSubstr(place + " "), HasSubstr(problem.sentence), HasSubstr(" to mend.\n")));
    EXPECT_THAT(check.out(), Not(HasSubstr("All is well")));
    EXPECT_EQ(city.registry().counter("received"), 0);
  }
}

TEST(Check, WhatIsLoosenedIsANoticeThatRepeatsTheReason) {
  City city;
  Command strict(city, {"check"});
  EXPECT_EQ(strict.end(), 0) << strict.err();
  EXPECT_THAT(strict.out(), Not(HasSubstr("notice: registry")));
  for (const auto& [from, to] :
       {std::pair{"<answer signature=\"required\"",
                  "<answer signature=\"unsigned\" because=\"they said so by phone\""},
        {"relates-to=\"required\"", "relates-to=\"absent\""}})
    city.edit_profile(from, to);
  Command check(city, {"check"});
  EXPECT_EQ(check.end(), 0) << check.err();
  EXPECT_THAT(
      check.out(),
      AllOf(HasSubstr("notice: registry population: answers are accepted without a signature and vouched for "
                      "by TLS alone, because they said so by phone\n"),
            HasSubstr("notice: registry population: answers do not say which request they answer"),
            HasSubstr("All is well: 1 registry, 1 job, 3 targets.\n")));
  EXPECT_THAT(check.err(), IsEmpty());
}

// All at once: what is wrong with one part does not hide what is wrong with another.
TEST(Check, ProblemsOfAllPartsAreToldTogether) {
  City city;
  mapped("from=\"document_issuer\"", "from=\"document_isuer\"")(city);
  configured("page-size\">25", "page-size\">0")(city);
  Command check(city, {"check"});
  EXPECT_EQ(check.end(), 78);
  EXPECT_THAT(check.err(), AllOf(HasSubstr("page-size must be"), HasSubstr("document_isuer")));
}

}  // namespace
}  // namespace tilts::system_test
