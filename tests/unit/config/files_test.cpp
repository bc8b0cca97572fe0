#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/config/house.h"

namespace tilts::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Files, WhatIsMissingIsAllNamed) {
  House house;
  for (const char* file :
       {"secrets/master.key", "adapters/population/profile.xml", "mappings/municipal/resident.xml",
        "mappings/municipal/address.xsl", "certs/trust/population/tls-ca.pem", "certs/gateway.key"})
    house.remove(file);
  EXPECT_THAT(house.problems(),
              testing::UnorderedElementsAre(
                  "0: master-key: secrets/master.key is not there; put your copy of it there (a new "
                  "installation: tilts init)",
                  "14: registry population: profile: adapters/population/profile.xml is not there",
                  "17: registry population: key: certs/gateway.key is not there",
                  "14: registry population: tls anchor: certs/trust/population/tls-ca.pem is not there",
                  "30: job residents: mapping: mappings/municipal/resident.xml is not there",
                  "37: target addresses: stylesheet: mappings/municipal/address.xsl is not there"));
}

TEST(Files, ARosterThatIsNotThereYetStopsNoStart) {
  House house;
  house.remove("roster.csv");
  EXPECT_THAT(house.problems(), IsEmpty());
  EXPECT_THAT(house.notices(),
              ElementsAre("25: job residents: roster roster.csv is not there yet; no run until the "
                          "case system writes it"));
}

TEST(Files, KeysBelongToTheirOwnerAlone) {
  House house;
  std::filesystem::permissions(house.path("certs/gateway.key"), std::filesystem::perms(0640));
  std::filesystem::permissions(house.path("secrets/master.key"), std::filesystem::perms(0604));
  EXPECT_THAT(
      house.problems(),
      ElementsAre(
          "0: master-key: secrets/master.key is open to others than its owner; chmod 600 "
          "secrets/master.key",
          "17: registry population: key: certs/gateway.key is open to others than its owner; chmod 600 "
          "certs/gateway.key"));
}

TEST(Files, AKeyMustOpenAndFit) {
  House house;
  house.write("certs/gateway.key", "not a key", 0600);
  EXPECT_THAT(house.problems(),
              ElementsAre("17: registry population: certs/gateway.key has no PEM or PKCS#12 key that "
                          "opens without a passphrase; name its passphrase-file"));
  house.write_pair("other", "other", "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z");
  house.write("certs/gateway.key", support::read_file(house.path("other.key")), 0600);
  EXPECT_THAT(house.problems(),
              ElementsAre("17: registry population: key certs/gateway.key does not belong to "
                          "certificate certs/gateway.pem; the first certificate must be ours"));
}

TEST(Files, APkcs12FileOpensWithItsPassphrase) {
  House house;
  const std::string p12 = house.path("certs/gateway.p12");
  ASSERT_EQ(std::system(("openssl pkcs12 -export -in " + house.path("certs/gateway.pem") + " -inkey " +
                         house.path("certs/gateway.key") + " -passout pass:sesame -out " + p12 +
                         " && chmod 600 " + p12)
                            .c_str()),
            0);
  house.write("secrets/pass", "sesame\n", 0600);
  house.with(R"(certificate="certs/gateway.pem" key="certs/gateway.key" active)",
             R"(key="certs/gateway.p12" passphrase-file="secrets/pass" active)");
  EXPECT_THAT(house.problems(), IsEmpty());
  house.write("secrets/pass", "wrong\n", 0600);
  EXPECT_THAT(house.problems(),
              ElementsAre("17: registry population: certs/gateway.p12 has no PEM or PKCS#12 key that "
                          "opens with the first line of its passphrase-file"));
  house.write("secrets/pass", "sesame\n", 0644);
  EXPECT_THAT(house.problems(),
              ElementsAre("17: registry population: passphrase-file: secrets/pass is open to others "
                          "than its owner; chmod 600 secrets/pass"));
}

