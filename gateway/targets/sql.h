// Rows as a table of SQLite or PostgreSQL. Adds and changes are upserts, a held-back cell keeps what the
// table has, and the delivery's own row in tilts_delivery commits with them: it is all there, once, or not at
// all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <Poco/Data/Session.h>

#include "gateway/targets/target.h"

namespace tilts::targets {

class Sql : public Target {
 public:
  // Makes the table and tilts_delivery when they are not there.
  Sql(Settings settings, Layout layout);

  std::unique_ptr<Writing> begin(const Delivery& delivery) override;
  std::optional<Receipt> delivered(const Delivery& delivery) override;
  // Nothing to do: the database itself rolls back what a crash interrupted.
  std::vector<std::string> repair() override;

 private:
  class Conversation;
  class SqlWriting;

  Settings settings_;
  Layout layout_;
};

}  // namespace tilts::targets
