#include "perf/operators/moe_experts.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

constexpr double kFlops = 1e14, kBandwidth = 1e12;

ExpertsShape shape(int tp = 1, int ep = 1) {
  return {.hidden = 1024, .inter = 512, .topk = 2, .experts = 8, .tp = tp, .ep = ep, .attention_dp = 1,
          .quant = MoeQuant::kBfloat16, .distribution = "power_law_1.2"};
}

std::string key(const std::string& format_and_distribution, const std::string& spread = "1|1", const std::string& inter = "512") {
  return format_and_distribution + "|2|8|1024|" + inter + "|" + spread;
}

toy::Points line() { return {{{16}, 1.0}, {{64}, 3.0}}; }

Result<Timing> at(const Database& database, const ExpertsShape& wanted, int tokens) {
  return make_experts("moe", 1, database.impl(), wanted)->at({.tokens = tokens});
}

Database open(const toy::Packs& packs, DatabaseMode mode = DatabaseMode::kSilicon) {
  return packs.open(Backend::kTrtllm, mode);
}

TEST(Experts, RooflineCountsRoutedTokensAndTheExpertsTheyTouch) {
  // 3 tokens visit 2 experts each: 6 rows of 3 matrices, and at most 6 of the 8 experts are read.
  const double math = 6.0 * 1024 * 512 * 3 * 2 / kFlops * 1000;
  const double memory = (6.0 * 1024 * 2 + 6.0 * 512 * 3 + 1024.0 * 512 * 3 * 6) * 2 / kBandwidth * 1000;
  EXPECT_DOUBLE_EQ(experts_sol_ms(shape(), 3, kFlops, 2, kBandwidth), std::max(math, memory));
}

TEST(Experts, RooflineOfOneRankOfFourDividesAndRoundsDown) {
  // 6 rows over 4 expert ranks are 1; it touches one of the two local experts.
  const double memory = (1.0 * 1024 * 2 + 1.0 * 512 * 3 + 1024.0 * 512 * 3) * 2 / kBandwidth * 1000;
  EXPECT_DOUBLE_EQ(experts_sol_ms(shape(1, 4), 3, kFlops, 2, kBandwidth), memory);
}

TEST(Experts, InterpolateOverTokensOfAllReplicas) {
  toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("bfloat16|power_law_1.2"), 1, line())})});
  const Database database = open(packs);
  EXPECT_DOUBLE_EQ(at(database, shape(), 40)->ms, 2.0);
  ExpertsShape replicated = shape();
  replicated.attention_dp = 4;
  EXPECT_DOUBLE_EQ(at(database, replicated, 10)->ms, 2.0);
}

TEST(Experts, AnUnmeasuredDistributionFallsBackToUniformOnly) {
  toy::Packs uniform(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("bfloat16|uniform"), 1, line())})});
  EXPECT_DOUBLE_EQ(at(open(uniform), shape(), 64)->ms, 3.0);
  toy::Packs balanced(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("bfloat16|balanced"), 1, line())})});
  const auto missing = at(open(balanced), shape(), 64);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, ErrorKind::kMissingData);
  // Uniform rows do not fill gaps of a distribution that was measured with another shape.
  toy::Packs both(Backend::kTrtllm, "1.0.0",
                  {toy::table("moe", 1, {toy::slice(key("bfloat16|uniform"), 1, line()),
                                         toy::slice(key("bfloat16|power_law_1.2", "2|1"), 1, line())})});
  EXPECT_FALSE(at(open(both), shape(), 64).has_value());
}

TEST(Experts, OneLargeBatchSaysNothingAboutSmallOnes) {
  toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("bfloat16|uniform"), 1, {{{64}, 3.0}})})});
  const Database database = open(packs);
  EXPECT_TRUE(at(database, shape(), 64).has_value());
  EXPECT_TRUE(at(database, shape(), 128).has_value());
  const auto below = at(database, shape(), 32);
  ASSERT_FALSE(below.has_value());
  EXPECT_EQ(below.error().kind, ErrorKind::kMissingData);
}

