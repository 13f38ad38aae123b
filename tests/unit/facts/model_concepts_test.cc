#include <gtest/gtest.h>

#include "config_fixture.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using configs::replaced;

constexpr const char* kV4 = R"({
  "architectures": ["DeepseekV4ForCausalLM"], "num_hidden_layers": 4, "hidden_size": 4096, "num_attention_heads": 64,
  "num_key_value_heads": 1, "head_dim": 512, "vocab_size": 129280, "max_position_embeddings": 1048576,
  "n_routed_experts": 256, "num_experts_per_tok": 6, "moe_intermediate_size": 2048, "q_lora_rank": 1024,
  "qk_rope_head_dim": 64, "o_lora_rank": 1024, "o_groups": 8, "index_n_heads": 64, "index_head_dim": 128,
  "index_topk": 512, "sliding_window": 128, "hc_mult": 4, "hc_sinkhorn_iters": 20,
  "compress_ratios": [0, 4, 128, 4, 0]})";

constexpr const char* kK3 = R"({
  "architectures": ["KimiK3ForConditionalGeneration"], "text_config": {
  "num_hidden_layers": 4, "hidden_size": 7168, "num_attention_heads": 96, "num_key_value_heads": 96,
  "vocab_size": 163840, "max_position_embeddings": 1048576, "intermediate_size": 33792, "num_experts": 896,
  "num_experts_per_token": 16, "moe_intermediate_size": 3072, "num_shared_experts": 2, "q_lora_rank": 1536,
  "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
  "routed_expert_hidden_size": 3584, "first_k_dense_replace": 1, "attn_res_block_size": 12,
  "linear_attn_config": {"kda_layers": [1, 2, 3], "num_heads": 96, "head_dim": 128}}})";

std::string complaint(const std::string& config) {
  const auto model = parse_model_config("org/model", config, "", "config.json");
  return model.has_value() ? "" : model.error().items()[0].rule + " " + model.error().items()[0].path;
}

TEST(CompressedAttention, CountsTheLayersOfTheModelAlone) {
  const auto model = parse_model_config("org/model", kV4, "", "config.json");
  ASSERT_TRUE(model.has_value());
  const CompressedAttentionSpec& spec = model->compressed_attention;
  EXPECT_TRUE(spec.present());
  EXPECT_EQ(spec.window_layers, 1);
  EXPECT_EQ(spec.selected_layers, 2);
  EXPECT_EQ(spec.dense_layers, 1);
  EXPECT_EQ(spec.index_topk, 512);
  EXPECT_EQ(spec.hyper_connections, 4);
}

TEST(CompressedAttention, RefusesUnknownCompressionAndBadNumbers) {
  EXPECT_EQ(complaint(replaced(kV4, "[0, 4, 128", "[0, 8, 128")), "model.config.compression compress_ratios");
  EXPECT_EQ(complaint(replaced(kV4, "\"o_groups\": 8", "\"o_groups\": -8")), "model.config.positive o_groups");
  EXPECT_EQ(complaint(replaced(kV4, "\"index_topk\": 512", "\"index_topk\": \"all\"")), "model.config.integer index_topk");
  EXPECT_EQ(complaint(replaced(kV4, "\"hc_mult\": 4, ", "")), "model.config.required hc_mult");
}

TEST(KimiHybrid, ReadsLayersAndLatentExperts) {
  const auto model = parse_model_config("org/model", kK3, "", "config.json");
  ASSERT_TRUE(model.has_value()) << model.error().items()[0].path << model.error().items()[0].reason;
  const KimiHybridSpec& spec = model->kimi_hybrid;
  EXPECT_EQ(spec.delta_layers, 3);
  EXPECT_EQ(spec.delta_heads, 96);
  EXPECT_EQ(spec.conv_width, 4);
  EXPECT_EQ(spec.expert_hidden, 3584);
  EXPECT_EQ(spec.dense_ffn_layers, 1);
  EXPECT_FALSE(model->compressed_attention.present());
}

TEST(KimiHybrid, RefusesLayersThatDoNotExistAndMissingSections) {
  const std::string rule = "model.config.delta_attention text_config.linear_attn_config";
  EXPECT_EQ(complaint(replaced(kK3, "[1, 2, 3]", "[1, 2, 5]")), rule);
  EXPECT_EQ(complaint(replaced(kK3, "[1, 2, 3]", "[]")), rule);
  EXPECT_EQ(complaint(replaced(kK3, "\"num_heads\": 96", "\"num_heads\": 0")), rule);
  EXPECT_EQ(complaint(replaced(kK3, "linear_attn_config", "other")), rule);
}

TEST(Roster, HoldsTheSameConcepts) {
  const ModelSpec* flash = find_model("deepseek-ai/DeepSeek-V4-Flash");
  ASSERT_NE(flash, nullptr);
  EXPECT_EQ(flash->compressed_attention.window_layers + flash->compressed_attention.selected_layers +
                flash->compressed_attention.dense_layers,
            flash->layers);
  const ModelSpec* kimi = find_model("moonshotai/Kimi-K3");
  ASSERT_NE(kimi, nullptr);
  EXPECT_EQ(kimi->kimi_hybrid.delta_layers, 69);
}

}  // namespace
}  // namespace dynamo
