#include <bit>
#include <limits>
#include <map>

#include <gmock/gmock.h>

#include "pick/rows.h"
#include "search/factors.h"
#include "search/reselection.h"
#include "search/session.h"
#include "unit/decide/requests.h"

// Every point that a search rejects carries a reason and a number; here each is worked out again, one engine run a point.

namespace dynamo::search {
namespace {

class Rejected : public testing::TestWithParam<Backend> {
 protected:
  Rejected() : spec_(toy::system()), model_(toy::model()) {
    packs_.add(GetParam(), "1.0.0", toy::whole_set("lane", 0.5));
    spec_.mem_capacity_bytes = 6 * toy::kGib;   // so that memory matters
    scenario_.model = &model_;
    scenario_.system = &spec_;
    scenario_.backend = GetParam();
    scenario_.isl = 2048;
    scenario_.osl = 256;
    scenario_.ttft_ms = 12;
    scenario_.tpot_ms = 1.5;
    scenario_.total_gpus = 4;
    scenario_.context_parallel = false;
    scenario_.keep_evaluations = true;
    scenario_.keep_rejected = true;
  }

  [[nodiscard]] perf::Result<perf::Engine> engine_of(const Infeasible& drop, perf::Role role) const {
    const auto session = open_session(scenario_, packs_.store(), role);
    return build_engine(scenario_, *session, drop.parallel, 0);
  }

  /// The same counts per reason, whether told by layout or by point.
  static void expect_same_counts(const SearchSummary& summary) {
    std::map<DropReason, std::int64_t> by_layout, by_point;
    for (const Infeasible& drop : summary.dropped) by_layout[drop.reason] += drop.count;
    for (const Infeasible& drop : summary.rejected) by_point[drop.reason] += drop.count;
    EXPECT_EQ(by_layout, by_point);
    std::int64_t total = summary.feasible;
    for (const auto& [reason, count] : by_point) total += count;
    EXPECT_EQ(total, summary.enumerated);
  }

  SystemSpec spec_;
  ModelSpec model_;
  toy::Packs packs_;
  Scenario scenario_;
};

TEST_P(Rejected, AggregatedPointsHaveAReasonThatCanBeWorkedOutAgain) {
  const Outcome outcome = search_aggregated(scenario_, packs_.store());
  expect_same_counts(outcome.summary);
  std::map<DropReason, int> seen;
  for (const Infeasible& drop : outcome.summary.rejected) {
    ++seen[drop.reason];
    if (drop.reason == DropReason::kBudget) {
      EXPECT_EQ(drop.value, drop.parallel.gpus());
      EXPECT_GT(drop.value, scenario_.total_gpus);
      continue;
    }
    const auto engine = engine_of(drop, perf::Role::kAggregated);
    if (drop.reason == DropReason::kModel) {
      EXPECT_TRUE(!engine.has_value() || layout_break(scenario_, drop.parallel).has_value());
      EXPECT_FALSE(drop.detail.empty());
      continue;
    }
    ASSERT_TRUE(engine.has_value());
    const auto point = engine->run_aggregated(workload_of(scenario_), drop.batch, drop.ctx_tokens);
    ASSERT_TRUE(point.has_value());
    switch (drop.reason) {
      case DropReason::kMemory:
        EXPECT_GE(point->memory.total_gib(), drop.value);   // the number is that of the smallest point that broke
        EXPECT_GE(drop.value, drop.limit);
        EXPECT_NEAR(drop.limit, 6, 1e-9);
        break;
      case DropReason::kKvCache:
        EXPECT_TRUE(point->kv_oom || point->oom);
        EXPECT_GT(drop.value, drop.limit);
        break;
      case DropReason::kTtft:
        EXPECT_NEAR(point->ttft_ms, drop.value, 0.0006);
        EXPECT_GT(point->ttft_ms, *scenario_.ttft_ms);
        break;
      case DropReason::kItl:
        EXPECT_NEAR(point->tpot_ms, drop.value, 0.0006);
        EXPECT_GT(drop.value, *scenario_.tpot_ms);
        break;
      case DropReason::kDominated:
        EXPECT_NEAR(point->tokens_per_s_gpu, drop.value, 0.0006);
        EXPECT_GE(drop.limit, drop.value);
        break;
      default: ADD_FAILURE() << "unexpected reason " << name_of(drop.reason);
    }
  }
  EXPECT_GT(seen[DropReason::kTtft], 0);
  EXPECT_GT(seen[DropReason::kItl], 0);
  EXPECT_GT(seen[DropReason::kMemory] + seen[DropReason::kKvCache], 0);
}

TEST_P(Rejected, WorkersOfOneRoleHaveAReasonThatCanBeWorkedOutAgain) {
  const Outcome outcome = search_disaggregated(scenario_, packs_.store());
  expect_same_counts(outcome.summary);
  for (const Infeasible& drop : outcome.summary.rejected) {
    const bool prefill = drop.role == "prefill";
    if (drop.reason != DropReason::kTtft && drop.reason != DropReason::kItl) continue;
    const auto engine = engine_of(drop, prefill ? perf::Role::kPrefill : perf::Role::kDecode);
    ASSERT_TRUE(engine.has_value());
    if (drop.reason == DropReason::kTtft) {
      const auto point = engine->run_static(workload_of(scenario_), drop.batch, perf::StaticMode::kContext, kPrefillLatencyFactor);
      ASSERT_TRUE(point.has_value());
      EXPECT_NEAR(point->ttft_ms * kTtftQueueing, drop.value, 0.001);
      EXPECT_GT(drop.value, *scenario_.ttft_ms);
    } else {
      const auto point = engine->run_static(workload_of(scenario_), drop.batch, perf::StaticMode::kGeneration, kDecodeLatencyFactor);
      ASSERT_TRUE(point.has_value());
      EXPECT_NEAR(point->tpot_ms, drop.value, 0.001);
      EXPECT_GT(drop.value, *scenario_.tpot_ms);
    }
  }
}

/// What a search may say of a pair of workers, worked out from the two alone.
class PairOf {
 public:
  PairOf(const RoleRow& prefill, const RoleRow& decode, const Scenario& scenario)
      : prefill_(prefill), decode_(decode), scenario_(scenario) {}

