#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Models, FoundByExactIdAndByAnyCase) {
  ASSERT_NE(find_model("Qwen/Qwen3-32B"), nullptr);
  EXPECT_EQ(find_model("qwen/qwen3-32b"), find_model("Qwen/Qwen3-32B"));
  EXPECT_EQ(find_model("Qwen3-32B"), nullptr);
  EXPECT_EQ(find_model(""), nullptr);
  EXPECT_EQ(find_model("zzz/zzz"), nullptr);
}

TEST(Models, IdsAreSortedAndFindThemselves) {
  const auto ids = known_models();
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  for (const std::string& id : ids) {
    ASSERT_NE(find_model(id), nullptr) << id;
    EXPECT_EQ(find_model(id)->id, id);
  }
}

TEST(Models, DeepseekR1HasLatentAttention) {
  const ModelSpec& model = *find_model("deepseek-ai/DeepSeek-R1");
  EXPECT_EQ(model.family, Family::kDeepseek);
  EXPECT_EQ(model.kv_lora_rank, 512);
  EXPECT_EQ(model.q_lora_rank, 1536);
  EXPECT_EQ(model.qk_nope_head_dim, 128);
  EXPECT_EQ(model.qk_rope_head_dim, 64);
  EXPECT_EQ(model.v_head_dim, 128);
  EXPECT_EQ(model.shared_experts, 1);
  EXPECT_EQ(model.nextn_layers, 1);
  EXPECT_EQ(model.quant.algorithm, "fp8_block");
  EXPECT_EQ(model.quant.block_size, 128);
  EXPECT_THAT(model.quant.excluded, IsEmpty());
}

TEST(Models, ProjectionsKeptInBf16AreKnown) {
  EXPECT_THAT(find_model("nvidia/DeepSeek-V3.1-NVFP4")->quant.excluded, ElementsAre("q", "kv"));
  EXPECT_THAT(find_model("nvidia/Kimi-K2.5-NVFP4")->quant.excluded, Contains("o"));
}

TEST(Models, QueryNormalisationFollowsTheArchitecture) {
  EXPECT_TRUE(find_model("Qwen/Qwen3-30B-A3B")->qk_norm);
  EXPECT_TRUE(find_model("MiniMaxAI/MiniMax-M2.5")->qk_norm);
  EXPECT_FALSE(find_model("meta-llama/Meta-Llama-3.1-70B")->qk_norm);
}

TEST(Models, NearMissesAreOffered) {
  EXPECT_THAT(similar_models("Qwen/Qwen3-23B"), Contains("Qwen/Qwen3-32B"));
  EXPECT_LE(similar_models("Qwen/Qwen3").size(), 3u);
}

TEST(Models, FirstLookUpIsCheap) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_NE(find_system("NVIDIA-H100-80GB-HBM3"), nullptr);
  ASSERT_NE(find_model("openai/gpt-oss-120b"), nullptr);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  // Optimised builds need 0.1 ms; the margin is for debug builds on a busy machine.
  EXPECT_LT(elapsed.count(), 50);
}

}  // namespace
}  // namespace dynamo
