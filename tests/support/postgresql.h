// A PostgreSQL server of a test's own: made in a temporary folder, reached over a socket in it, gone with the
// object and with the process. Its collation is Latvian, so that who relies on byte order must say so.
// Throws std::runtime_error when PostgreSQL is not installed: such a test fails, it is not skipped.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace tilts::support {

class PostgreSql {
 public:
  PostgreSql();
  ~PostgreSql();
  PostgreSql(const PostgreSql&) = delete;
  PostgreSql& operator=(const PostgreSql&) = delete;

  // A new empty database, as "postgresql:host=… user=… dbname=…".
  std::string fresh_database();

  // As after a power cut: connections break, nothing is flushed.
  void kill();
  void start();
  // The server ends every connection; who had one learns it at the next word.
  void cut_connections();

 private:
  void stop(int signal);
  int run(const std::vector<std::string>& command) const;
  pid_t spawn(const std::vector<std::string>& command) const;

  std::filesystem::path folder_;
  std::filesystem::path programs_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  pid_t server_ = 0;
  int databases_ = 0;
};

}  // namespace tilts::support
