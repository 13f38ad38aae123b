#include "search/roles.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "search/any_row.h"
#include "search/factors.h"
#include "search/memo.h"
#include "search/parallel_for.h"
#include "search/rounding.h"

namespace dynamo::search {
namespace {

struct RolePlan {
  std::vector<int> batches;
  perf::StaticMode mode;
  double latency_factor;
  const char* name;
};

/// One prompt at a time keeps TTFT low; batching prompts is the scheduler's business.
RolePlan plan_of(perf::Role role) {
  if (role == perf::Role::kPrefill) return {{1}, perf::StaticMode::kContext, kPrefillLatencyFactor, "prefill"};
  return {decode_batches(), perf::StaticMode::kGeneration, kDecodeLatencyFactor, "decode"};
}

void round_point(perf::StaticPoint& point) {
  for (double* value : {&point.context_ms, &point.generation_ms, &point.ttft_ms, &point.tpot_ms,
                        &point.request_latency_ms, &point.concurrency, &point.seq_per_s, &point.seq_per_s_gpu,
                        &point.tokens_per_s, &point.tokens_per_s_gpu, &point.tokens_per_s_user}) {
    *value = round3(*value);
  }
}

/// A decode step that yields several tokens: latencies shrink and rates grow by the same factor.
void apply_drafts(perf::StaticPoint& point, double tokens_per_step, int osl) {
  point.tpot_ms /= tokens_per_step;
  point.generation_ms /= tokens_per_step;
  point.request_latency_ms = point.ttft_ms + point.tpot_ms * std::max(osl - 1, 0);
  for (double* rate : {&point.seq_per_s, &point.seq_per_s_gpu, &point.tokens_per_s, &point.tokens_per_s_gpu,
                       &point.tokens_per_s_user}) {
    *rate *= tokens_per_step;
  }
}

/// Ends the evaluation of a layout.
using Stop = std::function<bool(const RoleRow&)>;

RoleCandidates evaluated(const Scenario& scenario, const Session& session, const RolePlan& plan, const Parallelism& layout,
                         const Stop& stop = {}) {
  RoleCandidates out{{}, DropLog(ServingMode::kDisaggregated, scenario.backend, plan.name, scenario.keep_rejected)};
  const auto all = static_cast<std::int64_t>(plan.batches.size());
  // Drafts are applied to the rounded row, so the engine itself runs without accepted ones.
  const auto engine = build_engine(scenario, session, layout, 0);
  if (!engine) {
    out.drops.add(layout, 0, 0, {DropReason::kModel, 0, 0, engine.error().message}, all);
    return out;
  }
  const perf::Workload workload = workload_of(scenario);
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    const int batch = plan.batches[i];
    const auto rest = static_cast<std::int64_t>(plan.batches.size() - i);
    const auto point = engine->run_static(workload, batch, plan.mode, plan.latency_factor);
    if (!point) {
      const bool skip_one = point.error().kind == perf::ErrorKind::kMissingData;
      out.drops.add(layout, batch, 0, {DropReason::kNoData, 0, 0, point.error().message}, skip_one ? 1 : rest);
      if (!skip_one) break;
    } else if (auto broken = memory_break(*point, *session.system)) {
      out.drops.add(layout, batch, 0, std::move(*broken), rest);   // larger batches need more
      break;
    } else {
      out.rows.push_back(finish_row(worker_of(session, layout, batch), session.role, *point, tokens_per_step(scenario), scenario.osl));
      if (stop && stop(out.rows.back())) break;
    }
  }
  return out;
}

/// GPUs of the narrowest worker of that role that is wanted and has at most `gpus`. With `any`, of the first one.
std::optional<int> narrowest(const Scenario& scenario, const Session& session, const Stop& wanted, int gpus, bool any) {
  const RolePlan plan = plan_of(session.role);
  std::optional<int> best;
  for (const Parallelism& layout : session.layouts) {
    if (cancelled(scenario) || (any && best)) break;
    if (layout.gpus() > std::min(gpus, best.value_or(gpus)) || layout_break(scenario, layout)) continue;
    bool found = false;
    RoleCandidates candidates = evaluated(scenario, session, plan, layout, [&](const RoleRow& row) { return found = wanted(row); });
    if (found) {
      best = layout.gpus();
    } else {
      remember(scenario, session, layout, std::move(candidates));
    }
  }
  return best;
}

RoleCandidates run_layout(const Scenario& scenario, const Session& session, const RolePlan& plan, const Parallelism& layout) {
  if (auto broken = layout_break(scenario, layout)) {
    RoleCandidates out{{}, DropLog(ServingMode::kDisaggregated, scenario.backend, plan.name, scenario.keep_rejected)};
    out.drops.add(layout, 0, 0, std::move(*broken), static_cast<std::int64_t>(plan.batches.size()));
    return out;
  }
  return *remembered<RoleCandidates>(scenario, session, layout, [&] { return evaluated(scenario, session, plan, layout); });
}

}  // namespace

