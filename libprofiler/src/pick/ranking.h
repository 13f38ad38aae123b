#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "pick/pickers.h"

namespace dynamo::pick {

/// How a row would be deployed: a pick without its unit.
struct Placement {
  int replicas = 1;
  int gpus_used = 0;
  double tokens_per_s_gpu_cluster = 0;
  double load_served_percent = 100;
};

/// One row with the numbers it is ranked by.
struct Candidate {
  const Estimate* row = nullptr;
  Placement pick;
  double violation = 0;    ///< how far beyond the targets, as a fraction of them; 0 = meets all
  double units = 1;        ///< load match: needed for the whole load
};

/// Candidates in the order of the rows, with violations; rows larger than the budget or with non-finite numbers are left out.
[[nodiscard]] std::vector<Candidate> candidates_of(const Rows& rows, const Target& target);

/// Keeps those that meet the targets. If none does, keeps all and returns true.
[[nodiscard]] bool keep_feasible(std::vector<Candidate>& candidates);

/// Of a TTFT over its target: rows are rounded after the search checked them, ms.
inline constexpr double kRounding = 0.0005;

/// The latency that is promised to the user: request latency where that is the target, else ITL.
[[nodiscard]] double promised_latency(const Estimate& row, const Target& target);

using Better = std::function<bool(const Candidate&, const Candidate&)>;

/// The best candidate of every (decode) layout by `group`, the first on ties; then all by `order`, cut to the best `top_n`.
[[nodiscard]] std::vector<Pick> best_per_layout(std::vector<Candidate> candidates, const Better& group, const Better& order,
                                                int top_n);

/// Fills the reasons of all but the first.
void explain(std::vector<Pick>& picks, const Target& target);

}  // namespace dynamo::pick
