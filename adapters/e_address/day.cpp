#include "adapters/e_address/day.h"

#include <chrono>

namespace tilts::e_address {

std::string day_of(sdk::Host& host) {
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(host.now())));
  const std::chrono::year_month_day date(day);
  const auto two = [](unsigned number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) +
         "-" + two(static_cast<unsigned>(date.day()));
}

}  // namespace tilts::e_address
