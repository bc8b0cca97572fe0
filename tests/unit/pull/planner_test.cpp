// What a plan holds for the records that are stored and the rows that a target has.
#include "gateway/pull/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/vault.h"
#include "tests/support/temporary_folder.h"

namespace tilts::pull {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Codes that cannot be issued: the 81st day of a month.
constexpr const char* code = "81017012345";
constexpr const char* new_code = "82017012345";

std::string hash_of(const targets::Row& row) {
  const auto hash = targets::content_hash(row);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// One client, one target, as many runs as a test needs.
class Planning : public testing::Test {
 protected:
  Planning() : store({"sqlite:" + (folder.path() / "s.db").string(), key(), folder.path()}, Clock::system()) {
    store.write([&](store::Transaction& transaction) {
      store.rosters().put(transaction, "job", "r", {{"K-1", code, true}}, {});
      store.rosters().complete(transaction, "job", "r", {});
    });
    std::filesystem::create_directory(folder.path() / "out");
  }

  std::filesystem::path key() const {
    const auto file = folder.path() / "master.key";
    store::Vault::create(file);
    return file;
  }

  // Who has died is no member of the list of this mapping, so a death removes its row.
  void map(const std::string& entitled) {
    delivery.mapping = mapping::Mapping::load(folder.write("m.xml", R"(<?xml version="1.0"?>
<mapping xmlns="urn:tilts:mapping:1" name="m" record="person" death="died" changed-code="was">)" +
                                                                        entitled +
                                                                        R"(
  <field name="client" from="subject.client" key="yes"/>
  <field name="code" from="code"/>
  <field name="name" from="name" required="yes" holds="record"/>
</mapping>)"));
    targets::Settings settings;
    settings.name = delivery.target = "list";
    settings.environment = "test";
    settings.folder = folder.path() / "out";
    delivery.writer = targets::Target::open(settings, delivery.mapping->layout());
  }

  void say(std::vector<Field> fields, const std::string& now = code, const std::string& before = {}) {
    fields.push_back({"code", now});
    store.write([&](store::Transaction& transaction) {
      store.records().put(transaction, "population", "r", {"person", now, before, true, "", fields}, {});
    });
  }

  // Plans and writes down what would be delivered, as if it were. Rows in words: "change first K-1".
  std::vector<std::string> night(bool removals) {
    std::vector<OpenDelivery> deliveries(1);
    deliveries[0] = {delivery.target, delivery.mapping, std::move(delivery.writer)};
    FindingSink sink(store, "job", "r", folder.path(), "Europe/Riga", Clock::system(), true);
    PlannerOptions options{.run = "r",
                           .job = "job",
                           .registry = "population",
                           .mapping = {},
                           .delivery = "d",
                           .as_of = "",
                           .last_good_run = last_good_run,
                           .removals = removals,
                           .no_roster = no_roster,
                           .first_loads = true,
                           .preview = true,  // each row is shown
                           .stop = {},
                           .difference = [&](const Difference& difference) { shown = difference; },
                           .progress = {}};
    options.mapping.date = Date{std::chrono::year{2026}, std::chrono::November, std::chrono::day{21}};
    Planner planner(store, deliveries, sink, std::move(options));
    std::vector<std::string> rows;
    planned = planner.make([&](const PlannedRow& row, const std::string&) {
      rows.push_back(std::string(targets::name(row.action)) +
                     (row.part == Part::first ? " first " : " rest ") + row.client);
      store.write([&](store::Transaction& transaction) {
        if (row.action == targets::Action::remove)
          store.delivered().remove(transaction, "list", row.row.key);
        else
          store.delivered().put(transaction, "list",
                                {row.client, row.row.key, hash_of(row.row), pack_last_got(row)});
      });
    });
    held = sink.held_records();
    delivery.writer = std::move(deliveries[0].writer);
    return rows;
  }

  support::TemporaryFolder folder;
  store::Store store;
  OpenDelivery delivery;
  Planned planned;
  int64_t held = 0;
  Difference shown;  // the last one
  Time last_good_run{};
  bool no_roster = false;
};

TEST_F(Planning, ADeathRemovesARowAlsoWhenNothingElseMayBeRemoved) {
  map(R"(<entitled><when field="died" present="no"/><when field="moved" present="no"/></entitled>)");
  say({{"name", "Anna"}});
  EXPECT_THAT(night(true), ElementsAre("add rest K-1"));

  say({{"name", "Anna"}, {"moved", "2026-11-20"}});
  EXPECT_THAT(night(false), IsEmpty()) << "that somebody moved may be half of what the registry says";

  say({{"name", "Anna"}, {"died", "2026-11-20"}});
  EXPECT_THAT(night(false), ElementsAre("remove first K-1"));
  EXPECT_EQ(planned.deaths, 1);
  EXPECT_EQ(planned.targets[0].deaths, 0) << "counted among the removals";
  EXPECT_EQ(planned.targets[0].removals, 1);
  EXPECT_THAT(night(false), IsEmpty());
}

TEST_F(Planning, AMoveIsNewsUntilARunDelivered) {
  map("");
  say({{"name", "Anna"}});
  const auto live_at = [&](const std::string& street, Time began) {
    store.write([&](store::Transaction& transaction) {
      const std::string run = store.runs().start(transaction, "job", {}, began, true).id;
      store.records().put(transaction, "population", run,
                          {"address", std::string(code) + "/declared", "", true, "", {{"street", street}}},
                          began);
    });
  };
  const Time first{std::chrono::hours(24)}, second{std::chrono::hours(48)};
  live_at("Liepu iela 3", first);
  night(true);
  EXPECT_EQ(planned.moved, 0) << "a first address is no move";
  last_good_run = first;
  live_at("Liepu iela 5", second);
  night(true);
  EXPECT_EQ(planned.moved, 1);
  night(true);
  EXPECT_EQ(planned.moved, 1) << "nobody was told yet";
  last_good_run = second;
  night(true);
  EXPECT_EQ(planned.moved, 0);
}

TEST_F(Planning, ADeathIsToldOnce) {
  map("");
  say({{"name", "Anna"}});
  night(true);
  say({{"name", "Anna"}, {"died", "2026-11-20"}, {"x", "1"}});
  EXPECT_THAT(night(true), IsEmpty()) << "this target has no column for it";

  say({{"name", "Anna Marija"}, {"died", "2026-11-20"}});
  EXPECT_THAT(night(true), ElementsAre("change first K-1"));
  EXPECT_EQ(planned.deaths, 1);
  EXPECT_EQ(planned.targets[0].deaths, 1);

  say({{"name", "Anna"}, {"died", "2026-11-20"}});
  EXPECT_THAT(night(true), ElementsAre("change first K-1"));
  EXPECT_EQ(planned.deaths, 0) << "nobody dies twice";
  EXPECT_EQ(planned.targets[0].deaths, 0);
}

TEST_F(Planning, AChangedCodePassesFindingsUntilTheTargetHasItAndNoLonger) {
  map("");
  say({{"name", "Anna"}});
  night(true);
  say({{"name", ""}, {"was", code}}, new_code, code);
  EXPECT_THAT(night(true), ElementsAre("change first K-1")) << "without the name, which is held back";
  ASSERT_EQ(shown.cells.size(), 1u) << "the target keeps the name that it has";
  EXPECT_EQ(shown.cells[0].column, "code");
  EXPECT_EQ(planned.changed_codes, 1);
  EXPECT_EQ(held, 0);

  EXPECT_THAT(night(true), IsEmpty());
  EXPECT_EQ(held, 1) << "the code is no news any more, so the name holds the record";
  say({{"name", "Anna"}, {"was", code}}, new_code, code);
  EXPECT_THAT(night(true), ElementsAre("change rest K-1"));
  EXPECT_EQ(planned.changed_codes, 0);
}

TEST_F(Planning, WhatTheRegistryEndedGoesAlsoWithoutAWholeSnapshotWhereThereIsNoRoster) {
  map("");
  say({{"name", "Anna"}});
  night(true);
  store.write([&](store::Transaction& transaction) {
    store.records().put(transaction, "population", "r", {"person", code, "", false, "", {}}, {});
  });
  EXPECT_THAT(night(false), IsEmpty()) << "of a person: the registry may only have lost the code";
  no_roster = true;
  EXPECT_THAT(night(false), ElementsAre("remove rest K-1"));
}

}  // namespace
}  // namespace tilts::pull
