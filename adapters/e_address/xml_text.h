// XML as text, for a document that is signed before it goes into a message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tilts::e_address {

class XmlText {
 public:
  // `attributes` as they stand in the tag, with a space before each: they are ours.
  void start(std::string_view name, std::string_view attributes = {}) {
    text_.append("<").append(name).append(attributes).append(">");
    open_.emplace_back(name);
  }
  void end() {
    text_.append("</").append(open_.back()).append(">");
    open_.pop_back();
  }
  void text(std::string_view content) {
    for (const char c : content) {
      if (c == '&')
        text_ += "&amp;";
      else if (c == '<')
        text_ += "&lt;";
      else if (c == '>')
        text_ += "&gt;";
      else if (c == '\r')
        text_ += "&#xD;";
      else
        text_ += c;
    }
  }
  void element(std::string_view name, std::string_view content) {
    start(name);
    text(content);
    end();
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace tilts::e_address
