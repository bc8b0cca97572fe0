// Poco 1.11 closes a PostgreSQL connection only while it is alive, so the ones that tests break on purpose
// keep their PGconn, and the statements that were repeated on them are given up (gateway/targets/sql.cpp).
// Nothing else is forgiven.
extern "C" [[gnu::visibility("default")]] const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQconnectdb\nleak:libPocoDataPostgreSQL\nleak:SqlWriting\n";
}
