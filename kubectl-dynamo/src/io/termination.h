#pragma once

#include <functional>
#include <thread>

namespace dynamo::cli {

/// While it lives, SIGTERM and SIGINT end the process through `last_words`, called on a thread of its own, and with the exit code that
/// shells give a program killed by the signal. Made before other threads, which inherit that the signals are held back.
class TerminationWatch {
 public:
  explicit TerminationWatch(std::function<void()> last_words);
  ~TerminationWatch();
  TerminationWatch(const TerminationWatch&) = delete;
  TerminationWatch& operator=(const TerminationWatch&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace dynamo::cli
