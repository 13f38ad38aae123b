#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_fixture.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using configs::complaints;
using configs::parsed;
using configs::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kDense = R"({
  "architectures": ["Qwen3ForCausalLM"], "num_hidden_layers": 64, "hidden_size": 5120, "num_attention_heads": 64,
  "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 25600, "vocab_size": 151936,
  "max_position_embeddings": 40960)";

constexpr const char* kMoe = R"({
  "architectures": ["MixtralForCausalLM"], "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
  "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000, "max_position_embeddings": 32768,
  "num_local_experts": 8, "num_experts_per_tok": 2)";

std::string with(const char* base, const std::string& more = "") { return base + (more.empty() ? "" : ", " + more) + "}"; }

TEST(ParseModelConfig, DenseModel) {
  const ModelSpec model = parsed(with(kDense));
  EXPECT_EQ(model.id, "org/model");
  EXPECT_EQ(model.family, Family::kLlama);
  EXPECT_EQ(model.layers, 64);
  EXPECT_EQ(model.hidden, 5120);
  EXPECT_EQ(model.heads, 64);
  EXPECT_EQ(model.kv_heads, 8);
  EXPECT_EQ(model.head_dim, 128);
  EXPECT_EQ(model.intermediate, 25600);
  EXPECT_EQ(model.vocab, 151936);
  EXPECT_EQ(model.max_positions, 40960);
  EXPECT_TRUE(model.qk_norm);
  EXPECT_FALSE(model.is_moe());
}

TEST(ParseModelConfig, DerivedFields) {
  ModelSpec model = parsed(with(kMoe));
  EXPECT_EQ(model.head_dim, 128);
  EXPECT_EQ(model.moe_intermediate, 14336);
  EXPECT_EQ(model.experts, 8);
  EXPECT_EQ(model.experts_per_token, 2);
  model = parsed(replaced(with(kMoe), "\"num_key_value_heads\": 8,", ""));
  EXPECT_EQ(model.kv_heads, 32);
  model = parsed(with(kMoe, R"("moe_intermediate_size": 1024, "shared_expert_intermediate_size": 4096)"));
  EXPECT_EQ(model.moe_intermediate, 1024);
  EXPECT_EQ(model.shared_experts, 4);
  model = parsed(with(kMoe, R"("n_shared_experts": null, "num_nextn_predict_layers": 2)"));
  EXPECT_EQ(model.shared_experts, 0);
  EXPECT_EQ(model.nextn_layers, 2);
}

TEST(ParseModelConfig, MultimodalWrapperKeepsItsLanguageModelInside) {
  const ModelSpec model = parsed(R"({"architectures": ["KimiK25ForConditionalGeneration"], "hidden_size": 1,
    "text_config": {"num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 64, "num_key_value_heads": 64,
    "intermediate_size": 18432, "vocab_size": 163840, "max_position_embeddings": 262144, "n_routed_experts": 384,
    "num_experts_per_tok": 8, "moe_intermediate_size": 2048, "n_shared_experts": 1, "kv_lora_rank": 512,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}})");
  EXPECT_EQ(model.family, Family::kKimiK25);
  EXPECT_EQ(model.hidden, 7168);
  EXPECT_EQ(model.kv_lora_rank, 512);
  EXPECT_EQ(model.quant.algorithm, "fp8_block");
  EXPECT_EQ(model.quant.block_size, 128);
}

TEST(ParseModelConfig, HybridModelsMayCountLayersByPattern) {
  const ModelSpec model = parsed(R"({"architectures": ["NemotronHForCausalLM"], "hybrid_override_pattern": "M-M*",
    "hidden_size": 8192, "num_attention_heads": 64, "num_key_value_heads": 8, "attention_head_dim": 128,
    "intermediate_size": 32768, "vocab_size": 131072, "max_position_embeddings": 8192, "time_step_limit": [0.0, Infinity],
    "mamba_num_heads": 256, "mamba_head_dim": 64, "ssm_state_size": 256, "conv_kernel": 4, "n_groups": 8, "chunk_size": 128})");
  EXPECT_EQ(model.layers, 4);
  EXPECT_EQ(model.head_dim, 128);
  EXPECT_EQ(model.family, Family::kNemotronH);
}

