// What was overwritten in a SQLite store is still in its write-ahead log, until that is emptied.
#pragma once

namespace tilts::store {

class Connection;

// Moves the log into the store and the keys' file, and empties it. False: somebody was reading all the time;
// say it again later. PostgreSQL has no file of ours: nothing is done.
bool scrub(const Connection& connection);

}  // namespace tilts::store