RoleRow finish_row(WorkerEstimate worker, perf::Role role, perf::StaticPoint point, double tokens_per_step, int osl) {
  round_point(point);
  if (role == perf::Role::kDecode && tokens_per_step != 1.0) {
    apply_drafts(point, tokens_per_step, osl);
    round_point(point);
  }
  RoleRow row{std::move(worker), point};
  row.worker.seq_per_s = point.seq_per_s;
  row.worker.memory = point.memory;
  row.worker.memory_gib = round3(point.memory.total_gib());
  return row;
}

RoleCandidates role_candidates(const Scenario& scenario, const Session& session) {
  const RolePlan plan = plan_of(session.role);
  const RoleCandidates none{{}, DropLog(ServingMode::kDisaggregated, scenario.backend, plan.name, scenario.keep_rejected)};
  std::vector<RoleCandidates> parts(session.layouts.size(), none);
  parallel_for(parts.size(), scenario.threads,
               [&](std::size_t i) {
                 if (!cancelled(scenario)) parts[i] = run_layout(scenario, session, plan, session.layouts[i]);
               });
  RoleCandidates all = none;
  for (RoleCandidates& part : parts) {
    all.rows.insert(all.rows.end(), std::make_move_iterator(part.rows.begin()), std::make_move_iterator(part.rows.end()));
    all.drops.append(std::move(part.drops));
  }
  return all;
}

bool any_pair_of_roles(const Scenario& scenario, const TableStore& tables, const std::function<bool(const RoleRow&)>& prefill,
                       const std::function<bool(const RoleRow&)>& decode) {
  const auto prefill_session = open_session(scenario, tables, perf::Role::kPrefill);
  const auto decode_session = open_session(scenario, tables, perf::Role::kDecode);
  if (!prefill_session || !decode_session) return false;
  const auto taken = narrowest(scenario, *prefill_session, prefill, scenario.total_gpus, false);
  return taken && narrowest(scenario, *decode_session, decode, scenario.total_gpus - *taken, true);
}

RoleOutcome search_roles(const Scenario& scenario, const TableStore& tables) {
  RoleOutcome outcome{{}, {}, summary_of(scenario, ServingMode::kDisaggregated)};
  const auto prefill = open_session(scenario, tables, perf::Role::kPrefill);
  const auto decode = open_session(scenario, tables, perf::Role::kDecode);
  if (!prefill || !decode) {
    outcome.summary.error = prefill ? decode.error().message : prefill.error().message;
    return outcome;
  }
  outcome.summary.version = prefill->database.version();
  outcome.summary.quant = prefill->quant;
  for (const Session* session : {&*prefill, &*decode}) {
    RoleCandidates found = role_candidates(scenario, *session);
    std::move(found.drops).append_to(outcome.summary);
    outcome.summary.feasible += static_cast<std::int64_t>(found.rows.size());
    (session == &*prefill ? outcome.prefill : outcome.decode) = std::move(found.rows);
  }
  outcome.summary.enumerated = total_dropped(outcome.summary.dropped) + outcome.summary.feasible;
  return outcome;
}

}  // namespace dynamo::search
