#include "tests/simulator/queue_steps.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "tests/simulator/clock.h"

namespace tilts::simulator {
namespace {

constexpr std::array<std::string_view, 4> ends{"declined", "completed", "interrupted", "removed"};

bool ended(const QueueStep& step) { return std::find(ends.begin(), ends.end(), step.state) != ends.end(); }

// The next of an ordinary life. What only one step says (a place, a reason) is not said by the one after it.
QueueStep next(const QueueStep& last, unsigned long kind, int postponed, std::chrono::sys_days today) {
  using std::chrono::days;
  QueueStep step = last;
  step.reason_code.clear();
  step.reason.clear();
  step.until.clear();
  step.keeps_place.clear();
  const auto ends_with = [&](const char* state, const char* code, const char* reason) {
    step.state = state;
    step.reason_code = code;
    step.reason = reason;
  };
  if (last.state == "registered") {
    if (kind == 7)
      ends_with("declined", "criteria", "Nav funkcionēšanas traucējumu aktivitāšu un dalības līmenī");
    else
      step.state = "queued";
  } else if (last.state == "queued" || last.state == "postponed") {
    step.state = last.state == "postponed" ? "queued" : "invited";
    if (step.state == "invited") {
      step.place = "Jūrmala, Dubultu prospekts 71";
      step.from = iso(today + days(30));
      step.to = iso(today + days(30 + (step.course == "21" ? 20 : 13)));
    }
  } else if (last.state == "invited") {
    step.state = "in-service";
    if (kind == 3 && postponed == 0) {
      ends_with("postponed", "illness", "Saslimšana");
      step.until = iso(today + days(60));
      step.keeps_place = "yes";
    }
  } else {
    step.state = "completed";
    if (kind == 5) ends_with("interrupted", "illness", "Saslimšana");
  }
  if (step.state == "postponed" || step.state == "queued") step.place = step.from = step.to = "";
  return step;
}

}  // namespace

void QueueSteps::begin(const std::string& number, const Submission& entry, const std::string& today) {
  QueueStep step;
  step.code = entry.code;
  step.number = number;
  step.case_number = entry.case_number;
  step.state = "registered";
  step.order = entry.order;
  step.group = entry.group;
  step.course = entry.course;
  numbers_.push_back(number);
  entries_.emplace(number, Entry{});
  add(std::move(step), today);
}

void QueueSteps::end(const std::string& number, const std::string& reason_code, const std::string& reason,
                     const std::string& today) {
  const auto found = entries_.find(number);
  if (found == entries_.end() || ended(found->second.last)) return;
  QueueStep step = found->second.last;
  step.state = "removed";
  step.reason_code = reason_code;
  step.reason = reason;
  add(std::move(step), today);
}

std::size_t QueueSteps::advance(std::chrono::sys_days today) {
  std::size_t taken = 0;
  for (const std::string& number : numbers_) {
    const Entry& known = entries_.at(number);
    if (ended(known.last)) continue;
    const unsigned long kind = std::stoul(number.substr(number.rfind('-') + 1)) % 10;
    add(next(known.last, kind, known.postponed, today), iso(today));
    ++taken;
  }
  return taken;
}

void QueueSteps::put(const QueueStep& wanted, const std::string& today) {
  QueueStep step = wanted;
  const QueueStep& last = entry(wanted.number).last;
  step.code = last.code;
  step.previous_code = last.previous_code;
  step.case_number = last.case_number;
  for (const auto field : {&QueueStep::order, &QueueStep::group, &QueueStep::course})
    if ((step.*field).empty()) step.*field = last.*field;
  add(std::move(step), wanted.date.empty() ? today : wanted.date);
}

void QueueSteps::change_code(const std::string& number, const std::string& code) {
  QueueStep& last = entry(number).last;
  last.previous_code = last.code;
  last.code = code;
}

QueueSteps::Entry& QueueSteps::entry(const std::string& number) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) throw std::invalid_argument("no entry has the number " + number);
  return found->second;
}

void QueueSteps::add(QueueStep step, const std::string& date) {
  Entry& known = entry(step.number);
  step.date = date;
  step.sequence = known.last.sequence + 1;
  known.postponed += step.state == "postponed";
  known.last = step;
  all_.push_back(std::move(step));
}

}  // namespace tilts::simulator