TEST(Experts, FewTokensInNvfp4HaveATableOfTheirOwn) {
  SystemSpec blackwell = toy::system();
  blackwell.fp4_flops = 4e14;
  toy::Packs packs(Backend::kTrtllm, "1.0.0",
                   {toy::table("moe", 1, {toy::slice(key("nvfp4|uniform"), 1, {{{64}, 3.0}, {{256}, 9.0}})}),
                    toy::table("moe_low_latency", 1, {toy::slice(key("nvfp4|uniform"), 1, {{{64}, 1.0}, {{128}, 2.0}})})});
  const Database database = packs.open(Backend::kTrtllm, DatabaseMode::kSilicon, blackwell);
  ExpertsShape nvfp4 = shape();
  nvfp4.quant = MoeQuant::kNvfp4;
  EXPECT_DOUBLE_EQ(at(database, nvfp4, 128)->ms, 2.0);
  EXPECT_DOUBLE_EQ(at(database, nvfp4, 160)->ms, 6.0);
}

TEST(Experts, EstimateTakesTheEfficiencyOfTheNearestShape) {
  // The only other shape runs at a quarter of its roofline, so this one is taken to do the same.
  ExpertsShape other = shape();
  other.inter = 1024;
  const double measured = experts_sol_ms(other, 64, kFlops, 2, kBandwidth) * 4;
  toy::Packs packs(Backend::kTrtllm, "1.0.0",
                   {toy::table("moe", 1, {toy::slice(key("bfloat16|uniform", "1|1", "1024"), 1, {{{64}, measured}})})});
  const double expected = experts_sol_ms(shape(), 64, kFlops, 2, kBandwidth) * 4;
  const auto estimate = at(open(packs, DatabaseMode::kHybrid), shape(), 64);
  ASSERT_TRUE(estimate.has_value()) << estimate.error().message;
  EXPECT_NEAR(estimate->ms, expected, 1e-9 * expected);
  EXPECT_EQ(estimate->source, Source::kEmpirical);
  EXPECT_FALSE(at(open(packs), shape(), 64).has_value());
}

TEST(Experts, EstimateAcrossFormatsIsScaledByTheirTypicalEfficiency) {
  ExpertsShape fp8 = shape();
  fp8.quant = MoeQuant::kFp8;
  const double measured = experts_sol_ms(fp8, 64, 2e14, 1, kBandwidth) * 2;
  toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("fp8|uniform"), 1, {{{64}, measured}})})});
  const double expected = experts_sol_ms(shape(), 64, kFlops, 2, kBandwidth) / (0.5 * (0.53 / 0.40));
  EXPECT_NEAR(at(open(packs, DatabaseMode::kEmpirical), shape(), 64)->ms, expected, 1e-9 * expected);
}

TEST(Experts, NothingMeasuredCannotBeEstimated) {
  toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("custom_allreduce", 1, {toy::slice("half|2", 1, line())})});
  const auto estimate = at(open(packs, DatabaseMode::kHybrid), shape(), 64);
  ASSERT_FALSE(estimate.has_value());
  EXPECT_EQ(estimate.error().kind, ErrorKind::kNotEstimable);
}

TEST(Experts, WeightsAreDividedByBothSpreads) {
  toy::Packs packs(Backend::kTrtllm, "1.0.0", {toy::table("moe", 1, {toy::slice(key("bfloat16|uniform"), 1, line())})});
  const Database database = open(packs);
  const auto op = make_experts("moe", 3, database.impl(), shape(2, 4));
  EXPECT_DOUBLE_EQ(op->weight_bytes(), 1024.0 * 512 * 8 * 2 * 3 / 8 * 3);
}

}  // namespace
}  // namespace dynamo::perf
