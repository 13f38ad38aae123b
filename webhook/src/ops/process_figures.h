#pragma once

#include <cstdint>

namespace dynamo::webhook {

/// What the kernel says about this process.
struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_open_files = 0;
  double start_time = 0;   ///< seconds since 1970
};

[[nodiscard]] ProcessFigures process_figures();

}  // namespace dynamo::webhook
