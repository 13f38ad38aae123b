#include <gmock/gmock.h>

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

TEST_P(Rejected, SelectingAgainIsTheSameAsSearchingAgain) {
  const Outcome aggregated = search_aggregated(scenario_, packs_.store());
  const Outcome disaggregated = search_disaggregated(scenario_, packs_.store());
  Reselection again_aggregated(*aggregated.evaluations), again_disaggregated(*disaggregated.evaluations);
  for (const double ttft : {6.0, 12.0, 25.0, 400.0}) {
    Scenario other = scenario_;
    other.ttft_ms = ttft;
    const auto text = [](const std::vector<Estimate>& rows) {
      std::string out;
      for (const Estimate& row : rows) {
        out += row.prefill.parallel.label(false) + row.decode.parallel.label(false) + std::to_string(row.decode.batch) + "/" +
               std::to_string(row.ctx_tokens) + "/" + std::to_string(row.tokens_per_s_gpu) + "\n";
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
