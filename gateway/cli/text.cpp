#include "gateway/cli/text.h"

#include <algorithm>

#include <date/tz.h>
#include <fmt/format.h>

namespace tilts::cli {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

bool is_number(std::string_view cell) {
  return !cell.empty() &&
         std::ranges::all_of(cell, [](char c) { return (c >= '0' && c <= '9') || c == ' '; });
}

}  // namespace

size_t places(std::string_view utf8) {
  return static_cast<size_t>(std::ranges::count_if(utf8, [](char byte) { return !continues(byte); }));
}

std::string cut(std::string_view utf8, size_t width) {
  if (places(utf8) <= width) return std::string(utf8);
  if (width == 0) return {};
  size_t end = 0, seen = 0;
  for (; end < utf8.size(); ++end)
    if (!continues(utf8[end]) && ++seen == width) break;
  return std::string(utf8.substr(0, end)) + "…";
}

std::string repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string Table::text(size_t width) const {
  const size_t columns = rows_.front().size();
  std::vector<size_t> widths(columns);
  std::vector<bool> right(columns, true);
  for (size_t row = 0; row < rows_.size(); ++row)
    for (size_t column = 0; column < columns; ++column) {
      widths[column] = std::max(widths[column], places(rows_[row][column]));
      if (row > 0 && !rows_[row][column].empty() && !is_number(rows_[row][column])) right[column] = false;
    }
  std::string all;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (size_t column = 0; column < columns; ++column) {
      const std::string gap(widths[column] - places(row[column]), ' ');
      if (column > 0) line += "  ";
      line += right[column] && !empty() ? gap + row[column] : row[column] + gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    all += cut(line, width) + '\n';
  }
  return all;
}

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3 && digits[at - 4] != '-';) digits.insert(at -= 3, 1, ' ');
  return digits;
}

std::string counted(int64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

std::string lasted(std::chrono::milliseconds time) {
  using namespace std::chrono;
  if (time < minutes{1}) return fmt::format("{} s", floor<seconds>(time).count());
  if (time < hours{1}) return fmt::format("{} min", floor<minutes>(time).count());
  if (time < days{2})
    return fmt::format("{} h {:02} min", floor<hours>(time).count(), floor<minutes>(time).count() % 60);
  return fmt::format("{} days", floor<days>(time).count());
}

WallClock::WallClock(const config::Configuration& configuration) : zone_(config::JobSettings().zone()) {
  const auto scheduled =
      std::ranges::find_if(configuration.jobs, [](const auto& job) { return job.schedule.has_value(); });
  if (scheduled != configuration.jobs.end()) zone_ = scheduled->zone();
}

std::string WallClock::minute(Time moment) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  return date::format("%F %H:%M",
                      date::floor<std::chrono::minutes>(date::locate_zone(zone_)->to_local(second)));
}

std::string heading(const config::Configuration& configuration) {
  return fmt::format("{} · {}", config::name(configuration.environment), configuration.municipality);
}

}  // namespace tilts::cli
