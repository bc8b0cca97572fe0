// The day it is in Latvia: what registries and offices there write as today.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tilts::sdk {

// YYYY-MM-DD, of Host::now(). Summer time as the European Union has it (Directive 2000/84/EC, articles 2 and
// 3): from the last Sunday of March to the last Sunday of October, each at 01:00 UTC.
inline std::string day_in_latvia(int64_t milliseconds) {
  using namespace std::chrono;
  const sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds{milliseconds}};
  const year year = year_month_day(floor<days>(now)).year();
  const auto change = [&](month month) { return sys_days{year / month / Sunday[last]} + hours{1}; };
  const bool summer = change(March) <= now && now < change(October);
  const year_month_day day(floor<days>(now + hours{summer ? 3 : 2}));
  const auto two = [](unsigned number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(day.year())) + "-" + two(static_cast<unsigned>(day.month())) + "-" +
         two(static_cast<unsigned>(day.day()));
}

}  // namespace tilts::sdk
