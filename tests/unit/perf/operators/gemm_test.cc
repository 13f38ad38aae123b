#include "perf/operators/gemm.h"

#include "perf/roofline.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// 16 x 1024 times 1024 x 1024, bf16 on the toy GPU: memory-bound, 2 * (2 * 16 * 1024 + 1024^2) bytes at 1 TB/s.
constexpr double kSol = 2.0 * (2.0 * 16 * 1024 + 1024.0 * 1024) / 1e12 * 1000;
/// The same in fp8: half the bytes.
constexpr double kSolFp8 = kSol / 2;

toy::Site one_site(double ms) {
  return {1024, 1024, {{16, ms}}};
}

tables::TableData scale(const char* name, double ms) {
  return toy::table(name, 2, {toy::slice("fp8", 2, {{{16, 1024}, ms}})});
}

GemmShape shape(GemmQuant quant, bool low_precision_input = false) {
  return {.n = 1024, .k = 1024, .quant = quant, .low_precision_input = low_precision_input};
}

Result<Timing> time_of(const Database& database, const GemmShape& shape, int tokens = 16) {
  return make_gemm("gemm", 1, database.impl(), shape)->at({.tokens = tokens, .batch = 1});
}

TEST(Gemm, RooflineIsTheLargerOfArithmeticAndTraffic) {
  EXPECT_DOUBLE_EQ(gemm_sol_ms(16, 1024, 1024, 1e14, 2, 1e12), kSol);
  // 8192^3 * 2 operations at 100 TFLOP/s
  EXPECT_DOUBLE_EQ(gemm_sol_ms(8192, 8192, 8192, 1e14, 2, 1e12), 2 * 8192.0 * 8192 * 8192 / 1e14 * 1000);
}

TEST(Gemm, MeasuredPointsComeBackVerbatim) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {one_site(0.25)})})});
  const auto time = time_of(packs.open(Backend::kTrtllm), shape(GemmQuant::kBfloat16));
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(time->ms, 0.25);
  EXPECT_EQ(time->source, Source::kSilicon);
  EXPECT_EQ(time->shares.looked_up, 0.25);
}

TEST(Gemm, LogitsCountSequencesNotTokens) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm,
            "1.0.0",
            {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {{1024, 1024, {{2, 0.125}, {16, 0.25}}}})})});
  const Database database = packs.open(Backend::kTrtllm);
  const auto op = make_gemm("logits", 1, database.impl(), {.n = 1024, .k = 1024, .rows_are_sequences = true});
  EXPECT_EQ(op->at({.tokens = 16, .batch = 2})->ms, 0.125);
}

TEST(Gemm, WeightsFollowTheFormat) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {one_site(0.25)})})});
  const Database database = packs.open(Backend::kTrtllm);
  const auto bytes = [&](GemmQuant quant) { return make_gemm("g", 3, database.impl(), shape(quant))->weight_bytes(); };
  EXPECT_DOUBLE_EQ(bytes(GemmQuant::kBfloat16), 3 * 1024.0 * 1024 * 2);
  EXPECT_DOUBLE_EQ(bytes(GemmQuant::kFp8Static), 3 * 1024.0 * 1024);
  EXPECT_DOUBLE_EQ(bytes(GemmQuant::kNvfp4), 3 * 1024.0 * 1024 * 9 / 16);
}

class StaticScales : public testing::Test {
 protected:
  void measure(double fp8, double compute_scale, double scale_matrix) {
    packs_.add(Backend::kTrtllm,
               "1.0.0",
               {toy::table("gemm", 2, {toy::gemm_slice("fp8", {one_site(fp8)})}),
                scale("computescale", compute_scale),
                scale("scale_matrix", scale_matrix)});
  }

  toy::Packs packs_;
};

