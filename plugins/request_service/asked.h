// Whom one request asked about, ticked off as the answer names them: nobody else, nobody twice, nobody
// forgotten.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tilts::request_service {

class Asked {
 public:
  explicit Asked(const std::vector<std::string>& codes) {
    for (const std::string& code : codes) answered_.emplace(code, false);
  }

  // Ticks off a person by the code, or by the one before it: whoever was asked about under an old code is
  // answered under the new. Throws Failure(untrusted) for a person nobody asked about and for one answered
  // before.
  void answered(const std::string& code, const std::string& previous);
  // Throws Failure(untrusted) unless everyone was answered.
  void complete() const;

 private:
  bool tick(const std::string& code);

  std::unordered_map<std::string, bool> answered_;
};

}  // namespace tilts::request_service
