// Poco 1.11 closes a PostgreSQL connection only while it is alive, so the one that a test breaks on purpose
// keeps its PGconn. Nothing else is forgiven.
extern "C" [[gnu::visibility("default")]] const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:PQconnectdb\n"; }