TEST(ParseModelConfig, QuantisationFileWinsOverTheConfiguration) {
  const CheckpointQuant quant = parsed(with(kDense, R"("quantization_config": {"quant_method": "modelopt"})"),
                                       R"({"quantization": {"quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8",
                                           "exclude_modules": ["lm_head", "model.layers.0.self_attn*"]}})")
                                    .quant;
  EXPECT_EQ(quant.algorithm, "nvfp4");
  EXPECT_EQ(quant.kv_algorithm, "fp8");
  EXPECT_THAT(quant.excluded, ElementsAre("q", "kv", "o", "indexer"));
}

TEST(ParseModelConfig, StaticAndDynamicActivations) {
  const auto dynamic = [](const std::string& section) {
    return parsed(with(kDense, "\"quantization_config\": " + section)).quant.dynamic_activations;
  };
  EXPECT_EQ(dynamic(R"({"quant_method": "fp8", "activation_scheme": "dynamic"})"), true);
  EXPECT_EQ(dynamic(R"({"quant_method": "fp8", "activation_scheme": "static"})"), false);
  EXPECT_EQ(dynamic(R"({"quant_method": "fp8"})"), std::nullopt);
  EXPECT_EQ(dynamic(R"({"config_groups": {"group_0": {"input_activations": {"dynamic": true}}}})"), true);
  EXPECT_EQ(dynamic(R"({"config_groups": {"group_0": {"weights": {"dynamic": false}}}})"), false);
}

TEST(ParseModelConfig, CacheFormats) {
  const auto kv = [](const std::string& section) {
    return parsed(with(kDense, "\"quantization_config\": " + section)).quant.kv_algorithm;
  };
  EXPECT_EQ(kv(R"({"kv_cache_dtype": "e4m3"})"), "fp8");
  EXPECT_EQ(kv(R"({"kv_cache_quant_algo": "FP16"})"), "bfloat16");
  EXPECT_EQ(kv(R"({"kv_cache_scheme": {"type": "float", "num_bits": 8}})"), "fp8");
  EXPECT_EQ(kv(R"({"kv_cache_scheme": {"type": "float", "num_bits": 16}})"), "bfloat16");
  EXPECT_EQ(kv(R"({"kv_cache_scheme": null})"), "");
}

TEST(ParseModelConfig, CompressedTensors) {
  const auto read = [](const std::string& weights, const std::string& ignore) {
    return parsed(with(kMoe, R"("quantization_config": {"quant_method": "compressed-tensors", "ignore": )" + ignore +
                                 R"(, "config_groups": {"group_0": {"weights": )" + weights + "}}}"))
        .quant;
  };
  CheckpointQuant quant = read(R"({"num_bits": 4, "type": "int"})", R"(["lm_head", "re:.*self_attn.*"])");
  EXPECT_EQ(quant.group_mode, "");
  EXPECT_EQ(quant.moe_group_mode, "int4_wo");
  quant = read(R"({"num_bits": 8, "type": "float", "strategy": "block"})", R"(["re:.*mlp.experts.*"])");
  EXPECT_EQ(quant.group_mode, "fp8_block");
  EXPECT_EQ(quant.moe_group_mode, "");
  quant = read(R"({"num_bits": 8, "type": "float", "strategy": "channel"})", R"(["model.mlp.shared_expert.up_proj"])");
  EXPECT_EQ(quant.group_mode, "fp8");
  EXPECT_EQ(quant.moe_group_mode, "fp8");
  EXPECT_THAT(quant.excluded, ElementsAre("shared_expert"));
}

TEST(ParseModelConfig, MixedPrecision) {
  const CheckpointQuant quant = parsed(with(kMoe), R"({"quantization": {"quant_algo": "MIXED_PRECISION",
      "quantized_layers": {"model.layers.0.self_attn.q_proj": {"quant_algo": "MXFP8"},
                           "model.layers.0.mlp.shared_expert.up_proj": {"quant_algo": "FP8"},
                           "model.layers.0.mlp.experts.0.up_proj": {"quant_algo": "NVFP4"}}}})")
                                    .quant;
  EXPECT_EQ(quant.group_mode, "fp8_block");
  EXPECT_EQ(quant.moe_group_mode, "nvfp4");
}

