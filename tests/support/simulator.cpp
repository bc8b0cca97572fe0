#include "tests/support/simulator.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <curl/curl.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/handle.h"

extern char** environ;

namespace tilts::support {
namespace {

constexpr std::chrono::seconds patience{60};

size_t collect(char* data, size_t, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, count);
  return count;
}

std::string call(int port, const char* method, std::string_view path, std::string_view body) {
  const Handle<CURL, curl_easy_cleanup> curl(curl_easy_init());
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + std::string(path);
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  if (!body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, body.data());
  }
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status != 200)
    throw std::runtime_error("simulator: " + std::string(method) + " " + std::string(path) + ": " +
                             (code != CURLE_OK ? curl_easy_strerror(code) : answer.c_str()));
  return answer;
}

int port_named(const std::string& ports, const std::string& name) {
  const std::size_t at = ports.find(name + "=");
  if (at == std::string::npos) throw std::runtime_error("simulator: no port " + name + " in " + ports);
  return std::stoi(ports.substr(at + name.size() + 1));
}

}  // namespace

Simulator::Simulator(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  const std::filesystem::path port_file = folder_.path() / "ports";
  std::vector<std::string> words{program.string(), "--with-parent", "--listen",    "127.0.0.1:0",
                                 "--control",      "127.0.0.1:0",   "--port-file", port_file.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  // That it is ready is in the port file; of what a test prints, only what failed is to be read.
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int spawned = posix_spawn(&process_, program.c_str(), &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (spawned != 0) throw std::runtime_error("simulator: cannot start " + program.string());

  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!std::filesystem::exists(port_file)) {
    if (waitpid(process_, nullptr, WNOHANG) != 0) {
      process_ = -1;
      throw std::runtime_error("simulator: it ended before it was ready; its own sentence is above");
    }
    if (std::chrono::steady_clock::now() > deadline) {
      stop();
      throw std::runtime_error("simulator: not ready in a minute");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string ports = read_file(port_file);
  port_ = port_named(ports, "listen");
  control_port_ = port_named(ports, "control");
}

Simulator::~Simulator() { stop(); }

std::string Simulator::endpoint() const {
  return "https://127.0.0.1:" + std::to_string(port_) + "/population";
}

std::string Simulator::get(std::string_view path) const { return call(control_port_, "GET", path, ""); }

std::string Simulator::post(std::string_view path, std::string_view json) const {
  return call(control_port_, "POST", path, json);
}

std::string Simulator::remove(std::string_view path) const { return call(control_port_, "DELETE", path, ""); }

long Simulator::counter(std::string_view name) const {
  const std::string counters = get("/counters");
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t at = counters.find(key);
  if (at == std::string::npos) throw std::runtime_error("simulator: no counter " + std::string(name));
  return std::stol(counters.substr(at + key.size()));
}

void Simulator::advance(int nights) const { post("/advance", "{\"nights\":" + std::to_string(nights) + "}"); }

// Fields 14 and 15 of /proc/PID/stat, after the name in brackets.
double Simulator::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(process_) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int Simulator::stop() {
  if (process_ <= 0) return 0;
  kill(process_, SIGTERM);
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tilts::support
