#include "tests/simulator/xml_text.h"

namespace tilts::simulator {

void append_escaped(std::string& xml, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        xml.append("&amp;");
        break;
      case '<':
        xml.append("&lt;");
        break;
      case '>':
        xml.append("&gt;");
        break;
      case '\r':
        xml.append("&#xD;");
        break;
      default:
        xml.push_back(c);
    }
  }
}

void append_element(std::string& xml, std::string_view tag, std::string_view text) {
  xml.append("<").append(tag).append(">");
  append_escaped(xml, text);
  xml.append("</").append(tag).append(">");
}

}  // namespace tilts::simulator