TEST(Files, OurCertificateIsAnnouncedAndThenRefused) {
  House house;
  EXPECT_THAT(
      house.notices("2027-05-03T00:00:00Z"),
      ElementsAre("17: registry population: certificate certs/gateway.pem ends at 2027-06-01T00:00:00.000Z: "
                  "order the next one now (certs/README.md)"));
  EXPECT_THAT(house.notices("2027-05-01T00:00:00Z"), IsEmpty());
  EXPECT_THAT(
      house.problems("2027-06-01T00:00:00Z"),
      ElementsAre("17: registry population: certificate certs/gateway.pem ended at 2027-06-01T00:00:00.000Z; "
                  "install the new one"));
  house.write_pair("certs/gateway", "gateway", "2026-12-01T00:00:00Z", "2028-06-01T00:00:00Z");
  EXPECT_THAT(house.problems(),
              ElementsAre("17: registry population: certificate certs/gateway.pem begins only at "
                          "2026-12-01T00:00:00.000Z; set active-from to that"));
}

TEST(Files, AnAnchorIsAnnouncedAndThenRefused) {
  House house;
  house.write_pair("certs/trust/population/signing-ca", "authority", "2020-01-01T00:00:00Z",
                   "2026-12-01T00:00:00Z");
  EXPECT_THAT(house.notices(),
              ElementsAre("14: registry population: trust anchor: "
                          "certs/trust/population/signing-ca.pem ends at 2026-12-01T00:00:00.000Z: "
                          "ask the registry for the new one"));
  EXPECT_THAT(
      house.problems("2026-12-01T00:00:00Z"),
      ElementsAre("14: registry population: trust anchor: certs/trust/population/signing-ca.pem ended at "
                  "2026-12-01T00:00:00.000Z; ask the registry for the new one"));
  house.write("certs/trust/population/signing-ca.pem", "no certificate");
  EXPECT_THAT(house.problems(), ElementsAre("14: registry population: trust anchor: "
                                            "certs/trust/population/signing-ca.pem has no PEM certificate"));
}

TEST(Files, ProductionRefusesThrowAwayCertificates) {
  House house;
  house.write_pair("certs/gateway", "Tilts throw-away gateway", "2026-01-01T00:00:00Z",
                   "2027-06-01T00:00:00Z");
  house.write_pair("certs/trust/population/tls-ca", "Tilts throw-away CA", "2026-01-01T00:00:00Z",
                   "2030-06-01T00:00:00Z");
  EXPECT_THAT(house.problems(), IsEmpty());
  house.with(R"(environment="test")", R"(environment="production")");
  EXPECT_THAT(
      house.problems(),
      ElementsAre("14: registry population: tls anchor: certs/trust/population/tls-ca.pem is a throw-away "
                  "certificate; production needs a real one",
                  "17: registry population: certificate: certs/gateway.pem is a throw-away certificate; "
                  "production needs a real one"));
}

TEST(Files, ACrlMustBeOne) {
  House house;
  house.with(R"(<trust anchor="certs/trust/population/signing-ca.pem"/>)",
             R"(<trust anchor="certs/trust/population/signing-ca.pem" crl="certs/list.crl"/>)");
  house.write("certs/list.crl", "no list");
  EXPECT_THAT(house.problems(),
              ElementsAre("14: registry population: crl: certs/list.crl has no PEM revocation list"));
}

TEST(Files, FoldersMustBeOursToWrite) {
  House house;
  house.write("var/findings", "a file in the way");
  EXPECT_THAT(house.problems(), ElementsAre("0: findings: var/findings is not a folder"));
  house.remove("var");
  if (geteuid() == 0) return;  // root may write everywhere
  std::filesystem::create_directories(house.path("var"));
  std::filesystem::permissions(house.path("var"), std::filesystem::perms(0555));
  EXPECT_EQ(house.problems().size(), 4u);  // store, findings, checkpoints, heartbeat
}

}  // namespace
}  // namespace tilts::config
