#include "adapters/vdaa/answer.h"

#include <algorithm>
#include <set>

#include "plugins/request_service/asked.h"
#include "plugins/sdk/text.h"

namespace tilts::vdaa {
namespace {

using request_service::misfit;

constexpr size_t longest_key = 128;  // bytes of what tells a record apart

class People {
 public:
  People(sdk::Host& host, const Lookup& lookup, const std::vector<tilts_record_type>& types,
         const std::vector<std::string>& asked)
      : host_(host), lookup_(lookup), types_(types), asked_(asked) {}

  void take(const sdk::Row& row) {
    ++count_;
    const bool known = row.group() == "person";
    const std::string code = sdk::normalised_code(row[known ? lookup_.code_slot : 0]);
    if (code.empty()) throw misfit("the answer names somebody without a personas kods");
    asked_.answered(code, {});
    if (!known) return unknown_.push_back(code), void();
    const std::string_view as_of = sdk::trimmed(row[lookup_.as_of_slot]);
    const bool dated = sdk::looks_like_date(as_of);
    emit(lookup_.person, types_.front(), row, code, code, as_of, dated ? "" : undated);
    std::set<std::string> keys;
    size_t place = 0;
    for (const sdk::Row one : row.children()) {
      ++place;
      const size_t kind = number(one.group());
      const Kind& what = lookup_.of_person[kind];
      std::string key(sdk::trimmed(one[what.key_slot]));
      const bool apart = is_key(key) && keys.insert(one.group() + '/' + key).second;
      if (!apart) key = "unreadable-" + std::to_string(place);
      emit(what, types_[kind + 1], one, code, code + '/' + key, as_of,
           !dated  ? undated
           : apart ? std::string_view()
                   : "the registry's record has nothing that tells it apart from the person's others");
    }
  }

  void finish(const request_service::Answered& answered) {
    asked_.complete();
    if (lookup_.has_total && answered.fields.front() != std::to_string(count_))
      throw misfit("the answer's total is not the " + std::to_string(count_) + " people that follow");
    for (const std::string& code : unknown_) {
      sdk::Record record(types_.front());
      record.key = code;
      record.as_of = answered.time_stamp;
      record.presence = sdk::Presence::gone;
      host_.emit(record);
    }
  }

  uint64_t count() const { return count_; }

 private:
  static constexpr std::string_view undated = "the registry's record does not say as of when it is";

  // A text of one line that can stand in a record's key, last.
  static bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= longest_key &&
           std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
  }
  static size_t number(const std::string& group) {
    size_t value = 0;
    for (const char c : group) value = value * 10 + static_cast<size_t>(c - '0');
    return value;
  }

  void emit(const Kind& kind, const tilts_record_type& type, const sdk::Row& row, const std::string& code,
            const std::string& key, std::string_view as_of, std::string_view held_because) {
    sdk::Record record(type);
    record.key = key;
    record.as_of = as_of;
    record.reason = held_because;
    record.presence = held_because.empty() ? sdk::Presence::present : sdk::Presence::held;
    for (uint32_t field = 0; held_because.empty() && field < kind.fields.size(); ++field) {
      const Field& what = kind.fields[field];
      const bool is_code = &kind == &lookup_.person && what.slot == lookup_.code_slot;
      const std::string_view value = is_code    ? std::string_view(code)
                                     : what.day ? sdk::day_of(row[what.slot])
                                                : row[what.slot];
      if (!value.empty()) record.set(field, value);
    }
    host_.emit(record);
  }

  sdk::Host& host_;
  const Lookup& lookup_;
  const std::vector<tilts_record_type>& types_;
  request_service::Asked asked_;
  std::vector<std::string> unknown_;
  uint64_t count_ = 0;
};

}  // namespace

PeopleReader::PeopleReader(const Lookup& lookup, const std::vector<tilts_record_type>& types)
    : lookup_(lookup), types_(types), reader_(lookup.shape) {}

request_service::Answered PeopleReader::read(sdk::Host& host, const request_service::Reply& reply,
                                             const std::vector<std::string>& asked, uint64_t& people) const {
  People found(host, lookup_, types_, asked);
  const request_service::Answered answered =
      reader_.read(reply, {.row = [&](const sdk::Row& row) { found.take(row); },
                           .whole = [&](const request_service::Answered& whole) { found.finish(whole); }});
  people += found.count();
  return answered;
}

}  // namespace tilts::vdaa
