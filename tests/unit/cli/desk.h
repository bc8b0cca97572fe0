// A working configuration, a store beside it, and somebody who types words and reads what comes back.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "gateway/cli/command.h"
#include "gateway/cli/opened.h"
#include "tests/unit/config/house.h"

namespace tilts::cli {

struct Desk {
  int type(std::vector<std::string> words, const std::string& standard_input = {});
  // Opens the store for writing, makes it when there is none.
  store::Store store();
  store::Run ran(store::Store& store, store::RunState state, const std::string& sentence,
                 const store::Run::Counts& counts = {}, const std::string& code = {});

  config::House house;
  Time now = parse_time(config::House::now_text);
  std::string out, err;

 private:
  int runs_ = 0;
};

// Every line, without the line ends.
std::vector<std::string> lines(const std::string& text);

}  // namespace tilts::cli
