#include <gtest/gtest.h>

#include "dynamo/profiler/serving_limit.h"

namespace dynamo {
namespace {

TEST(ServingLimit, Fp4ExpertsOfDeepseekV4NeedBlackwell) {
  for (const char* id : {"deepseek-ai/DeepSeek-V4-Flash", "nvidia/DeepSeek-V4-Flash-NVFP4"}) {
    for (const char* gpu : {"h100_sxm", "h200_sxm"}) {
      const auto limit = serving_limit(*find_model(id), *find_system(gpu));
      ASSERT_TRUE(limit.has_value()) << id << gpu;
      ASSERT_NE(limit->instead, nullptr);
      EXPECT_EQ(limit->instead->id, "sgl-project/DeepSeek-V4-Flash-FP8");
      EXPECT_NE(limit->reason.find(id), std::string::npos);
    }
    EXPECT_FALSE(serving_limit(*find_model(id), *find_system("b200_sxm")).has_value());
  }
  EXPECT_EQ(serving_limit(*find_model("deepseek-ai/DeepSeek-V4-Pro"), *find_system("h200_sxm"))->instead->id,
            "sgl-project/DeepSeek-V4-Pro-FP8");
}

TEST(ServingLimit, OthersAreServed) {
  for (const char* id : {"sgl-project/DeepSeek-V4-Flash-FP8", "nvidia/DeepSeek-V3.1-NVFP4", "openai/gpt-oss-120b"}) {
    EXPECT_FALSE(serving_limit(*find_model(id), *find_system("h200_sxm")).has_value()) << id;
  }
}

}  // namespace
}  // namespace dynamo
