// What has to be right before anything is exchanged: `tilts run` and `tilts serve`, as processes of their
// own, say which file it is and end with 78.
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/system/command.h"

namespace tilts::system_test {
namespace {

using std::filesystem::perms;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

struct Wrong {
  const char* what;
  std::function<void(City&)> make;
  std::function<std::filesystem::path(const City&)> file;  // which the sentence names
  const char* sentence;
};

std::filesystem::path key(const City& city) { return city.pki().client.key; }
std::filesystem::path certificate(const City& city) { return city.pki().client.certificate; }
std::filesystem::path library(const City& city) { return city.file("adapters/libtilts_population.so"); }

// An adapters' folder of its own, with that in the adapter's place.
void install(City& city, const std::string& content) {
  std::filesystem::create_directory(city.file("adapters"));
  std::ofstream(library(city), std::ios::binary) << content;
  city.edit_configuration(TILTS_ADAPTERS, city.file("adapters").string());
}

void replace(const std::filesystem::path& file, const std::filesystem::path& by) {
  std::filesystem::remove(file);
  std::filesystem::copy(by, file);
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
}

const Wrong wrongs[] = {
    {"a key that others may read",
     [](City& city) { std::filesystem::permissions(key(city), perms::owner_read | perms::others_read); }, key,
     "is open to others than its owner; chmod 600"},
    {"a key that is not there", [](City& city) { std::filesystem::remove(key(city)); }, key, "is not there"},
    {"a key of another certificate", [](City& city) { replace(key(city), city.pki().stranger.key); }, key,
     "does not belong to certificate"},
    {"a key that is none", [](City& city) { replace(key(city), certificate(city)); }, key,
     "has no PEM or PKCS#12 key that opens without a passphrase"},
    {"an expired certificate",
     [](City& city) {
       replace(key(city), city.pki().expired_client.key);
       replace(certificate(city), city.pki().expired_client.certificate);
     },
     certificate, "install the new one"},
    {"a master key that others may read",
     [](City& city) { std::filesystem::permissions(city.file("master.key"), perms::all); },
     [](const City& city) { return city.file("master.key"); }, "is open to others than its owner"},
    {"an empty adapter", [](City& city) { install(city, ""); }, library,
     "is not a shared library of this machine"},
    {"an adapter of another name",
     [](City& city) { install(city, support::read_file(TILTS_WAYWARD "/libtilts_wayward.so")); }, library,
     "it is the adapter wayward, the configuration says population"},
};

void expect_refused(City& city, const Wrong& wrong) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"run", "residents"}, {"serve"}}) {
    SCOPED_TRACE(testing::Message() << wrong.what << ", tilts " << words[0]);
    Command tilts(city, words);
    EXPECT_EQ(tilts.end(), 78) << tilts.out();
    EXPECT_THAT(tilts.err(), AllOf(HasSubstr(wrong.file(city).string()), HasSubstr(wrong.sentence)));
    EXPECT_EQ(city.registry().counter("received"), 0);
    EXPECT_THAT(city.deliveries("residents"), IsEmpty());
  }
}

TEST(Start, WhatIsWrongIsNamedAndNothingIsExchanged) {
  for (const Wrong& wrong : wrongs) {
    City city;
    wrong.make(city);
    expect_refused(city, wrong);
  }
}

TEST(Start, AKeyThatThisUserMayNotReadIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  City city;
  std::filesystem::permissions(key(city), perms::none);
  expect_refused(city, {"a key that may not be read", {}, key, "may not be read by this user"});
}

}  // namespace
}  // namespace tilts::system_test
