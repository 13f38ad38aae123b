#include "perf/operators/memory_ops.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

class MemoryOps : public testing::Test {
 protected:
  toy::Packs packs_{
      Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {{8, 8, {{1, 1}}}})})}};
  Database silicon_ = packs_.open(Backend::kTrtllm);
  Database sol_ = packs_.open(Backend::kTrtllm, DatabaseMode::kSol);
};

TEST_F(MemoryOps, ElementwiseIsTrafficAtTheReachableRatePlusOneLaunch) {
  const auto op = make_elementwise("norm", 1, silicon_.impl(), 1000, 500);
  const auto time = op->at({.tokens = 3});
  ASSERT_TRUE(time.has_value());
  // 3 tokens * 2 bytes * 1,500 values at 0.5 TB/s, and 1 us
  EXPECT_DOUBLE_EQ(time->ms, (9000 / 0.5e12 + 1e-6) * 1000);
  EXPECT_EQ(time->source, Source::kEmpirical);
  EXPECT_EQ(time->shares.modelled, time->ms);
}

TEST_F(MemoryOps, TheRooflineHasNeitherLossesNorLaunches) {
  const auto time = make_elementwise("norm", 1, sol_.impl(), 1000, 500)->at({.tokens = 3});
  EXPECT_DOUBLE_EQ(time->ms, 9000 / 1e12 * 1000);
  EXPECT_EQ(time->source, Source::kSol);
}

TEST_F(MemoryOps, EmbeddingReadsOneRowATokenAndHoldsItsTable) {
  const auto op = make_embedding("embedding", 1, silicon_.impl(), 32000, 1024);
  EXPECT_DOUBLE_EQ(op->at({.tokens = 10})->ms, (10 * 1024 * 2 / 0.5e12 + 1e-6) * 1000);
  EXPECT_DOUBLE_EQ(op->weight_bytes(), 32000.0 * 1024 * 2);
}

TEST_F(MemoryOps, ScaleMultipliesTimeAndWeights) {
  const auto one = make_embedding("embedding", 1, silicon_.impl(), 32000, 1024);
  const auto three = make_embedding("embedding", 3, silicon_.impl(), 32000, 1024);
  EXPECT_DOUBLE_EQ(three->at({.tokens = 10})->ms, 3 * one->at({.tokens = 10})->ms);
  EXPECT_DOUBLE_EQ(three->weight_bytes(), 3 * one->weight_bytes());
}

TEST(TokenSplit, FloorsForReplicasThenCeilsForTheBusiestRank) {
  EXPECT_EQ((TokenSplit{1, 1}.of(7)), 7);
  EXPECT_EQ((TokenSplit{2, 1}.of(7)), 3);
  EXPECT_EQ((TokenSplit{1, 4}.of(7)), 2);
  EXPECT_EQ((TokenSplit{2, 2}.of(7)), 2);
}

}  // namespace
}  // namespace dynamo::perf