  [[nodiscard]] DropReason reason() const {
    const Parallelism &prefill = prefill_.worker.parallel, &decode = decode_.worker.parallel;
    if (scenario_.backend == Backend::kSglang && prefill.tp != decode.tp) return DropReason::kModel;
    if (best_rate() == 0) return DropReason::kBudget;
    if (scenario_.request_latency_ms && latency_ms() > *scenario_.request_latency_ms) return DropReason::kRequestLatency;
    return DropReason::kDominated;   // or a row
  }

  [[nodiscard]] double latency_ms() const {
    return prefill_.point.ttft_ms * kTtftQueueing + decode_.point.tpot_ms * (scenario_.osl - 1);
  }

  /// Tokens/s/GPU of the best unit, all counts of workers tried; 0 = none has 1, 2, 4 or 8 GPUs within the budget.
  [[nodiscard]] double best_rate() const {
    double best = 0;
    for (int p = 1; p <= scenario_.total_gpus; ++p) {
      for (int d = 1; d <= scenario_.total_gpus; ++d) {
        const int gpus = p * prefill_.worker.parallel.gpus() + d * decode_.worker.parallel.gpus();
        if (gpus > scenario_.total_gpus || !std::has_single_bit(static_cast<unsigned>(gpus))) continue;
        best = std::max(best, scenario_.osl / static_cast<double>(gpus) *
                                  std::min(p * prefill_.worker.seq_per_s * kPrefillUtilisation,
                                           d * decode_.worker.seq_per_s * kDecodeUtilisation));
      }
    }
    return best;
  }

