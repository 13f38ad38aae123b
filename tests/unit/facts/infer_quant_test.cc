#include <gtest/gtest.h>

#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

/// What a checkpoint says, with everything else left out.
struct Says {
  std::string algorithm = {};
  std::optional<bool> dynamic_activations = {};
  std::string kv_algorithm = {};
  std::string group_mode = {};
  std::string moe_group_mode = {};
};

ModelSpec checkpoint(const Says& says, Family family = Family::kMoe) {
  ModelSpec model;
  model.id = "org/model";
  model.family = family;
  model.experts = 8;
  model.quant.algorithm = says.algorithm;
  model.quant.dynamic_activations = says.dynamic_activations;
  model.quant.kv_algorithm = says.kv_algorithm;
  model.quant.group_mode = says.group_mode;
  model.quant.moe_group_mode = says.moe_group_mode;
  return model;
}

QuantModes modes_of(const Says& says, Family family = Family::kMoe) {
  const auto modes = infer_quant(checkpoint(says, family));
  EXPECT_TRUE(modes.has_value());
  return modes.value_or(QuantModes{});
}

TEST(InferQuant, PlainCheckpointsAreBf16Throughout) { EXPECT_EQ(modes_of({}), QuantModes{}); }

TEST(InferQuant, PerTensorFp8IsStaticUnlessMarkedDynamic) {
  EXPECT_EQ(modes_of({.algorithm = "fp8"}).gemm, GemmQuant::kFp8Static);
  EXPECT_EQ(modes_of({.algorithm = "fp8", .dynamic_activations = false}).gemm, GemmQuant::kFp8Static);
  EXPECT_EQ(modes_of({.algorithm = "fp8", .dynamic_activations = true}).gemm, GemmQuant::kFp8);
  EXPECT_EQ(modes_of({.algorithm = "fp8"}).moe, MoeQuant::kFp8);
}

TEST(InferQuant, EightBitWeightsBringAnEightBitCache) {
  for (const char* algorithm : {"fp8", "fp8_block", "nvfp4"}) {
    const QuantModes modes = modes_of({.algorithm = algorithm, .kv_algorithm = "bfloat16"});
    EXPECT_EQ(modes.kv, KvQuant::kFp8) << algorithm;
    EXPECT_EQ(modes.fmha, FmhaQuant::kFp8) << algorithm;
  }
}

TEST(InferQuant, Mxfp4KeepsBf16AttentionUnlessTheCacheIsFp8) {
  const QuantModes plain = modes_of({.algorithm = "mxfp4"});
  EXPECT_EQ(plain.gemm, GemmQuant::kBfloat16);
  EXPECT_EQ(plain.moe, MoeQuant::kW4a16Mxfp4);
  EXPECT_EQ(plain.kv, KvQuant::kBfloat16);
  EXPECT_EQ(plain.fmha, FmhaQuant::kBfloat16);
  EXPECT_EQ(modes_of({.algorithm = "mxfp4", .kv_algorithm = "fp8"}).fmha, FmhaQuant::kFp8);
}

TEST(InferQuant, AnFp8CacheAloneLeavesAttentionInBf16) {
  const QuantModes modes = modes_of({.kv_algorithm = "fp8"});
  EXPECT_EQ(modes.kv, KvQuant::kFp8);
  EXPECT_EQ(modes.fmha, FmhaQuant::kBfloat16);
}

TEST(InferQuant, GroupsDecideWhereOnlySomeLayersAreQuantised) {
  const QuantModes modes = modes_of({.algorithm = "compressed-tensors", .moe_group_mode = "int4_wo"});
  EXPECT_EQ(modes.gemm, GemmQuant::kBfloat16);
  EXPECT_EQ(modes.moe, MoeQuant::kInt4Wo);
  const QuantModes mixed =
      modes_of({.algorithm = "mixed_precision", .group_mode = "fp8_block", .moe_group_mode = "nvfp4"});
  EXPECT_EQ(mixed.gemm, GemmQuant::kFp8Block);
  EXPECT_EQ(mixed.moe, MoeQuant::kNvfp4);
}

TEST(InferQuant, DeepseekV4AlwaysHasAnFp8Cache) {
  EXPECT_EQ(modes_of({}, Family::kDeepseekV4).kv, KvQuant::kFp8);
  const QuantModes modes =
      modes_of({.algorithm = "fp8_block", .moe_group_mode = "w4a8_mxfp4_mxfp8"}, Family::kDeepseekV4);
  EXPECT_EQ(modes.gemm, GemmQuant::kFp8Block);
  EXPECT_EQ(modes.moe, MoeQuant::kW4a8Mxfp4Mxfp8);
}

TEST(InferQuant, UnknownAlgorithmsAreAllReported) {
  const auto modes = infer_quant(checkpoint({.algorithm = "awq", .kv_algorithm = "int3"}));
  ASSERT_FALSE(modes.has_value());
  ASSERT_EQ(modes.error().items().size(), 2u);
  const Diagnostic& algorithm = modes.error().items()[0];
  EXPECT_EQ(algorithm.rule, "model.config.quantization");
  EXPECT_EQ(algorithm.bad_value, "awq");
  EXPECT_NE(algorithm.hint, "");
  EXPECT_EQ(modes.error().items()[1].bad_value, "int3");
}

TEST(InferQuant, AnExpertFormatWithoutTableIsAnErrorOnlyWithExperts) {
  // There is no table of 8-bit integer experts.
  ModelSpec model = checkpoint({.algorithm = "compressed-tensors", .group_mode = "int8_wo", .moe_group_mode = "int8_wo"});
  EXPECT_FALSE(infer_quant(model).has_value());
  model.experts = 0;
  ASSERT_TRUE(infer_quant(model).has_value());
  EXPECT_EQ(infer_quant(model)->gemm, GemmQuant::kInt8Wo);
}

}  // namespace
}  // namespace dynamo
