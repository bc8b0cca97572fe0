// Tables as City::table() has them, compared so that a failure shows the rows that differ and no others.
#pragma once

#include <map>
#include <string>

namespace tilts::system_test {

// Empty when they are the same.
inline std::string difference(const std::map<std::string, std::string>& got,
                              const std::map<std::string, std::string>& wanted) {
  std::string text;
  for (const auto& [key, row] : wanted)
    if (const auto same = got.find(key); same == got.end() || same->second != row)
      text += "wanted " + row + "\n   got " + (same == got.end() ? "nothing" : same->second) + "\n";
  for (const auto& [key, row] : got)
    if (!wanted.contains(key)) text += "wanted nothing\n   got " + row + "\n";
  return text;
}

}  // namespace tilts::system_test