 private:
  const RoleRow &prefill_, &decode_;
  const Scenario& scenario_;
};

TEST_P(Rejected, PairsHaveAReasonThatCanBeWorkedOutAgain) {
  spec_.mem_capacity_bytes = 40 * toy::kGib;   // room for both roles on every backend
  for (const bool end_to_end : {false, true}) {
    if (end_to_end) scenario_.request_latency_ms = 300;
    const Outcome outcome = search_disaggregated(scenario_, packs_.store());
    expect_same_counts(outcome.summary);
    using Counts = std::map<DropReason, std::int64_t>;
    std::map<std::pair<std::string, int>, Counts> told, found;   // by decode layout and batch
    const auto place_of = [](const Parallelism& layout, int batch) { return std::pair(layout.label(false), batch); };
    for (const Infeasible& drop : outcome.summary.rejected) {
      const bool of_one_worker = drop.role != "decode" || drop.reason == DropReason::kItl || drop.reason == DropReason::kMemory ||
                                 drop.reason == DropReason::kKvCache || (drop.reason == DropReason::kBudget && drop.batch == 0);
      if (!of_one_worker) told[place_of(drop.parallel, drop.batch)][drop.reason] += drop.count;
    }
    const Limits widest = loosest(*limit_ladder(scenario_));
    const double tpot_limit = end_to_end ? widest.tpot_ms : *scenario_.tpot_ms;
    for (const RoleRow& decode : outcome.evaluations->decode) {
      if (decode.point.tpot_ms > tpot_limit) continue;
      for (const RoleRow& prefill : outcome.evaluations->prefill) {
        if (prefill.point.ttft_ms * kTtftQueueing > widest.ttft_ms) continue;
        ++found[place_of(decode.worker.parallel, decode.worker.batch)][PairOf(prefill, decode, scenario_).reason()];
      }
    }
    for (const Estimate& row : outcome.rows) {   // rows were not rejected
      const bool meets = end_to_end ? row.request_latency_ms <= *scenario_.request_latency_ms : row.tpot_ms <= *scenario_.tpot_ms;
      if (meets) --found[place_of(row.decode.parallel, row.decode.batch)][DropReason::kDominated];
    }
    for (auto& [place, counts] : found) std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
    std::erase_if(found, [](const auto& entry) { return entry.second.empty(); });
    EXPECT_EQ(told, found) << "end to end: " << end_to_end;
    ASSERT_FALSE(told.empty());
  }
}

TEST_P(Rejected, NoDominatedPairBeatsTheRowsUnderItsLimits) {
  spec_.mem_capacity_bytes = 40 * toy::kGib;   // room for both roles on every backend
  const Outcome outcome = search_disaggregated(scenario_, packs_.store());
  const std::vector<Limits> ladder = *limit_ladder(scenario_);
  int pairs = 0;
  for (const RoleRow& decode : outcome.evaluations->decode) {
    double limit = std::numeric_limits<double>::infinity();   // the strictest of the ladder that it keeps
    for (const Limits& limits : ladder) {
      if (decode.point.tpot_ms <= limits.tpot_ms) limit = std::min(limit, limits.tpot_ms);
    }
    double best = 0;
    for (const Estimate& row : outcome.rows) {
      if (row.tpot_ms <= limit) best = std::max(best, row.tokens_per_s_gpu);
    }
    if (decode.point.tpot_ms > *scenario_.tpot_ms) continue;
    for (const RoleRow& prefill : outcome.evaluations->prefill) {
      const PairOf pair(prefill, decode, scenario_);
      if (prefill.point.ttft_ms * kTtftQueueing > *scenario_.ttft_ms || pair.reason() != DropReason::kDominated) continue;
      EXPECT_LE(pair.best_rate(), best + 0.0006);
      ++pairs;
    }
  }
  EXPECT_GT(pairs, 0);
}

TEST_P(Rejected, SelectingAgainIsTheSameAsSearchingAgain) {
  const Outcome aggregated = search_aggregated(scenario_, packs_.store());
  const Outcome disaggregated = search_disaggregated(scenario_, packs_.store());
  Reselection again_aggregated(*aggregated.evaluations), again_disaggregated(*disaggregated.evaluations);
  for (const double ttft : {6.0, 12.0, 25.0, 400.0}) {
    Scenario other = scenario_;
    other.ttft_ms = ttft;
    const auto text = [](const pick::Rows& rows) {
      std::string out;
      for (const Estimate* row : rows) {
        out += row->prefill.parallel.label(false) + row->decode.parallel.label(false) + std::to_string(row->decode.batch) + "/" +
               std::to_string(row->ctx_tokens) + "/" + std::to_string(row->tokens_per_s_gpu) + "\n";
      }
      return out;
    };
    EXPECT_EQ(text(again_aggregated.under(other, false)), text(search_aggregated(other, packs_.store()).rows));
    EXPECT_EQ(text(again_disaggregated.under(other, false)), text(search_disaggregated(other, packs_.store()).rows));
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Rejected, testing::ValuesIn(toy::all_backends()),
                         [](const auto& parameter) { return std::string(name_of(parameter.param)); });

}  // namespace
}  // namespace dynamo::search
