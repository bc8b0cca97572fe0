#include "gateway/targets/ndjson.h"

#include <gtest/gtest.h>

#include "tests/unit/targets/rows.h"

namespace tilts::targets {
namespace {

TEST(Ndjson, IsOneObjectALine) {
  Ndjson json(settings(Kind::ndjson, ""), residents());
  std::string out;
  json.row(Action::add, row("K-1", "Bērziņš \"B\"\n", ""), out);
  Row held = row("K-2", "", "2");
  held.held[1] = 1;
  json.row(Action::change, held, out);
  json.row(Action::remove, removal(residents(), "K-3"), out);
  EXPECT_EQ(out,
            R"({"action":"add","environment":"test","client":"K-1","name":"Bērziņš \"B\"\n","code":null})"
            "\n"
            R"({"action":"change","environment":"test","client":"K-2","code":"2","held_back":["name"]})"
            "\n"
            R"({"action":"remove","environment":"test","client":"K-3"})"
            "\n");
}

}  // namespace
}  // namespace tilts::targets
