// The request service's own error codes (VISS guideline 2-10-1) and what each means for us.
#pragma once

#include <string>
#include <string_view>

#include "plugins/request_service/names.h"
#include "plugins/sdk/failure.h"

namespace tilts::request_service {

struct IvisError {
  // The hub's word, misspellings and all: it is the identifier.
  std::string_view name;
  enum class Then { fail, new_transaction, smaller_list } then = Then::fail;
  sdk::Code code = sdk::Code::bug;  // when it fails
  std::string next;                 // what to do about it, with the place to mend
};

// By the text of i:ErrorCode; a code that the guideline does not list is declined.
IvisError ivis_error(std::string_view code, const Service& service);

}  // namespace tilts::request_service
