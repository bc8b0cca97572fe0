#include "gateway/pull/deliveries.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

host::Descriptor adapter() {
  host::Descriptor descriptor;
  descriptor.id = "population";
  descriptor.record_types = {{"person", "", {{"code", ""}, {"surname", ""}}},
                             {"address", "", {{"kind", ""}, {"text", ""}}}};
  return descriptor;
}

// "line: sentence" of everything in this mapping that the adapter never emits.
std::vector<std::string> never(const std::string& record, const std::string& body,
                               const host::Descriptor* other = nullptr) {
  const support::TemporaryFolder folder;
  const auto mapping = mapping::Mapping::load(folder.write("m.xml", R"(<?xml version="1.0"?>
<mapping xmlns="urn:tilts:mapping:1" name="m" record=")" + record + "\">" +
                                                                        body +
                                                                        R"(
  <field name="client" from="subject.client" key="yes"/>
</mapping>)"));
  std::vector<std::string> told;
  const host::Descriptor own = adapter();
  Emitters all{&own};
  if (other) all.push_back(other);
  for (const mapping::Problem& problem : never_emitted(*mapping, all))
    told.push_back(std::to_string(problem.line) + ": " +
                   problem.sentence.substr(0, problem.sentence.find(';')));
  return told;
}

TEST(Deliveries, AMappingMayReadWhatTheAdapterEmits) {
  EXPECT_THAT(never("person", R"(
  <join name="home" record="address"><where field="kind" is="declared"/></join>
  <field name="a" from="surname"/><field name="b" from="home.text"/><field name="c" from="as_of"/>)"),
              IsEmpty());
}

TEST(Deliveries, AMappingMayReadWhatThePopulationRegistryEmitsToo) {
  host::Descriptor queue;
  queue.id = "queue";
  queue.record_types = {{"step", "", {{"state", ""}}}};
  const char* const body = R"(
  <join name="person" record="person"/>
  <field name="a" from="state"/><field name="b" from="person.surname"/>)";
  EXPECT_THAT(never("step", body, &queue), IsEmpty());
  EXPECT_THAT(never("step", body), ElementsAre("2: adapter population emits no record step"));
  EXPECT_THAT(never("step", R"(
  <field name="a" from="stat"/>)",
                    &queue),
              ElementsAre("3: adapter population or queue emits no field stat of step"));
}

TEST(Deliveries, AMisspeltWordOfAMappingIsToldWithItsLine) {
  EXPECT_THAT(never("person", R"(
  <field name="a" from="surnam"/>)"),
              ElementsAre("3: adapter population emits no field surnam of person"));
  EXPECT_THAT(never("person", R"(
  <join name="home" record="address"><where field="knd" is="declared"/></join>
  <field name="b" from="home.text"/>)"),
              ElementsAre("3: adapter population emits no field knd of address"));
  EXPECT_THAT(never("person", R"(
  <join name="home" record="adress"><where field="kind" is="declared"/></join>
  <field name="b" from="home.text"/>)"),
              ElementsAre("3: adapter population emits no record adress"));
  EXPECT_THAT(never("persn", R"(
  <field name="a" from="surname"/>)"),
              ElementsAre("2: adapter population emits no record persn"));
}

TEST(Deliveries, WithoutARosterAMappingReadsNothingOfIt) {
  const support::TemporaryFolder folder;
  const auto load = [&](const char* from) {
    return mapping::Mapping::load(folder.write("m.xml", fmt::format(R"(<?xml version="1.0"?>
<mapping xmlns="urn:tilts:mapping:1" name="m" record="person">
  <field name="key" from="code" key="yes"/>
  <field name="other" from="{}"/>
</mapping>)",
                                                                    from)));
  };
  config::JobSettings job;
  job.name = "directory";
  EXPECT_EQ(misses_roster(*load("subject.client"), job), std::nullopt) << "it has a roster";
  job.roster.none = "it names nobody";
  EXPECT_EQ(misses_roster(*load("surname"), job), std::nullopt);
  EXPECT_EQ(misses_roster(*load("run.date"), job), std::nullopt);
  for (const char* word : {"subject.client", "subject.code", "subject.previous_code"}) {
    const auto problem = misses_roster(*load(word), job);
    ASSERT_TRUE(problem) << word;
    EXPECT_EQ(problem->line, 4);
    EXPECT_THAT(problem->sentence,
                testing::StartsWith("job directory has no roster, so there is no subject"));
  }
}

}  // namespace
}  // namespace tilts::pull
