#include "search/explicit.h"

#include "search/compose.h"
#include "search/factors.h"
#include "search/roles.h"

namespace dynamo::search {

perf::Result<AggregatedAnswer> evaluate_aggregated(const Scenario& scenario, const Session& session, const Parallelism& layout,
                                                   int batch, int ctx_tokens) {
  const auto engine = build_engine(scenario, session, layout, scenario.nextn > 0 ? scenario.nextn_accepted : 0);
  if (!engine) return std::unexpected(engine.error());
  const auto point = engine->run_aggregated(workload_of(scenario), batch, ctx_tokens);
  if (!point) return std::unexpected(point.error());
  return AggregatedAnswer{aggregated_row(session, layout, batch, ctx_tokens, *point), memory_break(*point, *session.system)};
}

perf::Result<RoleAnswer> evaluate_role(const Scenario& scenario, const Session& session, const Parallelism& layout, int batch) {
  const bool prefill = session.role == perf::Role::kPrefill;
  const auto engine = build_engine(scenario, session, layout, 0);
  if (!engine) return std::unexpected(engine.error());
  const auto mode = prefill ? perf::StaticMode::kContext : perf::StaticMode::kGeneration;
  const double factor = prefill ? kPrefillLatencyFactor : kDecodeLatencyFactor;
  const auto point = engine->run_static(workload_of(scenario), batch, mode, factor);
  if (!point) return std::unexpected(point.error());
  return RoleAnswer{finish_row(worker_of(session, layout, batch), session.role, *point, tokens_per_step(scenario), scenario.osl),
                    memory_break(*point, *session.system)};
}

}  // namespace dynamo::search
