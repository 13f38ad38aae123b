#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "perf/engine.h"
#include "search/drop_log.h"
#include "search/schedules.h"
#include "search/search.h"

namespace dynamo::search {

/// What all layouts of one role share: tables, formats and the list of layouts.
struct Session {
  perf::Database database;
  const SystemSpec* system = nullptr;
  perf::Role role = perf::Role::kAggregated;
  QuantModes quant;
  std::vector<Parallelism> layouts;
  bool wide_experts = false;   ///< experts over several nodes were measured for this role, and a layout can have them
};

/// Errors: no tables, formats that are not measured.
[[nodiscard]] perf::Result<Session> open_session(const Scenario& scenario, const TableStore& tables, perf::Role role);
/// With a database that is open already, of the system, backend, version and mode of the scenario.
[[nodiscard]] perf::Result<Session> open_session(const Scenario& scenario, const perf::Database& database, perf::Role role);

/// Operators of one layout, with all-to-all kernels where they were measured. `accepted` drafts a decode step.
[[nodiscard]] perf::Result<perf::Engine> build_engine(const Scenario& scenario, const Session& session, const Parallelism& layout,
                                                      double accepted);

/// The latency limits that rows are looked for under; the error says why there are none.
[[nodiscard]] std::expected<std::vector<Limits>, std::string> limit_ladder(const Scenario& scenario);

/// Nobody waits for the outcome any more.
[[nodiscard]] inline bool cancelled(const Scenario& scenario) {
  return scenario.cancelled != nullptr && *scenario.cancelled && (*scenario.cancelled)();
}

[[nodiscard]] perf::Workload workload_of(const Scenario& scenario);
/// Output tokens of one decode step: more than 1 when drafts are accepted.
[[nodiscard]] double tokens_per_step(const Scenario& scenario);
[[nodiscard]] SearchSummary summary_of(const Scenario& scenario, ServingMode mode);

/// Identity of a worker; prediction fields stay empty.
[[nodiscard]] WorkerEstimate worker_of(const Session& session, const Parallelism& layout, int batch);

/// A layout that is not worth evaluating: over budget, or nothing the backend could start. Empty reason = go on.
[[nodiscard]] std::optional<DropLog::Break> layout_break(const Scenario& scenario, const Parallelism& layout);

/// Memory that does not fit, of a static or aggregated point.
template <typename Point>
[[nodiscard]] std::optional<DropLog::Break> memory_break(const Point& point, const SystemSpec& system) {
  constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
  if (point.oom) {
    return DropLog::Break{DropReason::kMemory, point.memory.total_gib(), system.mem_capacity_bytes / kBytesPerGib, {}};
  }
  if (point.kv_oom) return DropLog::Break{DropReason::kKvCache, point.memory.kv_cache_gib, point.kv_budget_gib, {}};
  return std::nullopt;
}

}  // namespace dynamo::search