TEST_F(StaticScales, TheScalingPassesAreSaved) {
  measure(1.0, 0.25, 0.125);
  const Database database = packs_.open(Backend::kTrtllm);
  EXPECT_DOUBLE_EQ(time_of(database, shape(GemmQuant::kFp8))->ms, 1.0);
  const auto own_input = time_of(database, shape(GemmQuant::kFp8Static));
  EXPECT_DOUBLE_EQ(own_input->ms, 0.75);  // without computing the scale
  EXPECT_EQ(own_input->source, Source::kEstimated);
  EXPECT_DOUBLE_EQ(time_of(database, shape(GemmQuant::kFp8Static, true))->ms, 0.625);  // nor applying it
}

TEST_F(StaticScales, NeverBelowTheRoofline) {
  measure(0.01, 0.25, 0.125);
  EXPECT_DOUBLE_EQ(time_of(packs_.open(Backend::kTrtllm), shape(GemmQuant::kFp8Static))->ms, kSolFp8);
}

TEST_F(StaticScales, ComputingAScaleIsFlatBeyondTheRangeApplyingItGrows) {
  measure(1.0, 0.25, 0.125);
  const Database database = packs_.open(Backend::kTrtllm);
  // m = 32: the fp8 time holds its efficiency kSolFp8 / 1; the scale stays 0.25, its application doubles to 0.25.
  const double fp8 = (2.0 * 32 * 1024 + 1024.0 * 1024) / (2.0 * 16 * 1024 + 1024.0 * 1024);
  EXPECT_NEAR(time_of(database, shape(GemmQuant::kFp8Static), 32)->ms, fp8 - 0.25, 1e-12);
  EXPECT_NEAR(time_of(database, shape(GemmQuant::kFp8Static, true), 32)->ms, fp8 - 0.5, 1e-12);
}

TEST(Gemm, WithoutRowsTheAnswerDependsOnTheMode) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {one_site(2 * kSol)})})});
  const auto silicon = time_of(packs.open(Backend::kTrtllm), shape(GemmQuant::kFp8));
  ASSERT_FALSE(silicon.has_value());
  EXPECT_EQ(silicon.error().kind, ErrorKind::kMissingData);
  // bf16 runs at half its roofline; typical levels are 0.45 for fp8 and 0.70 for bf16.
  const auto hybrid = time_of(packs.open(Backend::kTrtllm, DatabaseMode::kHybrid), shape(GemmQuant::kFp8));
  ASSERT_TRUE(hybrid.has_value());
  EXPECT_NEAR(hybrid->ms, kSolFp8 / (0.5 * 0.45 / 0.70), 1e-12);
  EXPECT_EQ(hybrid->source, Source::kEmpirical);
  const auto sol = time_of(packs.open(Backend::kTrtllm, DatabaseMode::kSol), shape(GemmQuant::kFp8));
  EXPECT_DOUBLE_EQ(sol->ms, kSolFp8);
  EXPECT_EQ(sol->source, Source::kSol);
}

TEST(Gemm, EmpiricalDividesTheRooflineByTheMeasuredEfficiency) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {one_site(4 * kSol)})})});
  const auto time = time_of(packs.open(Backend::kTrtllm, DatabaseMode::kEmpirical), shape(GemmQuant::kBfloat16), 16);
  EXPECT_NEAR(time->ms, 4 * kSol, 1e-12);
  EXPECT_EQ(time->source, Source::kEmpirical);
}

TEST(Gemm, AFormatTheGpuCannotMultiplyIsAnError) {
  toy::Packs packs;
  packs.add(Backend::kTrtllm, "1.0.0", {toy::table("gemm", 2, {toy::gemm_slice("bfloat16", {one_site(1)})})});
  const auto time = time_of(packs.open(Backend::kTrtllm), shape(GemmQuant::kNvfp4));
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().kind, ErrorKind::kMissingFlops);
  EXPECT_NE(time.error().message.find("nvfp4"), std::string::npos);
}

}  // namespace
}  // namespace dynamo::perf
