#include <algorithm>
#include <functional>
#include <ranges>

#include "search/any_row.h"
#include "search/drop_log.h"
#include "search/explicit.h"
#include "search/memo.h"
#include "search/parallel_for.h"
#include "search/rounding.h"
#include "search/selection.h"
#include "search/session.h"

namespace dynamo::search {
namespace {

using Candidate = AggregatedRow;

/// What fits the memory on one layout, and what does not.
struct Evaluated {
  explicit Evaluated(const Scenario& scenario)
      : drops(ServingMode::kAggregated, scenario.backend, "agg", scenario.keep_rejected) {}
  std::vector<Candidate> candidates;
  DropLog drops;
};

/// Everything one layout led to.
struct LayoutResult {
  std::shared_ptr<const Evaluated> evaluated;
  std::vector<std::size_t> kept;   ///< of its candidates
  std::int64_t feasible = 0;
  DropLog drops;
};

Estimate row_of(const Session& session, const Parallelism& layout, int batch, int ctx_tokens,
                const perf::AggregatedPoint& point) {
  Estimate row;
  row.mode = ServingMode::kAggregated;
  row.decode = worker_of(session, layout, batch);
  row.decode.memory = point.memory;
  row.decode.memory_gib = round3(point.memory.total_gib());
  row.decode.seq_per_s = round3(point.seq_per_s);
  row.ttft_ms = round3(point.ttft_ms);
  row.tpot_ms = round3(point.tpot_ms);
  row.request_latency_ms = round3(point.request_latency_ms);
  row.concurrency = round3(point.concurrency);
  row.seq_per_s = round3(point.seq_per_s);
  row.tokens_per_s = round3(point.tokens_per_s);
  row.tokens_per_s_gpu = round3(point.tokens_per_s_gpu);
  row.tokens_per_s_user = round3(point.tokens_per_s_user);
  row.gpus = layout.gpus();
  row.ctx_tokens = ctx_tokens;
  row.num_ctx_reqs = point.num_ctx_reqs;
  row.num_gen_reqs = point.num_gen_reqs;
  row.num_tokens = point.num_tokens;
  row.gen_tokens = point.gen_tokens;
  row.balance_score = round3(point.balance_score);
  return row;
}

class LayoutSearch {
 public:
  LayoutSearch(const Scenario& scenario, const Session& session, const std::vector<AggregatedLoad>& loads,
               const std::vector<Limits>& ladder)
      : scenario_(scenario), session_(session), loads_(loads), ladder_(ladder) {}

  /// `any_aggregated_row` for one layout.
  [[nodiscard]] bool hands_out(const Parallelism& layout, const Wanted& wanted, const std::optional<Limits>& decisive) const {
    if (layout_break(scenario_, layout)) return false;
    bool found = false;
    Evaluated result = evaluated(layout, [&](const Candidate& candidate) {
      return found = decisive && within(candidate, *decisive) && wanted.row(candidate.row);
    });
    if (found) return true;
    const Selection selection = select(fastest_first(result.candidates), ladder_);
    found = std::ranges::any_of(selection.kept, [&](std::size_t i) { return wanted.row(result.candidates[i].row); });
    remember(scenario_, session_, layout, std::move(result));
    return found;
  }

  [[nodiscard]] LayoutResult run(const Parallelism& layout) const {
    if (auto broken = layout_break(scenario_, layout)) {
      auto nothing = std::make_shared<Evaluated>(scenario_);
      nothing->drops.add(layout, 0, 0, std::move(*broken), static_cast<std::int64_t>(loads_.size()));
      return settled(std::move(nothing));
    }
    return settled(remembered<Evaluated>(scenario_, session_, layout, [&] { return evaluated(layout); }));
  }

 private:
  /// Ends the evaluation of a layout.
  using Stop = std::function<bool(const Candidate&)>;

