#include <gtest/gtest.h>

#include "dynamo/profiler/quantization.h"

namespace dynamo {
namespace {

/// Every format is found by its own name, so the order of the table matches the enumeration.
template <typename Quant>
void expect_round_trip(Quant last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto quant = static_cast<Quant>(i);
    EXPECT_EQ(quant_from_name<Quant>(facts_of(quant).name), quant) << facts_of(quant).name;
  }
  EXPECT_EQ(quant_from_name<Quant>(""), std::nullopt);
  EXPECT_EQ(quant_from_name<Quant>("FP8"), std::nullopt);
}

TEST(Quantization, NamesRoundTrip) {
  expect_round_trip(GemmQuant::kW4a16Nvfp4);
  expect_round_trip(MoeQuant::kW4a16Nvfp4);
  expect_round_trip(FmhaQuant::kFp8Block);
  expect_round_trip(KvQuant::kFp8);
  expect_round_trip(CommQuant::kFp8);
}

TEST(Quantization, WidthsAndRates) {
  EXPECT_EQ(facts_of(GemmQuant::kBfloat16).bytes_per_element, 2);
  EXPECT_EQ(facts_of(GemmQuant::kInt4Wo).bytes_per_element, 0.5);
  EXPECT_EQ(facts_of(GemmQuant::kNvfp4).bytes_per_element, 9.0 / 16);
  EXPECT_EQ(facts_of(GemmQuant::kNvfp4).compute, ComputeType::kFp4);
  EXPECT_EQ(facts_of(GemmQuant::kNvfp4).compute_multiple, 4);
  EXPECT_EQ(facts_of(GemmQuant::kNvfp4Wo).compute, ComputeType::kBf16);
  EXPECT_EQ(facts_of(GemmQuant::kSq).compute, ComputeType::kInt8);
  EXPECT_EQ(facts_of(GemmQuant::kFp8Static).compute, ComputeType::kFp8);
  EXPECT_EQ(facts_of(MoeQuant::kW4afp8).compute, ComputeType::kFp8);
  EXPECT_EQ(facts_of(MoeQuant::kW4a16Mxfp4).compute, ComputeType::kBf16);
  EXPECT_EQ(facts_of(MoeQuant::kW4a8Mxfp4Mxfp8).bytes_per_element, 0.5);
  EXPECT_EQ(facts_of(FmhaQuant::kFloat16).compute, ComputeType::kBf16);
  EXPECT_EQ(facts_of(KvQuant::kInt8).bytes_per_element, 1);
  EXPECT_EQ(facts_of(CommQuant::kHalf).bytes_per_element, 2);
}

TEST(Quantization, NamesThatTablesUse) {
  EXPECT_EQ(facts_of(MoeQuant::kW4a8Mxfp4Mxfp8Trtllm).name, "w4a8_mxfp4_mxfp8_trtllm");
  EXPECT_EQ(facts_of(MoeQuant::kW4a16Mxfp4Cutlass).name, "w4a16_mxfp4_cutlass");
  EXPECT_EQ(facts_of(GemmQuant::kFp8Ootb).name, "fp8_ootb");
}

}  // namespace
}  // namespace dynamo
