#include "tests/simulator/queue.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ostream>

#include <Poco/JSON/Object.h>
#include <fmt/format.h>

#include "tests/simulator/names_of_soap.h"

namespace tilts::simulator {
namespace {

constexpr std::array<std::string_view, 4> groups{"functional-impairment", "repressed", "chernobyl",
                                                 "predictable-disability"};
constexpr std::array<std::string_view, 5> own_operations{"SubmitEntry", "CorrectEntry", "WithdrawEntry",
                                                         "InquireEntry", "QueueChanges"};
constexpr unsigned long never_given = 900'000;  // numbers from here on are lies

Verdict declined(std::string code, std::string reason) {
  return {.number = {}, .reason_code = std::move(code), .reason = std::move(reason)};
}

// The rules that need no other entry; an empty code when all hold.
Verdict broken_rule(const Submission& said) {
  if (said.case_number.empty()) return declined("case-number", "Nav norādīts lietas numurs");
  if (!said.missing.empty()) return declined("incomplete", "Pieteikumā trūkst: " + said.missing);
  if (said.operation == "WithdrawEntry") return {};
  if (std::find(groups.begin(), groups.end(), said.group) == groups.end())
    return declined("group", "Personu grupa nav zināma");
  if (said.course != "14" && said.course != "21") return declined("course", "Kurss ilgst 14 vai 21 dienu");
  for (const Attachment& attachment : said.attachments)
    if (attachment.sha256.empty() || attachment.sha256 != attachment.claimed_sha256)
      return declined("attachment", "Pielikuma kontrolsumma neatbilst: " + attachment.name);
  return {};
}

// Another key of the same form.
std::string another(std::string key) {
  key.back() = key.back() == '0' ? '1' : '0';
  return key;
}

}  // namespace

Queue::Queue(const Profile& profile, const Clock& clock, std::chrono::sys_days start)
    : profile_(profile), year_(static_cast<int>(std::chrono::year_month_day(start).year())), today_(start) {
  if (profile.names.contains("queue-destination")) hub_.emplace(profile, clock, services());
}

bool Queue::is_meant(const Profile& profile) {
  return profile.operations.contains("SubmitEntry") || profile.names.contains("queue-destination");
}

std::string_view Queue::body_namespace() const { return hub_ ? service_namespace : queue_namespace; }

std::vector<std::string_view> Queue::operations() const {
  if (hub_) return hub_->operations();
  return {own_operations.begin(), own_operations.end()};
}

std::vector<DataService> Queue::services() {
  std::vector<DataService> all;
  for (const std::string_view name : own_operations) {
    const std::string operation(name);
    all.push_back({profile_.name("queue-destination"), profile_.name(operation + "-message-type"),
                   queue_namespace, operation,
                   [this, operation](const xmlNode* question, const Request& request, const Twist& twist) {
                     return answer(operation, question, request.message_id, twist);
                   }});
  }
  return all;
}

Outcome Queue::answer(const Request& request, std::size_t bytes, const Twist& twist) {
  if (hub_) return hub_->answer(request, bytes, twist);
  if (bytes > profile_.request_bytes)
    throw Refusal(Blame::sender, "the message is larger than the registry takes");
  return answer(request.operation, request.payload, request.message_id, twist);
}

Outcome Queue::answer(const std::string& operation, const xmlNode* payload, const std::string& message_id,
                      const Twist& twist) {
  if (operation == "QueueChanges") return {changes(read_changes(payload), twist.leave_out_half)};
  if (operation == "InquireEntry") {
    const std::string key = read_inquiry(payload);
    std::vector<KeyedVerdict> entries = inquire(key, twist.two_entries);
    if (twist.other_key) {
      if (entries.empty())
        entries.push_back({key, {.number = number(never_given), .reason_code = {}, .reason = {}}});
      for (KeyedVerdict& entry : entries) entry.key = another(entry.key);
    }
    return {inquiry_answer(entries)};
  }
  KeyedVerdict said = commit(message_id, read_submission(operation, payload));
  if (twist.other_key) said.key = another(said.key);
  return {submission_answer(operation, said)};
}

KeyedVerdict Queue::commit(const std::string& message_id, Submission submission) {
  const std::lock_guard lock(mutex_);
  const std::string key = submission.key;
  const Verdict verdict = decide(submission);
  const auto [place, fresh] = places_.try_emplace(key, entries_.size());
  if (fresh) entries_.push_back({std::move(submission), {}});
  entries_[place->second].commits.push_back({message_id, verdict});
  return {key, verdict};
}

Verdict Queue::decide(const Submission& submission) {
  Verdict verdict = broken_rule(submission);
  if (!verdict.reason_code.empty()) return verdict;
  const bool corrects = submission.operation == "CorrectEntry";
  const bool withdraws = submission.operation == "WithdrawEntry";
  const std::string before = number_of(corrects ? submission.corrects : submission.withdraws);
  if (corrects && before.empty()) return declined("corrects", "Labojamā pieteikuma rindā nav");
  if (withdraws && before.empty()) return declined("withdraws", "Atsaucamā pieteikuma rindā nav");
  verdict.number = number(++last_number_);
  if (corrects) steps_.end(before, "corrected", "Pieteikums labots", iso(today_));
  if (withdraws)
    steps_.end(before, "withdrawn", "Pieteikums atsaukts", iso(today_));
  else
    steps_.begin(verdict.number, submission, iso(today_));
  return verdict;
}

std::string Queue::number_of(const std::string& key) const {
  std::string last;
  const auto found = places_.find(key);
  if (found == places_.end()) return last;
  for (const Commit& commit : entries_[found->second].commits)
    if (!commit.verdict.number.empty()) last = commit.verdict.number;
  return last;
}

// A cursor is how many steps were told. One that is not of ours is told everything again.
std::string Queue::changes(const StepsWanted& wanted, bool leave_out_half) const {
  const std::lock_guard lock(mutex_);
  const std::vector<QueueStep>& all = steps_.all();
  std::size_t first = 0;
  if (wanted.since.starts_with("s-")) first = std::strtoul(wanted.since.c_str() + 2, nullptr, 10);
  first = std::min(first, all.size());
  const std::size_t count = std::min(wanted.most, all.size() - first);
  const std::span page(all.data() + first, count);
  return changes_answer(page, leave_out_half ? (count + 1) / 2 : 0, fmt::format("s-{}", first + count),
                        first + count < all.size());
}

std::size_t Queue::advance(unsigned days) {
  const std::lock_guard lock(mutex_);
  today_ += std::chrono::days(days);
  return steps_.advance(today_);
}

void Queue::put(const QueueStep& step) {
  const std::lock_guard lock(mutex_);
  steps_.put(step, iso(today_));
}

void Queue::change_code(const std::string& number, const std::string& code) {
  const std::lock_guard lock(mutex_);
  steps_.change_code(number, code);
}

void Queue::write_steps(std::ostream& out) const {
  const std::lock_guard lock(mutex_);
  for (const QueueStep& step : steps_.all()) {
    Poco::JSON::Object line(Poco::JSON_PRESERVE_KEY_ORDER);
    line.set("number", step.number)
        .set("case_number", step.case_number)
        .set("code", step.code)
        .set("sequence", step.sequence)
        .set("state", step.state)
        .set("date", step.date)
        .set("reason", step.reason_code);
    line.stringify(out);
    out << '\n';
  }
}

std::string Queue::number(unsigned long place) const { return fmt::format("SIVA-{}-{:06}", year_, place); }

// Honest unless `two` are wanted: a key that was committed twice is two entries.
std::vector<KeyedVerdict> Queue::inquire(const std::string& key, bool two) const {
  std::vector<KeyedVerdict> entries;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end())
      for (const Commit& commit : entries_[found->second].commits) entries.push_back({key, commit.verdict});
  }
  while (two && entries.size() < 2)
    entries.push_back(
        {key, {.number = number(never_given + entries.size()), .reason_code = {}, .reason = {}}});
  return entries;
}

