#include "tests/support/postgresql.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tilts::support {
namespace {

std::filesystem::path find_programs() {
  std::filesystem::path newest;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none))
    if (std::filesystem::exists(version.path() / "bin/initdb") && version.path() > newest)
      newest = version.path();
  if (newest.empty()) throw std::runtime_error("PostgreSQL is not installed: apt-get install postgresql");
  return newest / "bin";
}

}  // namespace

PostgreSql::PostgreSql() : programs_(find_programs()), user_(geteuid()), group_(getegid()) {
  char pattern[] = "/tmp/tilts-postgresql-XXXXXX";  // short: a socket's path has 107 bytes
  if (mkdtemp(pattern) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  if (user_ == 0) {  // initdb refuses root
    const passwd* const account = getpwnam("postgres");
    if (account == nullptr) throw std::runtime_error("there is no user postgres to run the server as");
    user_ = account->pw_uid;
    group_ = account->pw_gid;
    if (chown(pattern, user_, group_) != 0) throw std::runtime_error("the folder cannot be handed over");
  }
  if (run({programs_ / "initdb", "-D", folder_ / "data", "-A", "trust", "-U", "tilts", "-E", "UTF8",
           "--no-sync", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=lv-LV"}) != 0)
    throw std::runtime_error("initdb failed");
  start();
}

PostgreSql::~PostgreSql() {
  stop(SIGQUIT);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgreSql::fresh_database() {
  const std::string name = "tilts_" + std::to_string(++databases_);
  if (run({programs_ / "createdb", "-h", folder_, "-U", "tilts", name}) != 0)
    throw std::runtime_error("createdb failed");
  return "postgresql:host=" + folder_.string() + " user=tilts dbname=" + name;
}

void PostgreSql::start() {
  if (server_ != 0) return;
  // Without fsync: the machine goes on when the server is killed, and a test's server is started often.
  server_ = spawn({programs_ / "postgres", "-D", folder_ / "data", "-k", folder_, "-c",
                   "listen_addresses=", "-c", "fsync=off"});
  for (int attempt = 0; attempt < 600; ++attempt) {
    if (run({programs_ / "pg_isready", "-q", "-h", folder_, "-U", "tilts"}) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  stop(SIGQUIT);
  throw std::runtime_error("the PostgreSQL server did not start");
}

void PostgreSql::cut_connections() {
  if (run({programs_ / "psql", "-h", folder_, "-U", "tilts", "-d", "postgres", "-c",
           "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
           " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"}) != 0)
    throw std::runtime_error("the connections were not ended");
}

void PostgreSql::kill() { stop(SIGQUIT); }

void PostgreSql::stop(int signal) {
  if (server_ == 0) return;
  ::kill(server_, signal);
  waitpid(server_, nullptr, 0);
  server_ = 0;
}

int PostgreSql::run(const std::vector<std::string>& command) const {
  int status = -1;
  const pid_t child = spawn(command);
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A child of the server's user, ended when this process ends, its words in the folder's log.
pid_t PostgreSql::spawn(const std::vector<std::string>& command) const {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string log = folder_ / "log";
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(group_) != 0 || setuid(user_) != 0)) _exit(127);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (chdir("/") != 0) _exit(127);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace tilts::support
