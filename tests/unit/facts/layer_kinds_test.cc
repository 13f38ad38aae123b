#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_fixture.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using configs::complaints;
using configs::parsed;
using testing::Contains;
using testing::HasSubstr;

constexpr const char* kCommon = R"("num_hidden_layers": 4, "hidden_size": 1024, "num_attention_heads": 8, "num_key_value_heads": 4,
  "head_dim": 128, "intermediate_size": 4096, "vocab_size": 32768, "max_position_embeddings": 32768)";

std::string config(const std::string& architecture, const std::string& more) {
  return R"({"architectures": [")" + architecture + R"("], )" + kCommon + ", " + more + "}";
}

const std::string kExperts = R"("num_experts": 16, "num_experts_per_tok": 2, "moe_intermediate_size": 512, )";

TEST(LayerKinds, BuiltInModelsCountAllTheirLayers) {
  int mixed = 0;
  int searched = 0;
  int seeing = 0;
  for (const std::string& id : known_models()) {
    const ModelSpec& model = *find_model(id);
    const int layers = model.hybrid.full.layers() + model.hybrid.windowed.layers();
    if (layers > 0) {
      ++mixed;
      EXPECT_EQ(layers, model.layers) << id;
      EXPECT_GT(model.hybrid.windowed.window, 0) << id;
    }
    int blocks = 0;
    for (const BlockSpec& block : model.blocks) blocks += block.count;
    if (blocks > 0) {
      ++searched;
      EXPECT_EQ(blocks, model.layers) << id;
    }
    if (model.vision.layers > 0) {
      ++seeing;
      EXPECT_EQ(model.vision.hidden % model.vision.heads, 0) << id;
      EXPECT_EQ(model.vision.output, model.hidden) << id;
    }
  }
  EXPECT_EQ(mixed, 8);
  EXPECT_EQ(searched, 1);
  EXPECT_EQ(seeing, 7);
}

TEST(LayerKinds, Llama4AlternatesWindowsAndSpacesExperts) {
  const std::string text = R"({"architectures": ["Llama4ForConditionalGeneration"], "text_config": {)" + std::string(kCommon) +
                           R"(, "num_local_experts": 16, "num_experts_per_tok": 1, "interleave_moe_layer_step": 2,
                           "attention_chunk_size": 8192, "intermediate_size_mlp": 16384}})";
  const HybridSpec mix = parsed(text).hybrid;
  EXPECT_EQ(mix.full.expert_layers, 2);
  EXPECT_EQ(mix.full.dense_layers, 0);
  EXPECT_EQ(mix.windowed.dense_layers, 2);
  EXPECT_EQ(mix.windowed.window, 8192);
  EXPECT_EQ(mix.full.window, 0);
  EXPECT_EQ(mix.dense_intermediate, 16384);
}

TEST(LayerKinds, MimoHasWidthsForEachKind) {
  const HybridSpec mix = parsed(config("MiMoV2FlashForCausalLM", kExperts + R"("hybrid_layer_pattern": [0, 1, 1, 0],
      "moe_layer_freq": [0, 1, 1, 1], "v_head_dim": 64, "swa_num_key_value_heads": 8, "swa_head_dim": 192, "swa_v_head_dim": 96,
      "sliding_window_size": 256)")).hybrid;
  EXPECT_EQ(mix.full.expert_layers, 2);
  EXPECT_EQ(mix.windowed.expert_layers, 1);
  EXPECT_EQ(mix.windowed.dense_layers, 1);
  EXPECT_EQ(mix.full.value_dim, 64);
  EXPECT_EQ(mix.windowed.kv_heads, 8);
  EXPECT_EQ(mix.windowed.head_dim, 192);
  EXPECT_EQ(mix.windowed.value_dim, 96);
  EXPECT_EQ(mix.windowed.window, 256);
}

TEST(LayerKinds, StepListsItsExpertLayers) {
  const std::string types = R"("layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"],
      "sliding_window": 512, "share_expert_dim": 640, "use_head_wise_attn_gate": true, )";
  const std::string other = R"("attention_other_setting": {"num_attention_heads": 12})";
  HybridSpec mix = parsed(config("Step3p5ForCausalLM", kExperts + types + R"("moe_layers_enum": "1, 3", )" + other)).hybrid;
  EXPECT_EQ(mix.full.expert_layers, 1);
  EXPECT_EQ(mix.full.dense_layers, 1);
  EXPECT_EQ(mix.windowed.expert_layers, 1);
  EXPECT_EQ(mix.windowed.heads, 12);
  EXPECT_EQ(mix.full.heads, 8);
  EXPECT_EQ(mix.shared_intermediate, 640);
  EXPECT_TRUE(mix.head_gate);
  mix = parsed(config("Step3p5ForCausalLM", kExperts + types + R"("first_k_dense_replace": 3)")).hybrid;
  EXPECT_EQ(mix.full.expert_layers, 1);
  EXPECT_EQ(mix.windowed.dense_layers, 2);
}

