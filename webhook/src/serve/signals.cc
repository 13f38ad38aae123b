#include "serve/signals.h"

#include <signal.h>

namespace dynamo::webhook {
namespace {

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = awaited();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A client that goes away shows up as a failed write.
  signal(SIGPIPE, SIG_IGN);
}

bool Signals::wait(std::chrono::milliseconds at_most) const {
  const sigset_t set = awaited();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = std::chrono::nanoseconds(at_most - seconds).count();
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

}  // namespace dynamo::webhook
