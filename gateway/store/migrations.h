// The store's schema in numbered steps, forward only. A step that was released is never edited.
#pragma once

#include "gateway/store/session.h"

namespace tilts::store {

// The step this program knows.
int schema_version();
// What the store is at; 0: nothing there yet.
int schema_version(Session& session, bool sqlite);
// Applies what is missing, inside the caller's transaction. Throws Error(config) when the store is newer.
void migrate(Transaction& transaction, bool sqlite);
// For readers: throws Error(config) unless the store is exactly at schema_version().
void demand_schema(Session& session, bool sqlite);

}  // namespace tilts::store
