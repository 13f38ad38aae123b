#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/pick.h"

namespace dynamo {

/// What the user pays for a GPU, per hour, in any currency. No price is built in.
struct GpuPrices {
  std::optional<double> any;               ///< of every GPU not named below
  std::map<std::string, double> by_gpu;    ///< by system name

  [[nodiscard]] bool empty() const { return !any && by_gpu.empty(); }
  [[nodiscard]] std::optional<double> of(const std::string& system) const;
};

/// Adds one price as it is written on a command line: `2.49`, `2.49/h` or `h200_sxm=2.49`.
[[nodiscard]] std::expected<void, Diagnostics> add_gpu_price(std::string_view text, GpuPrices& prices);

struct Cost {
  double per_hour = 0;
  double per_million_tokens = 0;           ///< output tokens; infinite when none are made
};

/// `gpus` rented at `gpu_hour` each, which make `tokens_per_s` output tokens. The one formula.
[[nodiscard]] Cost cost_of(double gpu_hour, int gpus, double tokens_per_s);

/// Of a deployment for `request`: with a given request rate the tokens are those of that load, else all that it can make.
[[nodiscard]] Cost cost_of(double gpu_hour, int gpus, double tokens_per_s, const ValidatedRequest& request);
/// Of a deployed pick. Only its own GPUs are paid.
[[nodiscard]] Cost cost_of(double gpu_hour, const Pick& pick, const ValidatedRequest& request);

}  // namespace dynamo
