// A folder in which the documented example loads without a problem; each test breaks one thing in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/load.h"
#include "tests/support/temporary_folder.h"

namespace tilts::config {

class House {
 public:
  // The example is written for this moment.
  static constexpr std::string_view now_text = "2026-11-21T12:00:00Z";

  // Most tests are about one registry: without the example's queue a problem is told once.
  enum class Example { of_one_registry, whole };
  explicit House(Example example = Example::of_one_registry);

  // The configuration with the first `from` replaced by `to`; a test that changes nothing fails.
  House& with(std::string_view from, std::string_view to);
  Loaded load(std::string_view now = now_text);
  // The sentences, each "line: sentence" with the folder's path cut out.
  std::vector<std::string> problems(std::string_view now = now_text);
  std::vector<std::string> notices(std::string_view now = now_text);

  std::string write(std::string_view name, std::string_view content, unsigned mode = 0644);
  void remove(std::string_view name);
  // A self-signed pair, certificate in `name`.pem and key in `name`.key.
  void write_pair(const std::string& name, std::string_view subject, std::string_view from,
                  std::string_view to);
  std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
  int line_of(std::string_view words) const;

 private:
  std::vector<std::string> plain(const std::vector<Problem>& problems) const;

  support::TemporaryFolder folder_;
  std::string text_;
};

}  // namespace tilts::config