  /// All that does not depend on targets.
  [[nodiscard]] Evaluated evaluated(const Parallelism& layout, const Stop& stop = {}) const {
    Evaluated result(scenario_);
    const auto engine = build_engine(scenario_, session_, layout, scenario_.nextn > 0 ? scenario_.nextn_accepted : 0);
    if (engine) {
      evaluate(*engine, layout, stop, result);
    } else {
      result.drops.add(layout, 0, 0, {DropReason::kModel, 0, 0, engine.error().message}, static_cast<std::int64_t>(loads_.size()));
    }
    return result;
  }

  /// Memory grows with batch and budget, so what lies beyond a point that does not fit is not evaluated.
  void evaluate(const perf::Engine& engine, const Parallelism& layout, const Stop& stop, Evaluated& result) const {
    const perf::Workload workload = workload_of(scenario_);
    int full_at = std::numeric_limits<int>::max();   // prefill tokens per step at which memory ran out
    std::optional<DropLog::Break> full;
    for (const AggregatedLoad& load : loads_) {
      if (load.ctx_tokens >= full_at) {
        result.drops.add(layout, load.batch, load.ctx_tokens, *full);
        continue;
      }
      const auto point = engine.run_aggregated(workload, load.batch, load.ctx_tokens);
      if (!point && point.error().kind != perf::ErrorKind::kMissingData) {
        reject_all(layout, point.error().message, result);
        return;
      }
      if (!point) {
        result.drops.add(layout, load.batch, load.ctx_tokens, {DropReason::kNoData, 0, 0, point.error().message});
      } else if (auto broken = memory_break(*point, *session_.system)) {
        full_at = load.ctx_tokens;
        full = broken;
        result.drops.add(layout, load.batch, load.ctx_tokens, std::move(*broken));
      } else {
        result.candidates.push_back({row_of(session_, layout, load.batch, load.ctx_tokens, *point), point->ttft_ms,
                                     point->tpot_ms});
        if (stop && stop(result.candidates.back())) return;
      }
    }
  }

  /// An error that is no missing measurement speaks against the layout as a whole.
  void reject_all(const Parallelism& layout, const std::string& why, Evaluated& result) const {
    result = Evaluated(scenario_);
    result.drops.add(layout, 0, 0, {DropReason::kNoData, 0, 0, why}, static_cast<std::int64_t>(loads_.size()));
  }

  /// Every candidate ends up as a row or in the log.
  [[nodiscard]] LayoutResult settled(std::shared_ptr<const Evaluated> evaluated) const {
    const std::vector<Candidate>& candidates = evaluated->candidates;
    LayoutResult result{evaluated, {}, 0, evaluated->drops};
    Selection selection = select(fastest_first(candidates), ladder_);
    const Limits widest = loosest(ladder_);
    for (std::size_t i = 0; i < candidates.size(); ++i) classify(candidates[i], selection.taken[i], selection, widest, result);
    result.kept = std::move(selection.kept);
    return result;
  }

  /// Tokens/s/GPU of the slowest row that was preferred to `candidate` under a limit that both keep.
  [[nodiscard]] double rate_to_beat(const Candidate& candidate, const Selection& selection) const {
    for (std::size_t i = 0; i < ladder_.size(); ++i) {
      if (within(candidate, ladder_[i])) return selection.slowest[i];
    }
    return 0;
  }

  void classify(const Candidate& candidate, bool taken, const Selection& selection, const Limits& widest,
                LayoutResult& result) const {
    const Estimate& row = candidate.row;
    const auto drop = [&](DropReason reason, double value, double limit) {
      result.drops.add(row.decode.parallel, row.decode.batch, row.ctx_tokens, {reason, value, limit, {}});
    };
    const auto& end_to_end = scenario_.request_latency_ms;
    if (end_to_end && !taken && row.request_latency_ms > *end_to_end) {
      drop(DropReason::kRequestLatency, row.request_latency_ms, *end_to_end);
    } else if (candidate.ttft_ms > widest.ttft_ms) {
      drop(DropReason::kTtft, row.ttft_ms, widest.ttft_ms);
    } else if (const double limit = scenario_.tpot_ms.value_or(widest.tpot_ms); !end_to_end && row.tpot_ms > limit) {
      drop(DropReason::kItl, row.tpot_ms, limit);
    } else if (!taken) {
      drop(DropReason::kDominated, row.tokens_per_s_gpu, rate_to_beat(candidate, selection));
    } else {
      ++result.feasible;
    }
  }

