#include <cmath>

#include <gtest/gtest.h>

#include "perf/memory/state_caches.h"
#include "perf/operators/delta_traffic.h"
#include "perf/operators/selection_bias.h"

namespace dynamo::perf {
namespace {

/// A grid of one batch and one prompt length with two or three cached lengths.
struct Line {
  std::vector<std::uint32_t> batch{1}, tokens{64}, cached;
  std::vector<std::uint32_t> top{0, 1}, middle{0, 1}, leaves;
  std::vector<double> ms;

  Line(std::vector<std::uint32_t> at, std::vector<double> values)
      : cached(std::move(at)), leaves{0, static_cast<std::uint32_t>(cached.size())}, ms(std::move(values)) {}
  [[nodiscard]] Grid grid() const {
    Grid g;
    g.rank = 3;
    g.keys = {batch, tokens, cached, {}};
    g.offsets = {top, middle, leaves, {}};
    g.values = {ms};
    return g;
  }
};

TEST(SelectionBias, IsTheDifferenceAtCommonPointsAndNeverNegative) {
  const Line alike({0, 1024, 2048}, {1.0, 3.0, 0.5});
  const Line ordinary({1024, 2048}, {1.0, 2.0});
  const SelectionBias bias(alike.grid(), ordinary.grid());
  EXPECT_DOUBLE_EQ(bias.ms(1, 64, 1024), 2.0);
  EXPECT_DOUBLE_EQ(bias.ms(1, 64, 2048), 0.0);
  EXPECT_DOUBLE_EQ(bias.ms(1, 64, 1536), 1.0);
  EXPECT_DOUBLE_EQ(bias.ms(8, 1, 0), 2.0);   // constant beyond the points
  EXPECT_DOUBLE_EQ(SelectionBias().ms(1, 64, 1024), 0.0);
}

TEST(OrdinarySelection, IsLinearInCachedTokensAndUnknownForLongerPrompts) {
  const Line ordinary({0, 1000}, {1.0, 3.0});
  EXPECT_DOUBLE_EQ(ordinary_selection_ms(ordinary.grid(), 4, 60, 250), 1.5);
  EXPECT_DOUBLE_EQ(ordinary_selection_ms(ordinary.grid(), 4, 60, 5000), 3.0);
  EXPECT_TRUE(std::isinf(ordinary_selection_ms(ordinary.grid(), 1, 65, 0)));
}

TEST(StateCaches, CompressedCacheGrowsByEntries) {
  const ModelSpec& model = *find_model("deepseek-ai/DeepSeek-V4-Flash");
  const double at128 = compressed_cache_bytes(model, KvQuant::kFp8, 128);
  const double at131 = compressed_cache_bytes(model, KvQuant::kFp8, 131);
  const double at132 = compressed_cache_bytes(model, KvQuant::kFp8, 132);
  EXPECT_DOUBLE_EQ(at128, at131);
  EXPECT_DOUBLE_EQ(at132 - at131, model.compressed_attention.selected_layers * (512 + 64.0));
}

TEST(StateCaches, KimiKeepsFiveStatesARequest) {
  const ModelSpec& model = *find_model("moonshotai/Kimi-K3");
  // 96 heads of 128 x 128 FP32 values and three taps of three convolutions in bf16, in 69 layers.
  const double state = 69.0 * 5 * (96.0 * 128 * 128 * 4 + 3.0 * 3 * 96 * 128 * 2);
  EXPECT_DOUBLE_EQ(kimi_cache_bytes(model, KvQuant::kBfloat16, Backend::kSglang, 1, false, 0), state);
  EXPECT_DOUBLE_EQ(kimi_cache_bytes(model, KvQuant::kBfloat16, Backend::kSglang, 1, false, 1), state + 24 * 576 * 2.0);
  EXPECT_GT(kimi_cache_bytes(model, KvQuant::kBfloat16, Backend::kVllm, 1, true, 1), state + 24 * 576 * 2.0);
}

TEST(DeltaTraffic, CountsOperandsAndStates) {
  const DeltaTraffic traffic{.heads = 12, .head_dim = 128, .conv_width = 4};
  const double width = 12 * 128;
  const double state = width * 128 * 4;
  EXPECT_DOUBLE_EQ(traffic.bytes("fused_recurrent_kda_packed_decode", 3, 0), 3 * (5 * width * 2 + 2 * state));
  EXPECT_DOUBLE_EQ(traffic.bytes("causal_conv1d_update", 3, 0), 3 * 3 * width * 6 * 2);
  EXPECT_DOUBLE_EQ(traffic.bytes("chunk_kda", 1, 128), 128 * 5 * width * 2 + 2 * state + 2 * 2 * state);
  EXPECT_DOUBLE_EQ(traffic.bytes("kda_fused_decode", 3, 0),
                   traffic.bytes("causal_conv1d_update", 3, 0) + traffic.bytes("fused_kda_decode", 3, 0));
}

}  // namespace
}  // namespace dynamo::perf
