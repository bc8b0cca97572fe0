// What came of judging a bundle: a line for everything that was looked at.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tilts::evidence {

class Verdict {
 public:
  enum class Kind { holds, refused, note };
  struct Line {
    Kind kind;
    std::string text;  // without personal data
  };

  void holds(std::string text) { lines_.push_back({Kind::holds, std::move(text)}); }
  void refused(std::string text) {
    lines_.push_back({Kind::refused, std::move(text)});
    ++refusals_;
  }
  void note(std::string text) { lines_.push_back({Kind::note, std::move(text)}); }
  // The one or the other.
  void demand(bool true_of_it, std::string holds_text, std::string refused_text) {
    true_of_it ? holds(std::move(holds_text)) : refused(std::move(refused_text));
  }

  const std::vector<Line>& lines() const { return lines_; }
  size_t refusals() const { return refusals_; }

 private:
  std::vector<Line> lines_;
  size_t refusals_ = 0;
};

}  // namespace tilts::evidence
