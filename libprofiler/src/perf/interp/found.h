#pragma once

#include <cstdint>

namespace dynamo::perf {

/// How a number was obtained from a table.
enum class Method { kLookedUp, kInterpolated, kExtrapolated };

/// A latency read from a table, or why there is none.
struct Found {
  enum class Status { kOk, kMiss };
  Status status = Status::kMiss;
  Method method = Method::kLookedUp;
  double ms = 0;
  const char* reason = "";   ///< of a miss

  [[nodiscard]] bool ok() const { return status == Status::kOk; }
  static Found at(double ms, Method method) { return {Status::kOk, method, ms, ""}; }
  static Found miss(const char* reason) { return {Status::kMiss, Method::kLookedUp, 0, reason}; }
};

}  // namespace dynamo::perf
