#pragma once

#include <chrono>

namespace dynamo::webhook {

/// SIGTERM and SIGINT, taken from all threads that start afterwards and waited for instead.
class Signals {
 public:
  Signals();
  /// Waits for the next one; false when `at_most` went by.
  [[nodiscard]] bool wait(std::chrono::milliseconds at_most) const;
};

}  // namespace dynamo::webhook