TEST(ParseModelConfig, EveryBadFieldIsReportedAtOnce) {
  EXPECT_THAT(complaints(R"({"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 0, "hidden_size": -5,
                "num_attention_heads": "32", "num_key_value_heads": 2.5, "head_dim": 0, "vocab_size": true,
                "intermediate_size": 99999999999})"),
              UnorderedElementsAre("model.config.positive num_hidden_layers", "model.config.positive hidden_size",
                                   "model.config.integer num_attention_heads",
                                   "model.config.integer num_key_value_heads", "model.config.positive head_dim",
                                   "model.config.integer vocab_size", "model.config.positive intermediate_size",
                                   "model.config.required max_position_embeddings"));
}

TEST(ParseModelConfig, Contradictions) {
  EXPECT_THAT(complaints(replaced(with(kDense), "\"num_key_value_heads\": 8", "\"num_key_value_heads\": 7")),
              ElementsAre("model.config.heads num_key_value_heads"));
  EXPECT_THAT(complaints(replaced(with(kMoe), "\"hidden_size\": 4096", "\"hidden_size\": 4097")),
              ElementsAre("model.config.heads num_attention_heads"));
  EXPECT_THAT(complaints(replaced(with(kMoe), "\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 9")),
              ElementsAre("model.config.experts num_experts_per_tok"));
  EXPECT_THAT(complaints(replaced(with(kMoe), "\"num_experts_per_tok\": 2", "\"num_experts_per_tok\": 0")),
              ElementsAre("model.config.positive num_experts_per_tok"));
  EXPECT_THAT(complaints(replaced(with(kMoe), "\"num_local_experts\": 8", "\"num_local_experts\": null")),
              ElementsAre("model.config.experts num_experts"));
  EXPECT_THAT(complaints(R"({"architectures": ["NemotronHForCausalLM"], "hybrid_override_pattern": "M-M*",
                "num_hidden_layers": 5, "hidden_size": 8192, "num_attention_heads": 64, "vocab_size": 131072,
                "max_position_embeddings": 8192, "intermediate_size": 32768, "mamba_num_heads": 256, "mamba_head_dim": 64,
                "ssm_state_size": 256, "conv_kernel": 4, "n_groups": 8, "chunk_size": 128})"),
              ElementsAre("model.config.pattern hybrid_override_pattern"));
}

TEST(ParseModelConfig, PathsOfNestedFieldsAreWhole) {
  EXPECT_THAT(complaints(R"({"architectures": ["Qwen3VLForConditionalGeneration"], "text_config": {
                "num_hidden_layers": 28, "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 8,
                "head_dim": 128, "intermediate_size": 6144, "max_position_embeddings": 262144}})"),
              ElementsAre("model.config.required text_config.vocab_size"));
}

TEST(ParseModelConfig, TypesOfLayersAreAsManyAsTheLayers) {
  EXPECT_THAT(complaints(with(kDense, R"("layer_types": ["full_attention", "full_attention", "full_attention"])")),
              ElementsAre("model.config.pattern layer_types"));
  EXPECT_THAT(complaints(with(kDense, R"("layer_types": null)")), ElementsAre());
}

TEST(ParseModelConfig, ATruncatedFileSaysSo) {
  const auto model = parse_model_config("org/model", R"({"architectures": ["Qwen3For)", "", "config.json");
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().items().at(0).hint, HasSubstr("cut short"));
}

