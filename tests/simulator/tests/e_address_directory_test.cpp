// The directory of addressees: the whole list in pages, then what changed.
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/simulator/tests/e_address_fixture.h"

namespace tilts::simulator::tests {
namespace {

using testing::HasSubstr;

class DirectoryTest : public EAddressTest {
 protected:
  using Records = std::map<std::string, std::string>;  // by address

  static void take(Records& records, const std::string& answer) {
    for (const std::string& record : elements(answer, "m:AddresseeRecord")) {
      const std::string address = element(record, "m:EAddress");
      if (element(record, "m:Removed") == "true")
        records.erase(address);
      else
        records[address] = record;
    }
  }
  // With `between` after each page.
  template <typename Between>
  Records whole(std::string& version, Between between) {
    Records records;
    std::string token;
    do {
      const std::string answer =
          call("GetInitialAddresseeRecordList", token.empty() ? "" : "<m:Token>" + token + "</m:Token>").body;
      take(records, answer);
      token = element(answer, "m:Token");
      version = element(answer, "m:LastVersion");
      EXPECT_NE(token.empty(), version.empty());
      between();
    } while (!token.empty());
    return records;
  }
  Records whole(std::string& version) {
    return whole(version, [] {});
  }
  std::string changed(const std::string& version) {
    return call("GetChangedAddresseeRecordList", "<m:LastVersion>" + version + "</m:LastVersion>").body;
  }
  void catch_up(Records& records, std::string& version) {
    for (bool more = true; more;) {
      const std::string answer = changed(version);
      take(records, answer);
      more = element(answer, "m:HasMoreData") == "true";
      version = element(answer, "m:LastVersion");
    }
  }
};

TEST_F(DirectoryTest, HasTwoHundredInstitutionsInPages) {
  start_e_address();
  std::string version;
  const Records records = whole(version);
  EXPECT_EQ(records.size(), 200U);
  EXPECT_EQ(simulator().counter("GetInitialAddresseeRecordList"), 4);
  const std::string& first = records.at("_DEFAULT@99000000001");
  EXPECT_EQ(element(first, "m:RegistrationNumber"), "99000000001");
  EXPECT_EQ(element(first, "m:Kind"), "institution");
  EXPECT_EQ(element(first, "m:Active"), "true");
  EXPECT_FALSE(element(first, "m:Title").empty());
  EXPECT_EQ(count(changed(version), "<m:AddresseeRecord>"), 0U);
}

TEST_F(DirectoryTest, IsMadeOfItsSeed) {
  start_e_address({"--seed", "3"});
  std::string version;
  const Records third = whole(version);
  start_e_address({"--seed", "3"});
  EXPECT_EQ(whole(version), third);
  start_e_address({"--seed", "4"});
  EXPECT_NE(whole(version), third);
}

TEST_F(DirectoryTest, ChangesBringAnOldListUpToDate) {
  start_e_address();
  std::string version;
  Records records = whole(version);
  const Records before = records;
  EXPECT_THAT(simulator().post("/advance", "{}"), HasSubstr(R"("version":"2","added":)"));
  const std::string answer = changed(version);
  EXPECT_THAT(answer, HasSubstr("<m:Removed>true</m:Removed>"));
  EXPECT_THAT(answer, HasSubstr("<m:EAddress>_DEFAULT@99000000201</m:EAddress>"));
  catch_up(records, version);
  EXPECT_NE(records, before);
  std::string now;
  EXPECT_EQ(whole(now), records);
  EXPECT_EQ(now, version);
}

TEST_F(DirectoryTest, ManyChangesComeInPages) {
  start_e_address();
  std::string version;
  Records records = whole(version);
  for (int turn = 0; turn < 40; ++turn) simulator().post("/advance", "{}");
  EXPECT_EQ(element(changed(version), "m:HasMoreData"), "true");
  EXPECT_LE(count(changed(version), "<m:AddresseeRecord>"), 50U);
  catch_up(records, version);
  std::string now;
  EXPECT_EQ(whole(now), records);
  EXPECT_EQ(now, version);
}

// What changes while the pages are read must not be lost between the list and the changes.
TEST_F(DirectoryTest, WhatChangesWhileItIsReadIsToldAfterwards) {
  start_e_address();
  std::string version;
  Records records = whole(version, [&] { simulator().post("/advance", "{}"); });
  catch_up(records, version);
  std::string now;
  EXPECT_EQ(whole(now), records);
}

TEST_F(DirectoryTest, AVersionOrTokenThatWasNeverGivenIsRefused) {
  start_e_address();
  for (const char* version : {"0", "2", "x"})
    EXPECT_THAT(changed(version), HasSubstr("never given")) << version;
  for (const char* token : {"v-2-50", "v-1-900", "50", "v-1-", "v--1"})
    EXPECT_THAT(call("GetInitialAddresseeRecordList", fmt::format("<m:Token>{}</m:Token>", token)).body,
                HasSubstr("never given"))
        << token;
}

TEST_F(DirectoryTest, WhoWasRemovedCannotBeWrittenTo) {
  start_e_address();
  std::string version;
  whole(version);
  std::string gone;
  while (gone.empty()) {
    simulator().post("/advance", "{}");
    for (const std::string& record : elements(changed(version), "m:AddresseeRecord"))
      if (element(record, "m:Removed") == "true") gone = element(record, "m:EAddress");
  }
  Document document;
  document.recipients = {gone};
  EXPECT_EQ(send(document).status, 400U);
}

}  // namespace
}  // namespace tilts::simulator::tests
