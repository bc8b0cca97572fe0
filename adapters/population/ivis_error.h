// The request service's own error codes (VISS guideline 2-10-1) and what each means for us.
#pragma once

#include <string_view>

#include "plugins/sdk/failure.h"

namespace tilts::population {

struct IvisError {
  std::string_view name;  // the registry's word, misspellings and all: it is the identifier
  enum class Then { fail, new_transaction, smaller_list } then = Then::fail;
  sdk::Code code = sdk::Code::bug;  // when it fails
  std::string_view next;            // what to do about it
};

// By the text of i:ErrorCode; a code that the guideline does not list is declined.
IvisError ivis_error(std::string_view code);

}  // namespace tilts::population
