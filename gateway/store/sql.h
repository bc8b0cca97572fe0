// A statement that both databases read the same way. SQLite numbers $n by first appearance, PostgreSQL by n:
// "SET a=$2 WHERE id=$1" would update nothing on one of them, silently. The compiler reads every statement
// of the store and refuses one whose placeholders do not ascend.
#pragma once

#include <string_view>

namespace tilts::store {

// True when every new placeholder is the next number: $1, $2, … (one already seen may come again).
constexpr bool placeholders_ascend(std::string_view text) {
  int seen = 0;
  for (size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    int number = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      number = number * 10 + (text[at] - '0');
    if (number < 1 || number > seen + 1) return false;
    if (number == seen + 1) seen = number;
  }
  return true;
}

constexpr int placeholders(std::string_view text) {
  int most = 0;
  for (size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    int number = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      number = number * 10 + (text[at] - '0');
    if (number > most) most = number;
  }
  return most;
}

class Sql {
 public:
  consteval Sql(const char* text)
      : text_(text), placeholders_(placeholders(text_)) {  // NOLINT: a literal is one
    if (!placeholders_ascend(text_)) throw "placeholders must ascend: $1, $2, …";
  }

  constexpr std::string_view text() const { return text_; }
  constexpr int arguments() const { return placeholders_; }

 private:
  std::string_view text_;
  int placeholders_;
};

}  // namespace tilts::store
