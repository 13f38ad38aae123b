#include "perf/operators/communication.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// Constant 4 ms for every size with 2 and 4 ranks: only the rank rule is left to see.
tables::TableData flat_all_reduce(const std::vector<int>& ranks) {
  std::vector<tables::SliceData> slices;
  for (const int n : ranks) {
    slices.push_back(toy::slice("half|" + std::to_string(n), 1, {{{1024}, 4.0}, {{1048576}, 4.0}}));
  }
  return toy::table("custom_allreduce", 1, slices);
}

Result<Timing> all_reduce(const Database& database, int ranks, int tokens = 1024, int hidden = 8) {
  return make_all_reduce("ar", 1, database.impl(), hidden, ranks)->at({.tokens = tokens});
}

TEST(AllReduce, MeasuredRankCountsAnswerThemselves) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm,
            "1.0.0",
            {toy::table("custom_allreduce", 1, {toy::slice("half|2", 1, {{{1000}, 1.0}, {{3000}, 5.0}})})});
  const Database database = packs.open(Backend::kTrtllm);
  EXPECT_EQ(all_reduce(database, 2, 100, 10)->ms, 1.0);
  EXPECT_DOUBLE_EQ(all_reduce(database, 2, 200, 10)->ms, 3.0);
  // Beyond the last size the time grows with the message: 5 * 6,000 / 3,000.
  EXPECT_DOUBLE_EQ(all_reduce(database, 2, 600, 10)->ms, 10.0);
}

TEST(AllReduce, OneRankIsFree) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2})});
  const auto time = all_reduce(packs.open(Backend::kTrtllm), 1);
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(time->ms, 0);
}

TEST(AllReduce, BeyondTheMeasuredRanksTheRingShareScales) {
  // Published for tables with 2 and 4 ranks, constant 4 ms, a wire that does not slow down: 8 ranks 4.6667, 16
  // ranks 5.0.
  SystemSpec rack = toy::system();
  rack.gpus_per_node = 16;
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2, 4})});
  const Database database = packs.open(Backend::kTrtllm, DatabaseMode::kSilicon, rack);
  EXPECT_NEAR(all_reduce(database, 8)->ms, 4.0 * (7.0 / 8) / (3.0 / 4), 1e-12);
  EXPECT_NEAR(all_reduce(database, 8)->ms, 4.6667, 1e-4);
  EXPECT_NEAR(all_reduce(database, 16)->ms, 5.0, 1e-12);
}

TEST(AllReduce, BeyondTheNodeTheSlowerWireScalesToo) {
  // Published for an 8-GPU node, 450 GB/s inside and 50 GB/s outside: 16 ranks 45.
  SystemSpec node = toy::system();
  node.gpus_per_node = 8;
  node.intra_node_bytes_per_s = 4.5e11;
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2, 4})});
  EXPECT_NEAR(all_reduce(packs.open(Backend::kTrtllm, DatabaseMode::kSilicon, node), 16)->ms, 45.0, 1e-9);
}

TEST(AllReduce, AnUnmeasuredCountBelowTheMostIsAMiss) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2, 4, 8})});
  const auto time = all_reduce(packs.open(Backend::kTrtllm), 6);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().kind, ErrorKind::kMissingData);
  EXPECT_NE(time.error().message.find("6 ranks"), std::string::npos);
}

TEST(AllReduce, RooflineIsARing) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2})});
  // 8,192 elements of 2 bytes, 2 * 3/4 of them over 400 GB/s
  EXPECT_DOUBLE_EQ(all_reduce(packs.open(Backend::kTrtllm, DatabaseMode::kSol), 4)->ms,
                   2 * 8192.0 * 2 / 4 * 3 / 4e11 * 1000);
}

TEST(Collective, ReadsItsOperationAndFallsBackToOneCcl) {
  toy::Packs packs;
  packs.add(Backend::kVllm,
            "1.0.0",
            {toy::table("nccl",
                        1,
                        {toy::slice("half|all_gather|2", 1, {{{1000}, 1.0}}),
                         toy::slice("half|alltoall|2", 1, {{{1000}, 7.0}})}),
             toy::table("oneccl", 1, {toy::slice("half|all_gather|4", 1, {{{1000}, 2.0}})})});
  const Database database = packs.open(Backend::kVllm);
  const auto time = [&](Collective kind, int ranks) {
    return make_collective("c", 1, database.impl(), kind, 10, ranks)->at({.tokens = 100});
  };
  EXPECT_EQ(time(Collective::kAllGather, 2)->ms, 1.0);
  EXPECT_EQ(time(Collective::kAllToAll, 2)->ms, 7.0);
  EXPECT_EQ(time(Collective::kAllGather, 4)->ms, 2.0);
  EXPECT_FALSE(time(Collective::kReduceScatter, 2).has_value());
}

TEST(PointToPoint, WireBetweenNodesPlusLatency) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {flat_all_reduce({2})});
  const Database database = packs.open(Backend::kTrtllm);
  // 100 tokens * 50 values * 2 bytes over 50 GB/s, and 10 us
  EXPECT_DOUBLE_EQ(make_point_to_point("p2p", 1, database.impl(), 50, 2)->at({.tokens = 100})->ms,
                   (10000 / 5e10 + 1e-5) * 1000);
  EXPECT_EQ(make_point_to_point("p2p", 1, database.impl(), 50, 1)->at({.tokens = 100})->ms, 0);
  const Database sol = packs.open(Backend::kTrtllm, DatabaseMode::kSol);
  EXPECT_DOUBLE_EQ(make_point_to_point("p2p", 1, sol.impl(), 50, 2)->at({.tokens = 100})->ms, 10000 / 5e10 * 1000);
}

}  // namespace
}  // namespace dynamo::perf
