#include "io/termination.h"

#include <signal.h>
#include <unistd.h>

#include <stop_token>
#include <utility>

namespace dynamo::cli {
namespace {

constexpr int kKilled = 128;   ///< plus the signal: how shells count it

sigset_t endings() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

TerminationWatch::TerminationWatch(std::function<void()> last_words) {
  const sigset_t set = endings();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([last_words = std::move(last_words)](const std::stop_token& over) {
    const sigset_t awaited = endings();
    int signal = 0;
    while (sigwait(&awaited, &signal) != 0) {
    }
    if (over.stop_requested()) return;
    last_words();
    // As PID 1 of a container the process would outlive the signal's own default.
    _exit(kKilled + signal);
  });
}

TerminationWatch::~TerminationWatch() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), SIGTERM);   // wakes the wait
  thread_.join();
  const sigset_t set = endings();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace dynamo::cli
