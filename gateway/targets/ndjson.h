// One JSON object a line (RFC 8259, UTF-8). A held-back cell is absent and named under "held_back"; an empty
// one is null.
#pragma once

#include "gateway/targets/file_target.h"

namespace tilts::targets {

class Ndjson : public Format {
 public:
  Ndjson(const Settings& settings, Layout layout);

  std::string_view extension() const override { return "ndjson"; }
  void begin(const Delivery& delivery, std::string& out) override;
  void row(Action action, const Row& row, std::string& out) override;
  void end(std::string& out) override;
  bool fit(Row& row, std::vector<Finding>& findings) override;

 private:
  Layout layout_;
  std::string environment_;         // as JSON text
  std::vector<std::string> names_;  // of the columns, as JSON text
};

}  // namespace tilts::targets
