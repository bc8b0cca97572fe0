// CSV (RFC 4180) with ";": an action column, the mapping's columns, and one that names what is held back.
#pragma once

#include "gateway/targets/encoding.h"
#include "gateway/targets/file_target.h"

namespace tilts::targets {

class Csv : public Format {
 public:
  Csv(const Settings& settings, Layout layout);

  std::string_view extension() const override { return "csv"; }
  void begin(const Delivery& delivery, std::string& out) override;
  void row(Action action, const Row& row, std::string& out) override;
  void end(std::string& out) override;
  bool fit(Row& row, std::vector<Finding>& findings) override;

 private:
  void cell(std::string_view text, bool code, std::string& out);
  void encoded(std::string_view text, std::string& out);

  Layout layout_;
  std::string target_;
  bool bom_;
  bool people_;
  Encoder encoder_;
  std::string scratch_;
};

}  // namespace tilts::targets
