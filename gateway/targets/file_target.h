// A delivery as a data file and its manifest. What stands in the file is a Format's affair.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/targets/target.h"

namespace tilts::targets {

// Turns rows into the bytes of a file. Appends to `out`, which the caller empties; never looks back.
class Format {
 public:
  virtual ~Format() = default;
  virtual std::string_view extension() const = 0;  // "csv"
  virtual void begin(const Delivery& delivery, std::string& out) = 0;
  virtual void row(Action action, const Row& row, std::string& out) = 0;
  virtual void end(std::string& out) = 0;
  // As Target::fit.
  virtual bool fit(Row& row, std::vector<Finding>& findings) = 0;
  // Sees every byte of the file in order, before it is committed; throws when they are not what they must be.
  virtual void check(std::string_view bytes, bool last) {
    static_cast<void>(bytes);
    static_cast<void>(last);
  }
};

class FileTarget : public Target {
 public:
  FileTarget(Settings settings, std::unique_ptr<Format> format);

  bool fit(Row& row, std::vector<Finding>& findings) override { return format_->fit(row, findings); }
  std::unique_ptr<Writing> begin(const Delivery& delivery) override;
  std::optional<Receipt> delivered(const Delivery& delivery) override;
  std::vector<std::string> repair() override;

 private:
  std::string data_file(const Delivery& delivery) const;

  Settings settings_;
  std::string owner_;   // "target residents"
  std::string prefix_;  // "residents.test."
  std::unique_ptr<Format> format_;
};

}  // namespace tilts::targets