std::string Queue::forge(std::string content) const {
  constexpr std::string_view declining = "<q:Outcome>declined<", ending = "</q:Reason>";
  for (std::size_t at = content.find(declining); at != std::string::npos; at = content.find(declining))
    content.replace(at, content.find(ending, at) + ending.size() - at,
                    fmt::format("<q:Outcome>received</q:Outcome><q:Number>{}</q:Number>", number(0)));
  // Every step the last of a service that nobody had.
  for (std::size_t at = content.find("<q:State>"); at != std::string::npos;
       at = content.find("<q:State>", at + 1))
    content.replace(at + 9, content.find('<', at + 9) - at - 9, "completed");
  const std::string right = fmt::format("<q:Number>SIVA-{}-0", year_);
  const std::string wrong = fmt::format("<q:Number>SIVA-{}-9", year_);
  for (std::size_t at = content.find(right); at != std::string::npos; at = content.find(right, at))
    content.replace(at, right.size(), wrong);
  return content;
}

void Queue::write_truth(std::ostream& out) const {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    const Submission& said = entry.first;
    const Verdict& verdict = entry.commits.front().verdict;
    Poco::JSON::Array attachments, numbers, message_ids;
    for (const Attachment& attachment : said.attachments) {
      Poco::JSON::Object file(Poco::JSON_PRESERVE_KEY_ORDER);
      file.set("name", attachment.name).set("sha256", attachment.sha256);
      attachments.add(file);
    }
    for (const Commit& commit : entry.commits) {
      if (!commit.verdict.number.empty()) numbers.add(commit.verdict.number);
      message_ids.add(commit.message_id);
    }
    Poco::JSON::Object line(Poco::JSON_PRESERVE_KEY_ORDER);
    line.set("key", said.key)
        .set("operation", said.operation)
        .set("case_number", said.case_number)
        .set("revision", said.revision)
        .set("corrects", said.corrects)
        .set("withdraws", said.withdraws)
        .set("code", said.code)
        .set("outcome", verdict.outcome())
        .set("number", verdict.number)
        .set("reason", verdict.reason_code)
        .set("attachments", attachments)
        .set("times", entry.commits.size())
        .set("numbers", numbers)
        .set("message_ids", message_ids);
    line.stringify(out);
    out << '\n';
  }
}

}  // namespace tilts::simulator
