// What a database library threw becomes the store's Error: one sentence, no values of rows (PostgreSQL
// repeats them in its details).
#pragma once

#include <string>

namespace tilts::store {

// Call it inside a catch block. An Error, and anything that is no database's exception, is rethrown as it is.
// `place` names the store ("store: var/tilts.db"); `connected` is false when the session lost its server.
[[noreturn]] void rethrow(const std::string& place, bool connected);

}  // namespace tilts::store
