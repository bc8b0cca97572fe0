// XML: an element for each row, or what a stylesheet makes of it. Each row is one line, so that a line number
// names it.
//   <rows xmlns="urn:tilts:rows:1" target="" environment="" run="" part="" as-of=""><row
//   action="add"><code>…</code></row></rows>
// A stylesheet is applied to <rows/> without rows, and must make an empty element, the frame; then to each
// <row/>.
#pragma once

#include <optional>

#include "gateway/targets/file_target.h"
#include "gateway/targets/schema.h"
#include "gateway/targets/stylesheet.h"

namespace tilts::targets {

class Xml : public Format {
 public:
  Xml(const Settings& settings, Layout layout);

  std::string_view extension() const override { return "xml"; }
  void begin(const Delivery& delivery, std::string& out) override;
  void row(Action action, const Row& row, std::string& out) override;
  void end(std::string& out) override;
  bool fit(Row& row, std::vector<Finding>& findings) override;
  void check(std::string_view bytes, bool last) override;

 private:
  struct Frame {
    std::string head;  // XML declaration and start tag
    std::string tail;  // end tag
  };
  Frame frame(const Delivery& delivery) const;
  std::string element(Action action, const Row& row) const;
  std::string objection(const Row& row) const;
  std::string styled(const std::string& source) const;

  Layout layout_;
  std::string target_;
  std::string environment_;
  std::optional<Stylesheet> stylesheet_;
  std::optional<Schema> schema_;
  std::optional<Schema::Stream> stream_;
  std::string tail_;
};

}  // namespace tilts::targets
