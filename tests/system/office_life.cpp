#include "tests/system/office_life.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <thread>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/registries/registries.h"

namespace tilts::system_test {

using std::chrono::microseconds;
using std::chrono::steady_clock;

// What the child tells, in memory that outlives it.
struct Life::Page {
  std::atomic<int64_t> ready{-1};  // microseconds
};

Life::Life(QueueOffice& office, const LifePlan& plan)
    : page_([] {
        void* const page =
            mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw std::runtime_error("no memory to share");
        return new (page) Page;
      }()),
      born_(steady_clock::now()),
      process_(fork()) {
  if (process_ < 0) throw std::runtime_error("fork failed");
  if (process_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    live(office, plan);
  } catch (const Error&) {
    _exit(refused);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a life ended by %s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

Life::~Life() {
  kill();
  munmap(page_, sizeof(Page));
}

void Life::live(QueueOffice& office, const LifePlan& plan) const {
  if (plan.first) plan.first();
  config::Configuration configuration = office.configuration();
  if (plan.journal) configuration.send_journal = *plan.journal;
  store::Store store({.connection = configuration.store.connection,
                      .master_key = configuration.master_key,
                      .checkpoints = configuration.checkpoints_folder},
                     office.clock());
  const registries::Registries registries(configuration, office.clock());
  push::SubmissionRunner runner(configuration, store, registries, office.clock());
  page_->ready = std::chrono::duration_cast<microseconds>(steady_clock::now() - born_).count();
  if (plan.when_ready) plan.when_ready();
  for (int round = 0; round < plan.rounds; ++round) runner.round({});
}

void Life::take(int status) {
  ended_ = true;
  status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool Life::ended_within(microseconds time) {
  for (const auto deadline = steady_clock::now() + time; !ended_;) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) != 0)
      take(status);
    else if (steady_clock::now() >= deadline)
      break;
    else
      std::this_thread::sleep_for(microseconds{200});
  }
  return ended_;
}

void Life::kill() {
  if (ended_) return;
  ::kill(process_, SIGKILL);
  wait();
}

void Life::stop() {
  if (ended_) return;
  ::kill(process_, SIGSTOP);
  stopped_by_itself();
}

bool Life::stopped_by_itself() {
  if (ended_) return false;
  int status = 0;
  waitpid(process_, &status, WUNTRACED);
  if (WIFSTOPPED(status)) return true;
  take(status);
  return false;
}

void Life::go_on() {
  if (!ended_) ::kill(process_, SIGCONT);
}

int Life::wait() {
  if (!ended_) {
    int status = 0;
    waitpid(process_, &status, 0);
    take(status);
  }
  return status_;
}

std::optional<microseconds> Life::ready() const {
  if (page_->ready < 0) return std::nullopt;
  return microseconds{page_->ready};
}

}  // namespace tilts::system_test
