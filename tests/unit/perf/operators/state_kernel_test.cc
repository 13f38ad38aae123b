#include "perf/operators/state_kernel.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr GdnShape kGdn{.hidden = 64, .conv_kernel = 4, .key_heads = 2, .key_head_dim = 8, .value_heads = 4, .value_head_dim = 8};
constexpr MambaShape kMamba{.hidden = 64, .state_size = 16, .conv_kernel = 4, .heads = 4, .head_dim = 8, .groups = 2, .chunk = 128};
constexpr double kBytesPerMs = 1e9;   // of the toy GPU

template <typename Shape>
Shape in_phase(Shape shape, StateStep step, bool context) {
  shape.step = step;
  shape.context = context;
  return shape;
}

class StateKernels : public testing::Test {
 protected:
  [[nodiscard]] static Timing at(const OperatorPtr& op, int batch, int sequence) {
    const auto time = op->at({.tokens = batch * sequence, .batch = batch, .sequence = sequence});
    EXPECT_TRUE(time.has_value());
    return time.value_or(Timing{});
  }

  toy::Packs packs_{
      Backend::kTrtllm,
      "1.0.0",
      {toy::table("gdn", 2,
                  {toy::slice("chunk_gated_delta_rule|context|64|4|2|8|4|8", 2, {{{1, 128}, 0.5}, {{1, 256}, 1.0}, {{2, 128}, 1.0}}),
                   toy::slice("fused_recurrent_gated_delta_rule|generation|64|4|2|8|4|8", 2, {{{1, 1}, 0.25}, {{4, 1}, 0.75}})}),
       toy::table("mamba2", 2,
                  {toy::slice("mamba_chunk_scan_combined|context|64|16|4|4|8|2|128", 2, {{{1, 128}, 2.0}, {{2, 128}, 3.0}}),
                   toy::slice("causal_conv1d_fn|context|64|16|4|8|8|2|128", 2, {{{1, 128}, 7.0}})})}};
  Database database_ = packs_.open(Backend::kTrtllm);
};

TEST_F(StateKernels, RecordedPointsOfTheGatedDeltaRule) {
  const auto scan = make_gdn_kernel("scan", 1, database_.impl(), in_phase(kGdn, StateStep::kRecurrence, true));
  EXPECT_DOUBLE_EQ(at(scan, 1, 128).ms, 0.5);
  EXPECT_DOUBLE_EQ(at(scan, 1, 256).ms, 1.0);
  EXPECT_EQ(at(scan, 1, 128).source, Source::kSilicon);
  const auto step = make_gdn_kernel("step", 3, database_.impl(), in_phase(kGdn, StateStep::kRecurrence, false));
  EXPECT_DOUBLE_EQ(at(step, 4, 999).ms, 3 * 0.75) << "decode does not depend on what was read before";
}

TEST_F(StateKernels, TrafficWhereNothingWasMeasured) {
  // 2 * 2 * 8 + 4 * 8 = 64 channels; each token reads 4 values and 4 weights' worth and writes one, of 2 bytes.
  const auto convolution = make_gdn_kernel("conv", 1, database_.impl(), in_phase(kGdn, StateStep::kConvolution, true));
  EXPECT_DOUBLE_EQ(at(convolution, 2, 10).ms, 20 * 64 * (5 + 1) * 2 / kBytesPerMs);
  EXPECT_EQ(at(convolution, 2, 10).source, Source::kSol);

  GdnShape other = kGdn;
  other.hidden = 65;
  const auto scan = make_gdn_kernel("scan", 1, database_.impl(), in_phase(other, StateStep::kRecurrence, true));
  // Tokens in and out, the state once in fp32 and at every 64th token in bf16, both read and written.
  const double state = 4 * 8 * 8;
  EXPECT_DOUBLE_EQ(at(scan, 1, 130).ms, (130 * 64 * 2 + 130 * 32 * 2 + 2 * (state * 4 + 2 * state * 2)) / kBytesPerMs);
  const auto step = make_gdn_kernel("step", 1, database_.impl(), in_phase(other, StateStep::kRecurrence, false));
  EXPECT_DOUBLE_EQ(at(step, 3, 130).ms, (3 * 64 * 2 + 3 * 32 * 2 + 2 * state * 4 * 3) / kBytesPerMs);
}

TEST_F(StateKernels, Mamba) {
  const auto scan = make_mamba_kernel("scan", 1, database_.impl(), in_phase(kMamba, StateStep::kRecurrence, true));
  EXPECT_DOUBLE_EQ(at(scan, 2, 128).ms, 3.0);
  // Another shape of that hidden width stands in for one that was not measured.
  const auto convolution = make_mamba_kernel("conv", 1, database_.impl(), in_phase(kMamba, StateStep::kConvolution, true));
  EXPECT_DOUBLE_EQ(at(convolution, 1, 128).ms, 7.0);
  // One step: inner width 32, states 2 * 2 * 16, a gate a head; the output is written.
  const auto step = make_mamba_kernel("step", 1, database_.impl(), in_phase(kMamba, StateStep::kRecurrence, false));
  EXPECT_DOUBLE_EQ(at(step, 5, 77).ms, (5 * (32 + 64 + 4) * 2 + 5 * 32 * 2) / kBytesPerMs);
  EXPECT_EQ(at(step, 5, 77).source, Source::kSol);
}

}  // namespace
}  // namespace dynamo::perf
