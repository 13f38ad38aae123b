#include "decide/searches.h"

#include <gtest/gtest.h>

namespace dynamo::decision {
namespace {

Searched searched(Backend backend, std::vector<double> throughputs, bool exceeded = false) {
  Searched out{ServingMode::kAggregated, backend, {}, {}};
  for (const double throughput : throughputs) {
    Pick pick;
    pick.unit.decode.backend = backend;
    pick.tokens_per_s_gpu_cluster = throughput;
    pick.gpus_used = static_cast<int>(throughput);
    out.ranking.picks.push_back(pick);
  }
  out.ranking.exceeded = exceeded;
  out.ranking.best_throughput = throughputs.empty() ? 0 : throughputs.front();
  return out;
}

std::vector<double> throughputs(const pick::Ranking& ranking) {
  std::vector<double> out;
  for (const Pick& pick : ranking.picks)
    out.push_back(pick.tokens_per_s_gpu_cluster);
  return out;
}

TEST(Merged, RanksBackendsTogetherAndKeepsTheBest) {
  const auto all = merged(
      {searched(Backend::kTrtllm, {9, 5, 1}), searched(Backend::kVllm, {8, 7, 6, 2})}, ServingMode::kAggregated, {});
  EXPECT_EQ(throughputs(all), (std::vector<double>{9, 8, 7, 6, 5}));
  EXPECT_EQ(all.best_throughput, 9);
}

TEST(Merged, ABackendThatMeetsTheTargetBeatsThoseThatDoNot) {
  const std::vector<double> met = {3, 2};
  for (const bool met_first : {true, false}) {
    std::vector<Searched> searches = {searched(Backend::kTrtllm, met), searched(Backend::kVllm, {9}, true)};
    if (!met_first)
      std::swap(searches[0], searches[1]);
    const auto all = merged(searches, ServingMode::kAggregated, {});
    EXPECT_EQ(throughputs(all), met);
    EXPECT_FALSE(all.exceeded);
  }
}

TEST(Merged, UnderALoadFewerGpusComeFirst) {
  pick::Target loaded;
  loaded.request_rate = 1.0;
  const auto all =
      merged({searched(Backend::kTrtllm, {4, 9}), searched(Backend::kVllm, {6})}, ServingMode::kAggregated, loaded);
  EXPECT_EQ(throughputs(all), (std::vector<double>{4, 6, 9}));
}

TEST(Merged, OtherWaysOfServingAreLeftOut) {
  EXPECT_TRUE(merged({searched(Backend::kTrtllm, {1})}, ServingMode::kDisaggregated, {}).picks.empty());
}

}  // namespace
}  // namespace dynamo::decision
