#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emit/weights.h"
#include "unit/emit/emit_fixture.h"

namespace dynamo {
namespace {

using testing::dense_model;
using ::testing::HasSubstr;
using testing::kGib;
using testing::moe_model;
using testing::request_for;

QuantModes quant_of(GemmQuant gemm, MoeQuant moe) {
  QuantModes quant;
  quant.gemm = gemm;
  quant.moe = moe;
  return quant;
}

// Published parameter counts: 32.8 and 235 billion.
TEST(Weights, AgreeWithPublishedParameterCounts) {
  const QuantModes bf16;
  EXPECT_NEAR(emit::weight_bytes(dense_model(), bf16) / 2, 32.8e9, 0.1e9);
  EXPECT_NEAR(emit::weight_bytes(moe_model(), bf16) / 2, 235.1e9, 0.5e9);
}

TEST(Weights, QuantisationShrinksWhatItApplies) {
  const double bf16 = emit::weight_bytes(dense_model(), {});
  const double tables = 2.0 * 151936 * 5120 * 2;
  EXPECT_NEAR(emit::weight_bytes(dense_model(), quant_of(GemmQuant::kFp8, MoeQuant::kBfloat16)),
              (bf16 - tables) / 2 + tables,
              1e6);
  auto excluded = dense_model();
  excluded.quant.excluded = {"o"};
  const double output = 64.0 * 5120 * 64 * 128;  // layers, hidden, heads, head width
  EXPECT_NEAR(emit::weight_bytes(excluded, quant_of(GemmQuant::kFp8, MoeQuant::kBfloat16)) -
                  emit::weight_bytes(dense_model(), quant_of(GemmQuant::kFp8, MoeQuant::kBfloat16)),
              output,
              1e6);
}

TEST(NaivePick, SmallModelTakesOneGpuAndFillsTheBudget) {
  const auto report = naive_pick(request_for(dense_model()));
  ASSERT_TRUE(report);
  ASSERT_TRUE(report->chosen);
  EXPECT_TRUE(report->naive);
  EXPECT_EQ(report->provenance.tier, "unverified");
  EXPECT_FALSE(report->sla_met);
  EXPECT_EQ(report->chosen->unit.mode, ServingMode::kAggregated);
  EXPECT_EQ(report->chosen->unit.decode.parallel.gpus(), 1);  // 61 GiB, 92 with headroom, of 141
  EXPECT_EQ(report->chosen->replicas, 8);
  EXPECT_GE(report->chosen->unit.decode.batch, 1);
  EXPECT_LE(report->chosen->unit.decode.memory_gib, 141);
}

TEST(NaivePick, TensorParallelGrowsWithTheModel) {
  auto request = request_for(dense_model());
  request.vram_bytes = 48 * kGib;
  const auto report = naive_pick(request);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->chosen->unit.decode.parallel.tp, 2);  // 92 GiB with headroom on 48 each
  EXPECT_EQ(report->chosen->replicas, 4);
}

TEST(NaivePick, ExpertsAreSpread) {
  const auto report = naive_pick(request_for(moe_model(), 16));
  ASSERT_TRUE(report);
  const auto& parallel = report->chosen->unit.decode.parallel;
  EXPECT_EQ(parallel.tp, 8);  // 438 GiB, 657 with headroom
  EXPECT_EQ(parallel.moe_ep, 8);
  EXPECT_EQ(report->chosen->replicas, 2);
}

// The released profiler put 438 GiB on 8 x 48 GB and called it a success.
TEST(NaivePick, SpansNodesWhenOneIsTooSmall) {
  auto request = request_for(moe_model(), 32);
  request.vram_bytes = 44.7 * kGib;
  const auto report = naive_pick(request);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->chosen->unit.decode.parallel.tp, 8);
  EXPECT_EQ(report->chosen->unit.decode.parallel.pp, 2);
  EXPECT_EQ(report->chosen->replicas, 2);
  EXPECT_TRUE(emit_deployment(request, *report));
}

TEST(NaivePick, TensorParallelDividesTheHeads) {
  auto request = request_for(dense_model());
  request.model.heads = 40;
  request.model.intermediate = 25600;
  request.vram_bytes = 12 * kGib;
  const auto report = naive_pick(request);
  ASSERT_TRUE(report);
  EXPECT_EQ(request.model.heads % report->chosen->unit.decode.parallel.tp, 0);
}

TEST(NaivePick, TooLittleMemorySaysWhatIsNeeded) {
  auto request = request_for(moe_model(), 8);
  request.vram_bytes = 44.7 * kGib;
  const auto report = naive_pick(request);
  ASSERT_FALSE(report);
  const auto& problem = report.error().items().at(0);
  EXPECT_EQ(problem.code, DiagnosticCode::kUnsupported);
  EXPECT_EQ(problem.path, "spec.hardware.totalGpus");
  EXPECT_THAT(problem.reason, HasSubstr("weights take 437.9 GiB"));
  EXPECT_THAT(problem.reason, HasSubstr("8 x 44.7 GiB"));
  EXPECT_THAT(problem.hint, HasSubstr("such GPUs"));
}

TEST(NaivePick, AutoscaleStartsWithOneReplicaAndAutoMeansVllm) {
  auto request = request_for(dense_model());
  request.picking = PickingMode::kAutoscale;
  request.backends = {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};
  const auto report = naive_pick(request);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->chosen->replicas, 1);
  EXPECT_EQ(report->chosen->unit.decode.backend, Backend::kVllm);
}

}  // namespace
}  // namespace dynamo
