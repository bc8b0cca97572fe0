// A registry behind the hub that is a file: from the look-up to a municipal file, and what `tilts check` says
// of a look-up that is wrong.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/city.h"
#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

const std::string lookup = std::string(TILTS_SOURCE) + "/adapters/vdaa/lookups/benefits/lookup.xml";

class Lookup : public testing::Test {
 protected:
  Lookup() : city_(plan()) {
    std::filesystem::create_directory(city_.file("out/benefits"));
    write(support::read_file(lookup));
    const std::string endpoint = city_.registry().endpoint(), anchor = city_.pki().anchor;
    city_.edit_configuration(
        "  <legal-basis id=\"residents\"",
        fmt::format(
            R"(  <registry name="benefits" adapter="vdaa" profile="{0}/adapters/vdaa/profile.xml" endpoint="{1}">
    <identity certificate="{2}" key="{3}" active-from="2026-01-01T00:00:00Z"/>
    <tls anchor="{4}"/>
    <trust anchor="{4}"/>
    <setting name="lookup" file="lookup.xml"/>
  </registry>
  <legal-basis id="benefits" law="a test" contract="T-9" valid-from="2026-01-01" valid-to="2035-12-31" operations="lookup" registry="benefits"/>
  <legal-basis id="residents")",
            TILTS_SOURCE, endpoint, city_.pki().client.certificate, city_.pki().client.key, anchor));
    city_.edit_configuration(
        "  <target name=\"residents\"",
        fmt::format(
            R"(  <job name="benefits" registry="benefits" operation="lookup" legal-basis="benefits" snapshot="yes">
    <roster csv="roster.csv"/>
    <guard removals="25" removals-percent="5" changes-percent="10"/>
    <deliver mapping="{}/mappings/municipal/benefit.xml" target="benefits"/>
  </job>
  <target name="benefits" kind="csv" folder="out/benefits"/>
  <target name="residents")",
            TILTS_SOURCE));
  }

  static Plan plan() {
    Plan plan;
    plan.simulator = [](const std::filesystem::path&) {
      return std::vector<std::string>{"--benefits", lookup};
    };
    return plan;
  }
  void write(const std::string& text) const { std::ofstream(city_.file("lookup.xml")) << text; }
  // The look-up with one text replaced; the line it stands on.
  size_t spoil(const std::string& from, const std::string& to) const {
    std::string text = support::read_file(lookup);
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write(text.replace(at, from.size(), to));
    return 1 + static_cast<size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }

  City city_;
};

TEST_F(Lookup, OfBenefitsBecomesRowsWithTheRegistrysOwnDay) {
  Command run(city_, {"run", "benefits", "--initial"});
  EXPECT_THAT(run.end(), AnyOf(0, 3)) << run.err();
  EXPECT_THAT(run.out(), HasSubstr("300 people asked about"));
  const auto files = city_.deliveries("benefits");
  ASSERT_FALSE(files.empty());
  const std::string rows = support::read_file(files.back());
  // The Sunday before the simulated day: not the night's own.
  EXPECT_THAT(rows, AllOf(HasSubstr("vecuma pensija"), HasSubstr(";2026-11-15;"),
                          testing::Not(HasSubstr(";2026-11-21;"))));
  Command again(city_, {"run", "benefits"});
  EXPECT_EQ(again.end(), 0) << again.err();
  EXPECT_THAT(again.out(), HasSubstr("nothing changed"));
}

TEST_F(Lookup, ThatIsWrongIsToldWithFileAndLine) {
  const std::string file = city_.file("lookup.xml").string();
  const auto told = [&](const std::string& from, const std::string& to) {
    const size_t line = spoil(from, to);
    Command check(city_, {"check"});
    EXPECT_EQ(check.end(), 78) << check.out();
    EXPECT_THAT(check.err(), AllOf(HasSubstr(file), HasSubstr(fmt::format("line {}", line)))) << check.err();
    return check.err();
  };
  EXPECT_THAT(told("path=\"b:Kind\"", "path=\"v:Kind\""), HasSubstr("nobody declares the prefix v"));
  EXPECT_THAT(told("path=\"b:Kind\"", "path=\"b:Kind/\""), HasSubstr("a step is empty or no name"));
  EXPECT_THAT(told("{code}", "{kods}"), HasSubstr("is no value of a request"));
}

TEST_F(Lookup, WhoseFileIsNotThereIsNamed) {
  std::filesystem::remove(city_.file("lookup.xml"));
  Command check(city_, {"check"});
  EXPECT_EQ(check.end(), 78);
  EXPECT_THAT(check.err(), AllOf(HasSubstr("setting lookup"), HasSubstr("lookup.xml cannot be read")));
}

// A field that the look-up does not have is a mistake of the mapping, found before the first night.
TEST_F(Lookup, ThatLacksAFieldOfItsMappingIsTold) {
  spoil("<field name=\"kind\"", "<field name=\"sort\"");
  Command check(city_, {"check"});
  EXPECT_EQ(check.end(), 78) << check.out();
  EXPECT_THAT(check.err(), AllOf(HasSubstr("benefit.xml"), HasSubstr("kind")));
}

}  // namespace
}  // namespace tilts::system_test
