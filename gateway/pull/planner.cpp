#include "gateway/pull/planner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "plugins/host/services.h"

namespace tilts::pull {
namespace {

constexpr size_t people_a_page = 200;
constexpr int examples_of_an_edit = 10;

std::string full_name(const std::vector<Record>& records) {
  for (const Record& record : records) {
    const std::string* given = record.find("given_name");
    const std::string* surname = record.find("surname");
    if (record.type == "person" && given && surname) return *given + " " + *surname;
  }
  return {};
}

}  // namespace

Planner::Planner(store::Store& store, std::vector<OpenDelivery>& deliveries, FindingSink& sink,
                 PlannerOptions options)
    : store_(store), sink_(sink), options_(std::move(options)) {
  for (OpenDelivery& delivery : deliveries) {
    PlannedCounts counts{.target = delivery.target};
    std::string last_mapping;
    store_.read([&](store::Session& session) {
      counts.delivered = store_.delivered().count(session, delivery.target);
      last_mapping = store_.delivered().mapping(session, delivery.target);
    });
    counts.mapping_edited = !last_mapping.empty() && last_mapping != delivery.mapping->hash();
    lanes_.push_back({delivery,
                      mapping::Mapper(delivery.mapping, options_.mapping),
                      std::move(counts),
                      {},
                      0,
                      {},
                      {},
                      {}});
  }
}

Planned Planner::make(const std::function<void(const PlannedRow&, const std::string& target)>& row) {
  row_ = row;
  Progress progress{.stage = Progress::Stage::mapping, .pages = 0, .records = 0, .total = -1, .done = 0};
  std::string after;
  for (bool more = true; more;) {
    if (options_.stop.stop_requested()) throw host::Cancelled();
    auto page = store_.read([&](store::Session& session) {
      return session.at_one_moment([&] {
        return store_.records().page(session, options_.job, options_.registry, after, people_a_page);
      });
    });
    more = !page.empty();
    const std::string last = more ? page.back().client : std::string();
    for (Lane& lane : lanes_) {
      lane.next = 0;
      lane.delivered = store_.read([&](store::Session& session) {
        return store_.delivered().range(session, lane.delivery.target, after, last);
      });
    }
    for (store::StoredSubject& subject : page) person(subject);
    for (Lane& lane : lanes_) leavers(lane, {});
    sink_.flush();
    after = last;
    progress.done += static_cast<int64_t>(page.size());
    if (options_.progress) options_.progress(progress);
  }
  planned_.summary.delivery = options_.delivery;
  planned_.summary.as_of = options_.as_of;
  for (Lane& lane : lanes_) {
    planned_.targets.push_back(lane.counts);
    planned_.summary.targets.push_back(
        {lane.delivery.target, lane.delivery.mapping->layout(), lane.delivery.mapping->hash(), lane.planned});
  }
  return std::move(planned_);
}

void Planner::person(store::StoredSubject& subject) {
  records_.clear();
  planned_.moved +=
      std::ranges::any_of(subject.records, [this](const auto& stored) { return moved(stored); });
  for (store::StoredRecord& stored : subject.records)
    if (stored.record.present) records_.push_back(std::move(stored.record));
  if (!options_.population.empty() && !records_.empty())
    std::ranges::move(store_.read([&](store::Session& session) {
      return store_.records().of(session, options_.population, subject.code);
    }),
                      std::back_inserter(records_));
  const std::string who = full_name(records_);
  Facts news;
  for (Lane& lane : lanes_) {
    leavers(lane, subject.client);
    const Facts learnt = bring_up_to_date(lane, subject, who);
    news.death = news.death || learnt.death;
    news.code = news.code || learnt.code;
  }
  planned_.deaths += news.death;
  planned_.changed_codes += news.code;
}

// Since the last run that delivered: what a preview or a failed run brought was told to nobody.
bool Planner::moved(const store::StoredRecord& stored) const {
  return stored.record.present && stored.record.type == "address" && options_.last_good_run != Time{} &&
         stored.changed > options_.last_good_run;
}

std::span<const store::DeliveredRow> Planner::take_rows(Lane& lane, const std::string& client) {
  const size_t begin = lane.next;
  while (lane.next < lane.delivered.size() && lane.delivered[lane.next].client == client) ++lane.next;
  return {lane.delivered.data() + begin, lane.next - begin};
}

Planner::Facts Planner::known_from(std::span<const store::DeliveredRow> rows, const std::string& code) {
  // A target that has no row of the person knows no other code either: there is nothing to change.
  Facts known{.code = true, .death = !rows.empty()};
  for (const store::DeliveredRow& row : rows) {
    const LastGot got = unpack_last_got(row.payload);
    known.code = known.code && got.code == code;
    known.death = known.death && got.death;
  }
  return known;
}

// Returns what the target learns by a row that it already has.
Planner::Facts Planner::bring_up_to_date(Lane& lane, const store::StoredSubject& subject,
                                         const std::string& who) {
  const auto before = take_rows(lane, subject.client);
  const Facts known = known_from(before, subject.code);
  const mapping::Outcome& outcome =
      lane.mapper.map({subject.client, subject.code,
                       subject.former.empty() ? std::string_view() : std::string_view(subject.former.front()),
                       records_, known.code});
  const FoundAbout about{lane.delivery.target, options_.no_roster ? std::string() : subject.client,
                         subject.code, who};
  for (const Finding& finding : outcome.findings) sink_.add(about, finding);
  lane.rows.assign(outcome.rows.begin(), outcome.rows.end());
  lane.findings.clear();
  for (mapping::MappedRow& mapped : lane.rows)
    if (!mapped.held) mapped.held = !lane.delivery.writer->fit(mapped.row, lane.findings);
  for (const Finding& finding : lane.findings) sink_.add(about, finding);

  // That a row is not mapped any more may be because something was not seen; that somebody died was said, and
  // without a roster that something ended.
  const bool ended = options_.no_roster && records_.empty() && !subject.records.empty();
  const bool removals =
      outcome.complete && (options_.removals || ended || (outcome.death && lane.rows.empty()));
  const auto changes = compare(lane.rows, before, removals);
  Facts news;
  size_t touched = 0;
  bool changed = false;
  for (const Change& change : changes) {
    plan(lane, change,
         {.part = outcome.death || outcome.code_changed ? Part::first : Part::rest,
          .action = change.action,
          .client = subject.client,
          .code = subject.code,
          .death = outcome.death,
          .row = {}});
    if (change.action == targets::Action::add) continue;
    ++touched;
    news.death = news.death || (outcome.death && !known.death);
    news.code = news.code || outcome.code_changed;
    changed = changed || change.action == targets::Action::change;
  }
  // What a death removes is counted as a removal already.
  if (changed && news.death) ++lane.counts.deaths;
  planned_.unchanged += static_cast<int64_t>(before.size() - touched);
  return news;
}

// Rows of clients who stand before `before` (empty: all that are left of the page) and are on no roster.
void Planner::leavers(Lane& lane, std::string_view before) {
  while (lane.next < lane.delivered.size() && (before.empty() || lane.delivered[lane.next].client < before)) {
    const store::DeliveredRow& old = lane.delivered[lane.next++];
    if (!options_.removals) continue;
    ++planned_.left;
    plan(lane, {targets::Action::remove, nullptr, &old},
         {.part = Part::rest,
          .action = targets::Action::remove,
          .client = old.client,
          .code = {},
          .death = false,
          .row = {}});
  }
}

void Planner::plan(Lane& lane, const Change& change, PlannedRow row) {
  switch (change.action) {
    case targets::Action::add:
      if (lane.counts.delivered == 0 && !options_.first_loads) return;
      ++lane.counts.adds;
      row.row = *change.row;
      break;
    case targets::Action::change:
      ++lane.counts.changes;
      row.row = *change.row;
      break;
    case targets::Action::remove:
      ++lane.counts.removals;
      row.row = targets::removal(lane.delivery.mapping->layout(), change.before->key);
      break;
  }
  ++lane.planned[static_cast<size_t>(row.part)];
  ++planned_.rows;
  const bool example = lane.counts.mapping_edited && change.action == targets::Action::change &&
                       examples_ < examples_of_an_edit;
  examples_ += example;
  if (options_.difference && (options_.preview || example)) show(lane, change, row.client, row.part);
  row_(row, lane.delivery.target);
}

void Planner::show(const Lane& lane, const Change& change, const std::string& client, Part part) {
  Difference difference{.kind = change.action == targets::Action::add      ? Difference::Kind::add
                                : change.action == targets::Action::change ? Difference::Kind::change
                                                                           : Difference::Kind::removal,
                        .first = part == Part::first,
                        .target = lane.delivery.target,
                        .client = client,
                        .cells = {}};
  const auto& columns = lane.delivery.mapping->layout().columns;
  targets::Row before;
  if (change.before) before = unpack_last_got(change.before->payload).row;
  for (size_t i = 0; i < columns.size(); ++i) {
    // A cell that is held back is empty and overwrites nothing: the target keeps what it has.
    if (change.row && change.row->held[i]) continue;
    const std::string now = change.row ? change.row->cells[i] : std::string();
    // An edited mapping may have more columns than what was delivered.
    const std::string then = i < before.cells.size() ? before.cells[i] : std::string();
    if (now != then) difference.cells.push_back({columns[i].name, then, now});
  }
  options_.difference(difference);
}

}  // namespace tilts::pull
