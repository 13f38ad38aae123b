#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dynamo::perf {

/// Searches in ascending keys. The curves of one table mostly have the same keys, so the place of the last answer is tried first.
class KeySearch {
 public:
  /// Index of the first key that is not below `x`; the number of keys when all are.
  [[nodiscard]] std::size_t first_not_below(std::span<const std::uint32_t> keys, double x) {
    if (last_ == 0 || last_ >= keys.size() || !(keys[last_ - 1] < x && x <= keys[last_])) {
      last_ = static_cast<std::size_t>(
          std::ranges::lower_bound(keys, x, {}, [](std::uint32_t key) { return static_cast<double>(key); }) - keys.begin());
    }
    return last_;
  }

 private:
  std::size_t last_ = 0;
};

}  // namespace dynamo::perf