TEST(LayerKinds, BadPatternsAreReported) {
  EXPECT_THAT(complaints(config("MiMoV2FlashForCausalLM", kExperts + R"("hybrid_layer_pattern": [0, 2, 1, 0],
      "moe_layer_freq": [0, 1, 1, 1])")), Contains(HasSubstr("hybrid_layer_pattern")));
  EXPECT_THAT(complaints(config("Step3p5ForCausalLM", kExperts + R"("layer_types": ["full_attention", "other", "x", "y"])")),
              Contains("model.config.pattern layer_types"));
  EXPECT_THAT(complaints(config("Step3p5ForCausalLM", kExperts + R"("moe_layers_enum": "1, two", "layer_types":
      ["full_attention", "full_attention", "full_attention", "full_attention"])")),
              Contains("model.config.integer moe_layers_enum"));
}

TEST(Blocks, EqualNeighboursAreCountedTogether) {
  const std::string block = R"({"attention": {"n_heads_in_group": 2}, "ffn": {"ffn_mult": 3.0}})";
  const std::string skipped = R"({"attention": {"no_op": true}, "ffn": {"no_op": true}})";
  const ModelSpec model = parsed(config("DeciLMForCausalLM", R"("block_configs": [)" + block + "," + block + "," + skipped + "," + block + "]"));
  ASSERT_EQ(model.blocks.size(), 3U);
  EXPECT_EQ(model.blocks[0].count, 2);
  EXPECT_EQ(model.blocks[0].kv_heads, 4);
  EXPECT_EQ(model.blocks[0].intermediate, 2048);
  EXPECT_EQ(model.blocks[1].kv_heads, 0);
  EXPECT_EQ(model.blocks[1].intermediate, 0);
}

TEST(Blocks, BadBlocksAreReported) {
  EXPECT_THAT(complaints(config("DeciLMForCausalLM", R"("block_configs": [])")), Contains("model.config.pattern block_configs"));
  const std::string bad = R"({"attention": {"n_heads_in_group": 0}, "ffn": {"ffn_mult": -1}})";
  EXPECT_THAT(complaints(config("DeciLMForCausalLM", R"("block_configs": [)" + bad + "," + bad + "," + bad + "," + bad + "]")),
              Contains("model.config.blocks block_configs"));
}

TEST(Vision, MissingAndUnevenFieldsAreReported) {
  const std::string text = R"({"architectures": ["Qwen3VLForConditionalGeneration"], "text_config": {)" + std::string(kCommon) +
                           R"(}, "vision_config": {"hidden_size": 1000, "num_heads": 16, "intermediate_size": 4096, "patch_size": 0,
                           "spatial_merge_size": 2, "out_hidden_size": 1024}})";
  const auto problems = complaints(text);
  EXPECT_THAT(problems, Contains("model.config.required vision_config.depth"));
  EXPECT_THAT(problems, Contains("model.config.positive vision_config.patch_size"));
  EXPECT_THAT(problems, Contains("model.config.heads vision_config.num_heads"));
}

}  // namespace
}  // namespace dynamo