TEST(ParseModelConfig, UnknownArchitectureListsTheKnownOnes) {
  const auto model = parse_model_config("org/model", R"({"architectures": ["LLamaForCausalML"]})", "", "config.json");
  ASSERT_FALSE(model.has_value());
  const Diagnostic& problem = model.error().items().at(0);
  EXPECT_EQ(problem.code, DiagnosticCode::kNotSupported);
  EXPECT_EQ(problem.rule, "model.config.architecture");
  EXPECT_EQ(problem.bad_value, "LLamaForCausalML");
  EXPECT_THAT(problem.reason, HasSubstr("did you mean `LlamaForCausalLM`"));
  EXPECT_THAT(problem.hint, HasSubstr("DeepseekV3ForCausalLM"));
  EXPECT_THAT(complaints("{}"), ElementsAre("model.config.architecture architectures[0]"));
  EXPECT_THAT(complaints(R"({"architectures": []})"), ElementsAre("model.config.architecture architectures[0]"));
  EXPECT_THAT(complaints(R"({"architectures": "LlamaForCausalLM"})"),
              ElementsAre("model.config.architecture architectures[0]"));
}

TEST(ParseModelConfig, BrokenTextIsAnErrorNotACrash) {
  const std::string whole = with(kDense, R"("quantization_config": {"quant_method": "fp8", "ignore": ["a", "b"]})");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_model_config("org/model", whole.substr(0, length), "", "config.json").has_value()) << length;
  }
  EXPECT_FALSE(parse_model_config("org/model", "[]", "", "config.json").has_value());
  EXPECT_FALSE(parse_model_config("org/model", whole, "{\"quantization\":", "config.json").has_value());
  EXPECT_FALSE(parse_model_config("org/model", std::string(100000, '['), "", "config.json").has_value());
}

TEST(ParseModelConfig, OddQuantisationSectionsAreTolerated) {
  for (const char* section : {"null", "[]", "3", R"({"config_groups": [], "ignore": {}, "weight_block_size": "x"})",
                              R"({"quant_method": 8, "kv_cache_scheme": []})"}) {
    EXPECT_EQ(parsed(with(kDense, std::string("\"quantization_config\": ") + section)).quant.algorithm, "") << section;
  }
}

constexpr const char* kSparse = R"({
  "architectures": ["GlmMoeDsaForCausalLM"], "num_hidden_layers": 78, "hidden_size": 6144, "num_attention_heads": 64,
  "vocab_size": 154880, "max_position_embeddings": 202752, "n_routed_experts": 256, "num_experts_per_tok": 8,
  "moe_intermediate_size": 2048, "kv_lora_rank": 512, "q_lora_rank": 2048, "qk_nope_head_dim": 192,
  "qk_rope_head_dim": 64, "v_head_dim": 256, "index_n_heads": 32, "index_head_dim": 128, "index_topk": 2048)";

TEST(ParseModelConfig, ReadsTheIndexerOfSparseAttention) {
  const IndexerSpec indexer = parsed(with(kSparse)).indexer;
  EXPECT_EQ(indexer.heads, 32);
  EXPECT_EQ(indexer.head_dim, 128);
  EXPECT_EQ(indexer.topk, 2048);
  EXPECT_EQ(indexer.layers, 78);
}

TEST(ParseModelConfig, CountsTheLayersThatChooseForThemselves) {
  EXPECT_EQ(parsed(with(kSparse, R"("index_topk_freq": 4, "index_skip_topk_offset": 3)")).indexer.layers, 21);
  EXPECT_EQ(parsed(with(kSparse, R"("index_topk_freq": 4)")).indexer.layers, 21);   // layers 0 and 1, then every fourth
  EXPECT_EQ(parsed(with(kSparse, R"("index_topk_pattern": "FSSF")")).indexer.layers, 76);
}

TEST(ParseModelConfig, ReportsABrokenIndexer) {
  EXPECT_THAT(complaints(replaced(replaced(with(kSparse, R"("index_topk_freq": -4, "index_topk_pattern": 7)"),
                                           R"("index_n_heads": 32)", R"("index_n_heads": 0)"), R"("index_topk": 2048)",
                                  R"("index_topk": "many")")),
              UnorderedElementsAre("model.config.positive index_n_heads", "model.config.integer index_topk",
                                   "model.config.positive index_topk_freq", "model.config.pattern index_topk_pattern"));
  EXPECT_THAT(complaints(replaced(with(kSparse), R"(, "index_head_dim": 128)", "")),
              UnorderedElementsAre("model.config.required index_head_dim"));
}

}  // namespace
}  // namespace dynamo
