#include "plugins/request_service/roster_walk.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

namespace tilts::request_service {
namespace {

using sdk::Code;
using sdk::Failure;
using Outcome = Answered::Outcome;

// Lists are bounded, so that little is asked twice after one that was refused.
constexpr uint64_t lists_of_window = 32;
constexpr uint64_t longest_wait = 60;   // seconds inside one call; longer is parked
constexpr uint64_t usual_poll = 30;     // seconds, where the hub does not say
constexpr std::string_view form = "1";  // of a token

std::vector<std::string_view> split(std::string_view text, char between) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = std::min(text.find(between), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Whether the same people stand in the same places when a parked walk goes on. 16 bits: enough to notice, and
// too few to tell from a token who they are (of 36 million possible codes hundreds have any value).
uint64_t check_of(const Codes& codes) {
  uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const std::string& code : codes)
    for (const char c : code) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return (hash ^ (hash >> 16) ^ (hash >> 32) ^ (hash >> 48)) & 0xffffU;
}

}  // namespace

std::string RosterWalk::Position::text() const {
  return std::to_string(asked) + '/' + std::to_string(size) + '/' + std::to_string(total);
}

RosterWalk::RosterWalk(sdk::Host& host, const ListQuestion& question)
    : host_(host),
      question_(question),
      limit_([&] {
        const std::string said = optional_name(host, "request-bytes");
        return said.empty() ? largest_request : static_cast<size_t>(number(said).value_or(0));
      }()),
      result_(question.service.asynchronous ? host.name("result-operation") : std::string()),
      page_(question.page) {
  at_.size = host.roster_size();
}

void RosterWalk::pull(std::string_view cursor) {
  if (const auto parts = split(cursor, '/'); parts.size() == 3) {
    const auto asked = number(parts[0]), size = number(parts[1]), total = number(parts[2]);
    if (asked && total && size == at_.size && *asked < at_.size) at_ = {*asked, at_.size, *total};
  }
  if (at_.size == 0)
    return host_.checkpoint("", question_.snapshot ? std::optional(uint64_t{0}) : std::nullopt);
  cut_to_limit();
  Conversation conversation(host_);
  go_on(conversation);
}

void RosterWalk::resume(std::string_view token) {
  std::string transaction;
  if (!read_token(token, transaction)) {
    host_.log(sdk::LogLevel::information,
              "the roster changed while the hub was working; its people are asked about anew");
    return pull({});
  }
  Conversation conversation(host_, transaction);
  Answered last;
  if (!collect(conversation, last)) return;
  answer(last, conversation);
  go_on(conversation);
}

void RosterWalk::go_on(Conversation& conversation) {
  while (at_.asked < at_.size) {
    Answered last;
    if (question_.service.asynchronous) {
      last = submit_window(conversation);
      if (last.outcome == Outcome::answered && !collect(conversation, last)) return;
    } else {
      last = ask_window(conversation);
    }
    answer(last, conversation);
  }
  conversation.end();
}

// What follows from a window's last answer.
void RosterWalk::answer(const Answered& last, Conversation& conversation) {
  open_.clear();
  if (last.outcome == Outcome::transaction_lost) conversation.renew(last);
  if (last.outcome != Outcome::list_too_big) return;
  if (page_ == 1) throw Failure(Code::declined, last.refusal);
  page_ /= 2;
  host_.log(sdk::LogLevel::warning,
            "the registry found a list too big; lists of " + std::to_string(page_) + " from here on");
}

// All codes are of one length, so the first list is as long as any.
void RosterWalk::cut_to_limit() {
  const std::string uuid = "00000000-0000-0000-0000-000000000000";
  for (;; page_ /= 2) {
    // a transaction's URN is at most 143 bytes
    const Open first{{uuid, std::string(143, '-')}, host_.roster(at_.asked, page_)};
    const size_t size = xml_size(request("SubmitSync", first).content);
    if (size <= limit_) return;
    if (page_ == 1)
      throw Failure(Code::config, "a request about one person has " + std::to_string(size) +
                                      " bytes and the hub takes " + std::to_string(limit_) +
                                      "; nothing was sent, shorten the message");
  }
}

uint64_t RosterWalk::lists_left() const {
  return std::min((at_.size - at_.asked + page_ - 1) / page_, lists_of_window);
}

sdk::Request RosterWalk::request(const std::string& operation, const Open& open) const {
  return ivis_request(
      operation, question_.service, open.header, [&](sdk::Writer& to) { question_.write(to, open.codes); },
      open.codes);
}

void RosterWalk::take(const Answered& answered, const Open& open, uint64_t total,
                      Conversation& conversation) {
  if (answered.outcome != Outcome::answered) return;
  conversation.answered();
  at_.asked += open.codes.size();
  at_.total += total;
  const bool done = at_.asked >= at_.size;
  host_.checkpoint(done ? "" : at_.text(),
                   done && question_.snapshot ? std::optional(at_.total) : std::nullopt);
}

// Asks the next lists, as many at once as the registry allows. Stops at the first answer that is none.
Answered RosterWalk::ask_window(Conversation& conversation) {
  const std::string& action = conversation.action("SubmitSync");
  const uint64_t first = at_.asked;
  Answered last;
  host_.ask_many(
      lists_left(),
      [&](uint64_t index) {
        open_.push_back({conversation.header(), host_.roster(first + index * page_, page_)});
        return request("SubmitSync", open_.back());
      },
      [&](uint64_t, const sdk::Answer& answer) {
        const Open open = std::move(open_.front());
        open_.pop_front();
        if (last.outcome != Outcome::answered) return;
        uint64_t total = 0;
        last = question_.read(
            {body_of(answer, action, "SubmitSync"), "SubmitSync", question_.service, open.header}, open.codes,
            total);
        if (last.outcome == Outcome::pending)
          throw misfit("SubmitSync " + open.header.id +
                       ": the answer's Result is pending, and the question was not one to wait for");
        take(last, open, total, conversation);
      });
  return last;
}

// Hands over the next lists; their answers come later.
Answered RosterWalk::submit_window(Conversation& conversation) {
  const std::string& action = conversation.action("Submit");
  const uint64_t first = at_.asked;
  uint64_t index = 0;
  Answered last;
  poll_ = 0;
  host_.ask_many(
      lists_left(),
      [&](uint64_t list) {
        open_.push_back({conversation.header(), host_.roster(first + list * page_, page_)});
        return request("Submit", open_.back());
      },
      [&](uint64_t, const sdk::Answer& answer) {
        const Open& open = open_[index++];
        if (last.outcome != Outcome::answered) return;
        last =
            statuses_.read({body_of(answer, action, "Submit"), "Submit", question_.service, open.header}, {});
        poll_ = std::max(poll_, last.poll_seconds);
        if (last.outcome == Outcome::pending) last.outcome = Outcome::answered;  // it is accepted
      });
  if (poll_ == 0) poll_ = usual_poll;
  return last;
}

bool RosterWalk::collect(Conversation& conversation, Answered& last) {
  for (;;) {
    if (poll_ > 0) {
      if (waited_ + poll_ > longest_wait) {
        host_.park(token(conversation), std::chrono::seconds(poll_));
        return false;
      }
      host_.wait(std::chrono::seconds(poll_));
      waited_ += poll_;
    }
    last = poll(conversation);
    if (last.outcome == Outcome::pending) continue;
    if (last.outcome == Outcome::answered) last = fetch(conversation);
    return true;
  }
}

// Whether the window's lists are all answered; poll_ says when to ask again.
Answered RosterWalk::poll(Conversation& conversation) {
  const std::string& action = conversation.action("GetStatus");
  Answered last;
  bool pending = false;
  poll_ = 0;
  host_.ask_many(
      open_.size(),
      [&](uint64_t index) { return one_element("GetStatus", "correlationID", open_[index].header.id); },
      [&](uint64_t index, const sdk::Answer& answer) {
        if (last.outcome != Outcome::answered) return;
        last = statuses_.read(
            {body_of(answer, action, "GetStatus"), "GetStatus", question_.service, open_[index].header}, {});
        if (last.outcome != Outcome::pending) return;
        pending = true;
        poll_ = std::max(poll_, last.poll_seconds == 0 ? usual_poll : last.poll_seconds);
        last.outcome = Outcome::answered;
      });
  if (pending && last.outcome == Outcome::answered) last.outcome = Outcome::pending;
  return last;
}

// Takes the answers of the window in the roster's order.
Answered RosterWalk::fetch(Conversation& conversation) {
  const std::string& action = conversation.action(result_);
  Answered last;
  host_.ask_many(
      open_.size(),
      [&](uint64_t index) {
        sdk::Request request = one_element(result_, "correlationID", open_[index].header.id);
        request.subjects = open_[index].codes;  // this is what tells of them
        return request;
      },
      [&](uint64_t index, const sdk::Answer& answer) {
        const Open& open = open_[index];
        if (last.outcome != Outcome::answered) return;
        uint64_t total = 0;
        last = question_.read({body_of(answer, action, result_), result_, question_.service, open.header},
                              open.codes, total);
        if (last.outcome == Outcome::pending)
          throw misfit(result_ + " " + open.header.id +
                       ": the answer is pending though its status said that it is there");
        take(last, open, total, conversation);
      });
  return last;
}

// "1;asked/size/total;page;check;transaction;id,id,…"
std::string RosterWalk::token(const Conversation& conversation) const {
  Codes codes;
  std::string ids;
  for (const Open& open : open_) {
    codes.insert(codes.end(), open.codes.begin(), open.codes.end());
    if (!ids.empty()) ids += ',';
    ids += open.header.id;
  }
  return std::string(form) + ';' + at_.text() + ';' + std::to_string(page_) + ';' +
         std::to_string(check_of(codes)) + ';' + conversation.transaction() + ';' + ids;
}

bool RosterWalk::read_token(std::string_view token, std::string& transaction) {
  const auto broken = [] {
    return Failure(Code::bug, "the gateway gave back a token that is not ours; report it to its authors");
  };
  const auto parts = split(token, ';');
  if (parts.size() != 6 || parts[0] != form || !is_urn(parts[4])) throw broken();
  const auto place = split(parts[1], '/');
  if (place.size() != 3) throw broken();
  const auto asked = number(place[0]), size = number(place[1]), total = number(place[2]);
  const auto page = number(parts[2]), check = number(parts[3]);
  if (!asked || !size || !total || !page || *page == 0 || !check) throw broken();
  if (*size != at_.size) return false;
  at_ = {*asked, *size, *total};
  page_ = *page;
  transaction = parts[4];
  uint64_t first = *asked;
  Codes codes;
  for (const std::string_view id : split(parts[5], ',')) {
    if (!is_uuid(id)) throw broken();
    open_.push_back({{std::string(id), transaction}, host_.roster(first, page_)});
    first += page_;
    codes.insert(codes.end(), open_.back().codes.begin(), open_.back().codes.end());
  }
  if (check_of(codes) == *check) return true;
  at_ = {0, at_.size, 0};
  page_ = question_.page;
  open_.clear();
  return false;
}

}  // namespace tilts::request_service
