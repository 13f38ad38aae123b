#include "perf/roofline_block_sparse.h"

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

/// One head of width 1 on a hidden width of 1; rates are chosen so that one term counts at a time.
BlockSparseRoofline with(double attention_flops, double bytes_per_s) {
  return {.hidden = 1, .kv_heads = 1, .width = 1, .gemm_flops = 1e18, .index_flops = 1e18, .attention_flops = attention_flops,
          .gemm_bytes = 1, .kv_bytes = 1, .query_bytes = 1, .bytes_per_s = bytes_per_s};
}

TEST(BlockSparseRoofline, EveryTokenSeesThoseBeforeItUpToTheChosenOnes) {
  const BlockSparseRoofline roof = with(4000.0, 1e18);   // 4 operations a pair: one pair takes a millisecond
  EXPECT_NEAR(roof.prefill_ms(1, 0, 10, 1), 55, 1e-3);
  EXPECT_NEAR(roof.prefill_ms(1, 2, 2, 3), 3 * (3 + 4), 1e-3);
  EXPECT_NEAR(roof.prefill_ms(1, 4096, 5, 2), 10 * 2048, 1e-3);
  EXPECT_NEAR(roof.prefill_ms(1, 0, 2050, 1), 2048 * 2049 / 2 + 2 * 2048, 1e-3);
  EXPECT_NEAR(roof.decode_ms(1, 3, 101), 300, 1e-3);
  EXPECT_NEAR(roof.decode_ms(1, 1, 100'000), 2048, 1e-3);
}

TEST(BlockSparseRoofline, MemoryOfShortAndLongSequences) {
  const BlockSparseRoofline roof = with(1e18, 1000.0);   // a byte takes a millisecond
  const double weights = 4 + 4 * 128;
  EXPECT_NEAR(roof.decode_ms(1, 1, 101), weights + 100 * 2 + 2, 1e-6);
  // Beyond the chosen tokens the index of every begun block of 128 is read.
  EXPECT_NEAR(roof.decode_ms(1, 1, 2050), weights + 2048 * 2 + 2 + 17 * 4 * 128, 1e-6);
}

}  // namespace
}  // namespace dynamo::perf
