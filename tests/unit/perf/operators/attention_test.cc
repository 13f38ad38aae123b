#include "perf/operators/attention.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr AttentionConfig kConfig = {.heads = 8, .kv_heads = 2, .head_dim = 128};

/// Prefill: S^2 microseconds a sequence; decode: one microsecond a position.
std::vector<tables::TableData> measured() {
  toy::Points prefill, decode;
  for (const std::uint32_t s : {64u, 128u, 256u, 512u}) {
    for (const std::uint32_t b : {1u, 2u, 4u}) {
      prefill[{8, s, b}] = 1e-3 * s * s * b;
      decode[{8, b, s}] = 1e-3 * s * b;
    }
  }
  return {toy::table("context_attention", 3, {toy::slice("torch_flow|bfloat16|bfloat16|2|128|0", 3, prefill)}),
          toy::table("generation_attention", 3, {toy::slice("torch_flow|bfloat16|2|128|0", 3, decode)})};
}

class Attention : public testing::Test {
 protected:
  [[nodiscard]] static Result<Timing> prefill(
      const Database& database, int batch, int fresh, int prefix = 0, const AttentionConfig& config = kConfig) {
    return make_context_attention("a", 1, database.impl(), config)
        ->at({.tokens = batch * fresh, .batch = batch, .sequence = fresh, .prefix = prefix});
  }

  [[nodiscard]] static Result<Timing> decode(const Database& database,
                                             int rows,
                                             int position,
                                             const AttentionConfig& config = kConfig) {
    return make_generation_attention("a", 1, database.impl(), config)
        ->at({.tokens = rows, .batch = rows, .sequence = position});
  }

  toy::Packs packs_{Backend::kTrtllm, "1.0.0", measured()};
  Database database_ = packs_.open(Backend::kTrtllm);
};

/// Rotary embedding and KV write: 2 launches over q and k, 2 over the written k, 10 % more.
double beside(double q_bytes, double kv_bytes) {
  const auto pass = [](double bytes) { return (bytes / 0.5e12 + 1e-6) * 1000; };
  return 1.1 * (2 * pass(q_bytes + kv_bytes) + 2 * pass(kv_bytes));
}

TEST_F(Attention, PrefillIsTheTableAndWhatRunsBeside) {
  const double extra = beside(8 * 128 * 2, 2 * 128 * 2);
  const auto time = prefill(database_, 2, 256);
  ASSERT_TRUE(time.has_value());
  EXPECT_DOUBLE_EQ(time->ms, 1e-3 * 256 * 256 * 2 + extra);
  EXPECT_EQ(time->source, Source::kMixed);
  EXPECT_DOUBLE_EQ(time->shares.looked_up, 1e-3 * 256 * 256 * 2);
  EXPECT_NEAR(time->shares.modelled, extra, 1e-15);
}

TEST_F(Attention, TheSquareOfTheLengthIsBlendedInItsRoot) {
  EXPECT_NEAR(prefill(database_, 1, 300)->ms, 1e-3 * 300 * 300 + beside(2048, 512), 1e-9);
}

TEST_F(Attention, ACachedPrefixLeavesItsShareOfTheWork) {
  // 192 cached and 64 new tokens: (256^2 - 192^2) / 256^2 of a whole prompt of 256
  const double whole = 1e-3 * 256 * 256;
  EXPECT_NEAR(
      prefill(database_, 1, 64, 192)->ms, whole * (256.0 * 256 - 192 * 192) / (256 * 256) + beside(2048, 512), 1e-12);
}

TEST_F(Attention, NormsOfQueryAndKeyAddTheirPasses) {
  AttentionConfig config = kConfig;
  config.qk_norm = true;
  const auto pass = [](double bytes) { return (bytes / 0.5e12 + 1e-6) * 1000; };
  const double norms = 1.1 * 2 * (2 * pass(2048) + 2 * pass(512));
  EXPECT_NEAR(prefill(database_, 1, 256, 0, config)->ms - prefill(database_, 1, 256)->ms, norms, 1e-9);
}

TEST_F(Attention, DecodeIsTheMeanOverFivePositions) {
  // Around 200: 180, 190, 200, 210, 220 on a straight line give the value at 200.
  EXPECT_NEAR(decode(database_, 2, 200)->ms, 1e-3 * 200 * 2, 1e-12);
  // Around 128 the line is straight too, although one of the five is a collected point.
  EXPECT_NEAR(decode(database_, 1, 128)->ms, 1e-3 * (115 + 121 + 127 + 133 + 140) / 5.0, 1e-12);
}

TEST_F(Attention, WhatNobodyMeasuredIsAMissThatNamesIt) {
  AttentionConfig config = kConfig;
  config.head_dim = 64;
  const auto time = prefill(database_, 1, 256, 0, config);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().kind, ErrorKind::kMissingData);
  EXPECT_NE(time.error().message.find("head width 64"), std::string::npos);
  EXPECT_EQ(decode(database_, 1, 256, config).error().kind, ErrorKind::kMissingData);
}

TEST_F(Attention, HybridEstimatesAnotherHeadWidthFromTheMeasuredOne) {
  AttentionConfig config = kConfig;
  config.head_dim = 64;
  const Database hybrid = packs_.open(Backend::kTrtllm, DatabaseMode::kHybrid);
  // Efficiency at (8, 256, 1) with width 128: roofline 2 * 256^2 * 8 * 128 / 1e14 s over 65.536 ms. Width 64 needs half
  // the work and reaches 0.58 of the efficiency on TensorRT-LLM.
  const double estimate = 1e-3 * 256 * 256 / 2 / 0.58;
  EXPECT_NEAR(prefill(hybrid, 1, 256, 0, config)->ms, estimate + beside(1024, 256), 1e-9);
  EXPECT_EQ(prefill(hybrid, 1, 256, 0, config)->shares.looked_up, 0);
}

TEST_F(Attention, RooflineOfDecodeCountsTheCacheOnce) {
  const Database sol = packs_.open(Backend::kTrtllm, DatabaseMode::kSol);
  // 4 sequences at position 257: 256 cached tokens, 2 KV heads, K and V, 2 bytes; query in, output out.
  const double bytes = 4 * (8 * 128 * 2.0 + 2 * 2 * 256 * 128 * 2.0 + 8 * 128 * 2.0);
  EXPECT_DOUBLE_EQ(decode(sol, 4, 257)->ms, bytes / 1e12 * 1000);
}

}  // namespace
}  // namespace dynamo::perf
