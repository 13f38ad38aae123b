#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_fixture.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using configs::complaints;
using configs::parsed;
using configs::replaced;
using testing::IsSupersetOf;

constexpr const char* kQwen = R"({"architectures": ["Qwen3_5MoeForConditionalGeneration"], "text_config": {
  "num_hidden_layers": 4, "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256,
  "vocab_size": 248320, "max_position_embeddings": 262144, "num_experts": 256, "num_experts_per_tok": 8,
  "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512,
  "layer_types": ["linear_attention", "linear_attention", "linear_attention", "full_attention"],
  "linear_num_key_heads": 16, "linear_key_head_dim": 128, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
  "linear_conv_kernel_dim": 4, "mamba_ssm_dtype": "float32"}})";

constexpr const char* kNemotron = R"({"architectures": ["NemotronHForCausalLM"], "num_hidden_layers": 5, "hidden_size": 2688,
  "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "vocab_size": 131072, "max_position_embeddings": 262144,
  "intermediate_size": 1856, "n_routed_experts": 128, "num_experts_per_tok": 6, "moe_intermediate_size": 1856,
  "moe_shared_expert_intermediate_size": 3712, "hybrid_override_pattern": "MEM*-", "mamba_num_heads": 64, "mamba_head_dim": 64,
  "ssm_state_size": 128, "conv_kernel": 4, "n_groups": 8, "chunk_size": 128, "moe_latent_size": null})";

TEST(StateSpaceFields, GatedDelta) {
  const ModelSpec model = parsed(kQwen);
  EXPECT_EQ(model.gdn.linear_layers, 3);
  EXPECT_EQ(model.gdn.full_layers, 1);
  EXPECT_EQ(model.gdn.key_heads, 16);
  EXPECT_EQ(model.gdn.value_heads, 32);
  EXPECT_EQ(model.gdn.conv_channels(), 2 * 16 * 128 + 32 * 128);
  EXPECT_EQ(model.gdn.state_bytes, 4);
  EXPECT_EQ(model.shared_intermediate, 512);
}

TEST(StateSpaceFields, StateType) {
  const GdnSpec bf16 = parsed(replaced(kQwen, "\"float32\"", "\"bfloat16\"")).gdn;
  EXPECT_EQ(bf16.state_bytes, 2);
  EXPECT_TRUE(bf16.bf16_state);
  EXPECT_EQ(parsed(replaced(kQwen, "\"float32\"", "\"int8\"")).gdn.state_bytes, 4);
  const std::string at_root = replaced(replaced(kQwen, ", \"mamba_ssm_dtype\": \"float32\"", ""), "{\"arch",
                                       "{\"mamba_ssm_dtype\": \"float16\", \"arch");
  EXPECT_EQ(parsed(at_root).gdn.state_bytes, 2);
  EXPECT_FALSE(parsed(at_root).gdn.bf16_state);
}

TEST(StateSpaceFields, EveryMistakeOfGatedDelta) {
  std::string text = replaced(kQwen, "\"linear_num_key_heads\": 16, ", "");
  text = replaced(text, "\"linear_key_head_dim\": 128", "\"linear_key_head_dim\": 0");
  text = replaced(text, "\"linear_conv_kernel_dim\": 4", "\"linear_conv_kernel_dim\": 4.5");
  text = replaced(text, "\"full_attention\"", "\"sliding_attention\"");
  EXPECT_THAT(complaints(text), IsSupersetOf({"model.config.required text_config.linear_num_key_heads",
                                              "model.config.positive text_config.linear_key_head_dim",
                                              "model.config.integer text_config.linear_conv_kernel_dim",
                                              "model.config.pattern text_config.layer_types"}));
}

TEST(StateSpaceFields, FormatsOfParts) {
  const PartFormats stated = parsed(kQwen, R"({"quantization": {"quant_algo": "MIXED_PRECISION", "quantized_layers": {
    "model.layers.0.linear_attn.in_proj_qkv": {"quant_algo": "FP8"}, "model.layers.0.mlp.shared_expert.up_proj":
    {"quant_algo": "W4A16_NVFP4"}, "model.layers.0.mlp.experts.0.up_proj": {"quant_algo": "NVFP4"}}}})").part_formats;
  EXPECT_EQ(stated.projections, GemmQuant::kFp8Static);
  EXPECT_EQ(stated.shared_expert, GemmQuant::kW4a16Nvfp4);
  EXPECT_EQ(stated.dense_ffn, std::nullopt);
  const PartFormats left_out = parsed(kQwen, R"({"quantization": {"quant_algo": "NVFP4", "exclude_modules":
    ["model.layers.0.linear_attn*", "*.mlp.gate"]}})").part_formats;
  EXPECT_EQ(left_out.projections, GemmQuant::kBfloat16);
  EXPECT_EQ(left_out.dense_ffn, GemmQuant::kBfloat16);
  EXPECT_EQ(left_out.shared_expert, std::nullopt);
}

TEST(StateSpaceFields, Mamba) {
  const ModelSpec model = parsed(kNemotron);
  EXPECT_EQ(model.mamba.mamba_layers, 2);
  EXPECT_EQ(model.mamba.expert_layers, 1);
  EXPECT_EQ(model.mamba.attention_layers, 1);
  EXPECT_EQ(model.mamba.mlp_layers, 1);
  EXPECT_EQ(model.mamba.chunk, 128);
  EXPECT_EQ(model.mamba.latent, 0);
  EXPECT_EQ(model.shared_intermediate, 3712);
  const std::string named = replaced(kNemotron, R"("hybrid_override_pattern": "MEM*-")",
                                     R"("layers_block_type": ["mamba", "moe", "mamba", "attention", "ffn"])");
  EXPECT_EQ(parsed(named).mamba.mlp_layers, 1);
  EXPECT_EQ(parsed(named).mamba.mamba_layers, 2);
}

TEST(StateSpaceFields, EveryMistakeOfMamba) {
  std::string text = replaced(kNemotron, "MEM*-", "MEX*-");
  text = replaced(text, "\"mamba_num_heads\": 64", "\"mamba_num_heads\": -1");
  text = replaced(text, "\"chunk_size\": 128, ", "");
  EXPECT_THAT(complaints(text), IsSupersetOf({"model.config.pattern hybrid_override_pattern",
                                              "model.config.positive mamba_num_heads", "model.config.required chunk_size"}));
  EXPECT_THAT(complaints(replaced(kNemotron, "\"hybrid_override_pattern\": \"MEM*-\", ", "")),
              IsSupersetOf({"model.config.required hybrid_override_pattern"}));
}

TEST(StateSpaceFields, RosterAgreesWithItself) {
  for (const std::string& id : known_models()) {
    const ModelSpec& model = *find_model(id);
    const MambaSpec& m = model.mamba;
    if (model.family == Family::kQwen35) {
      EXPECT_EQ(model.gdn.linear_layers + model.gdn.full_layers, model.layers) << id;
    } else if (model.family == Family::kNemotronH) {
      EXPECT_EQ(m.mamba_layers + m.attention_layers + m.expert_layers + m.mlp_layers, model.layers) << id;
    }
  }
}

}  // namespace
}  // namespace dynamo
