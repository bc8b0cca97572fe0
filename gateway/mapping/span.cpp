#include "gateway/mapping/span.h"

#include <charconv>

namespace tilts::mapping {

bool take(std::string_view& text, char unit, int& number) {
  int read = 0;
  const char* const past = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), past, read);
  if (error != std::errc() || end == past || *end != unit || read < 0 || read > 999) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  number = read;
  return true;
}

std::optional<Span> read_span(std::string_view text) {
  Span span;
  if (text.size() < 2 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  take(text, 'Y', span.years);
  take(text, 'M', span.months);
  take(text, 'D', span.days);
  if (!text.empty()) return std::nullopt;
  return span;
}

Span backwards(Span span) { return {-span.years, -span.months, -span.days}; }

}  // namespace tilts::mapping
