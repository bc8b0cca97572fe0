#include "tests/contract/fixture.h"

namespace tilts::store {

support::PostgreSql& postgresql() {
  static support::PostgreSql server;
  return server;
}

}  // namespace tilts::store