  const Scenario& scenario_;
  const Session& session_;
  const std::vector<AggregatedLoad>& loads_;
  const std::vector<Limits>& ladder_;
};

std::vector<AggregatedLoad> loads_of(const Scenario& scenario) {
  return aggregated_loads(scenario.isl, scenario.osl, scenario.chunked_prefill, tokens_per_step(scenario) != 1.0);
}

/// The widest limits of the ladder that lie within `limits`.
std::optional<Limits> widest_within(const std::vector<Limits>& ladder, const Limits& limits) {
  std::optional<Limits> widest;
  for (const Limits& rung : ladder) {
    const bool inside = rung.ttft_ms <= limits.ttft_ms && rung.tpot_ms <= limits.tpot_ms;
    if (inside && (!widest || rung.tpot_ms > widest->tpot_ms)) widest = rung;
  }
  return widest;
}

}  // namespace

Estimate aggregated_row(const Session& session, const Parallelism& layout, int batch, int ctx_tokens,
                        const perf::AggregatedPoint& point) {
  return row_of(session, layout, batch, ctx_tokens, point);
}

Outcome search_aggregated(const Scenario& scenario, const TableStore& tables) {
  Outcome outcome{{}, summary_of(scenario, ServingMode::kAggregated), nullptr, false};
  const auto ladder = limit_ladder(scenario);
  const auto session = open_session(scenario, tables, perf::Role::kAggregated);
  if (!ladder || !session) {
    outcome.summary.error = session ? ladder.error() : session.error().message;
    return outcome;
  }
  outcome.summary.version = session->database.version();
  outcome.summary.quant = session->quant;

  const auto loads = loads_of(scenario);
  const LayoutSearch search(scenario, *session, loads, *ladder);
  std::vector<std::optional<LayoutResult>> results(session->layouts.size());
  parallel_for(results.size(), scenario.threads, [&](std::size_t i) {
    if (!cancelled(scenario)) results[i] = search.run(session->layouts[i]);
  });
  std::erase_if(results, [](const auto& result) { return !result.has_value(); });

  for (auto& result : results) {
    for (const std::size_t i : result->kept) outcome.rows.push_back(result->evaluated->candidates[i].row);
    std::move(result->drops).append_to(outcome.summary);
    outcome.summary.feasible += result->feasible;
  }
  outcome.memory_bound = outcome.rows.empty() && memory_alone(outcome.summary.dropped);
  std::ranges::stable_sort(outcome.rows, std::ranges::greater{}, &Estimate::tokens_per_s_gpu);
  outcome.summary.enumerated = total_dropped(outcome.summary.dropped) + outcome.summary.feasible;
  if (scenario.keep_evaluations) {
    auto kept = std::make_shared<Evaluations>();
    for (const auto& result : results) kept->aggregated.emplace_back(result->evaluated, &result->evaluated->candidates);
    outcome.evaluations = std::move(kept);
  }
  return outcome;
}

bool any_aggregated_row(const Scenario& scenario, const TableStore& tables, const Wanted& wanted) {
  const auto ladder = limit_ladder(scenario);
  const auto session = open_session(scenario, tables, perf::Role::kAggregated);
  if (!ladder || !session) return false;
  const auto loads = loads_of(scenario);
  const LayoutSearch search(scenario, *session, loads, *ladder);
  const auto decisive = wanted.faster_is_enough ? widest_within(*ladder, wanted.limits) : std::nullopt;
  return std::ranges::any_of(session->layouts | std::views::reverse, [&](const Parallelism& layout) {
    return !cancelled(scenario) && search.hands_out(layout, wanted, decisive);
  });
}

}  // namespace dynamo::search
