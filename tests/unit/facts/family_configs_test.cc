#include <cctype>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/facts.h"

namespace dynamo {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// A configuration that is right, and the numbers it cannot do without.
struct Sample {
  std::string name;
  std::string config;
  std::vector<std::string> required;
};

const std::string kCommon = R"("num_hidden_layers": 4, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8,
    "head_dim": 128, "vocab_size": 32000, "max_position_embeddings": 32768)";
const std::string kDense = R"("intermediate_size": 14336)";
const std::string kRouted = R"("num_experts": 64, "num_experts_per_tok": 8, "moe_intermediate_size": 1024)";
const std::string kLatent = R"("kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64,
    "v_head_dim": 128)";
const std::string kIndexed = R"("index_n_heads": 32, "index_head_dim": 128, "index_topk": 2048)";
const std::string kTypes = R"("layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"],
    "sliding_window": 512)";

std::string members(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part + ", ";
  return text + kCommon;
}

std::string flat(const std::string& architecture, const std::vector<std::string>& parts) {
  return R"({"architectures": [")" + architecture + R"("], )" + members(parts) + "}";
}

std::string nested(const std::string& architecture, const std::vector<std::string>& parts) {
  return R"({"architectures": [")" + architecture + R"("], "text_config": {)" + members(parts) + "}}";
}

Sample sample(const std::string& name, const std::string& config, const std::vector<std::string>& more) {
  std::vector<std::string> required = {"hidden_size", "num_attention_heads", "vocab_size", "max_position_embeddings"};
  required.insert(required.end(), more.begin(), more.end());
  return {name, config, required};
}

std::vector<Sample> samples() {
  const std::string v4 = R"("q_lora_rank": 1024, "qk_rope_head_dim": 64, "o_lora_rank": 1024, "o_groups": 8, "sliding_window": 128,
      "hc_mult": 4, "hc_sinkhorn_iters": 20, "compress_ratios": [0, 4, 128, 4])";
  const std::string delta = R"("linear_attn_config": {"kda_layers": [1, 2, 3], "num_heads": 96, "head_dim": 128})";
  const std::string gated = R"("layer_types": ["linear_attention", "linear_attention", "linear_attention", "full_attention"],
      "linear_num_key_heads": 16, "linear_key_head_dim": 128, "linear_num_value_heads": 32, "linear_value_head_dim": 128,
      "linear_conv_kernel_dim": 4, "shared_expert_intermediate_size": 512)";
  const std::string mamba = R"("hybrid_override_pattern": "MEM*", "mamba_num_heads": 64, "mamba_head_dim": 64, "ssm_state_size": 128,
      "conv_kernel": 4, "n_groups": 8, "chunk_size": 128, "moe_shared_expert_intermediate_size": 3712, "moe_latent_size": 1024)";
  const std::string mimo = R"("hybrid_layer_pattern": [0, 1, 1, 0], "moe_layer_freq": [0, 1, 1, 1], "sliding_window_size": 128,
      "swa_num_key_value_heads": 8)";
  const std::string llama4 = R"("interleave_moe_layer_step": 2, "attention_chunk_size": 8192, "intermediate_size_mlp": 16384)";
  return {
      sample("Llama", flat("LlamaForCausalLM", {kDense}), {"num_hidden_layers", "intermediate_size"}),
      sample("Moe", flat("Qwen3MoeForCausalLM", {kRouted}), {"num_hidden_layers", "num_experts_per_tok"}),
      sample("Deepseek", flat("DeepseekV3ForCausalLM", {kRouted, kLatent}), {"kv_lora_rank", "qk_rope_head_dim", "v_head_dim"}),
      sample("Kimi", nested("KimiK25ForConditionalGeneration", {kRouted, kLatent}), {"num_experts_per_tok", "kv_lora_rank"}),
      sample("SparseLatent", flat("GlmMoeDsaForCausalLM", {kRouted, kIndexed, kLatent}),
             {"q_lora_rank", "qk_nope_head_dim", "index_n_heads", "index_head_dim", "index_topk"}),
      sample("DeepseekV4", flat("DeepseekV4ForCausalLM", {v4, kRouted, kIndexed}),
             {"q_lora_rank", "o_lora_rank", "o_groups", "index_topk", "sliding_window", "hc_mult", "hc_sinkhorn_iters"}),
      sample("KimiHybrid", nested("KimiK3ForConditionalGeneration", {delta, kRouted, kLatent}),
             {"kv_lora_rank", "q_lora_rank", "qk_nope_head_dim", "v_head_dim"}),
      sample("GatedDelta", nested("Qwen3_5MoeForConditionalGeneration", {gated, kRouted}),
             {"linear_num_key_heads", "linear_key_head_dim", "linear_num_value_heads", "linear_value_head_dim",
              "linear_conv_kernel_dim"}),
      sample("Pictures", nested("Qwen3VLForConditionalGeneration", {kDense}), {"num_hidden_layers", "intermediate_size"}),
      sample("PicturesAndExperts", nested("Qwen3VLMoeForConditionalGeneration", {kRouted}), {"num_experts_per_tok"}),
      sample("Mamba", flat("NemotronHForCausalLM", {mamba, kRouted}),
             {"mamba_num_heads", "mamba_head_dim", "ssm_state_size", "conv_kernel", "n_groups", "chunk_size"}),
      sample("BlockSparse", flat("MiniMaxM3ForCausalLM", {kRouted}), {"num_hidden_layers", "num_experts_per_tok"}),
      sample("Windows", flat("MiMoV2FlashForCausalLM", {mimo, kRouted}), {"num_hidden_layers"}),
      sample("Chunks", nested("Llama4ForConditionalGeneration", {llama4, kRouted}), {"num_hidden_layers"}),
      sample("Step", flat("Step3p5ForCausalLM", {kTypes, kRouted}), {"num_hidden_layers"}),
      sample("Gemma", nested("Gemma4ForConditionalGeneration", {kTypes, kRouted, R"("intermediate_size": 2112)"}),
             {"num_hidden_layers"}),
      sample("SearchedBlocks", flat("DeciLMForCausalLM", {}), {"num_hidden_layers"}),
  };
}

std::vector<std::string> complaints(const std::string& config) {
  const auto model = parse_model_config("org/model", config, "", "config.json");
  std::vector<std::string> out;
  if (model) return out;
  for (const Diagnostic& problem : model.error().items()) {
    EXPECT_NE(problem.hint, "") << problem.path;
    out.push_back(problem.rule + " " + problem.path + ": " + problem.reason);
  }
  return out;
}

/// Where the value of the first member with that key begins and ends; it is a plain number.
std::pair<std::size_t, std::size_t> number_of(const std::string& config, const std::string& key) {
  const std::string quoted = "\"" + key + "\": ";
  const std::size_t at = config.find(quoted);
  if (at == std::string::npos) ADD_FAILURE() << key;
  const std::size_t begin = at + quoted.size();
  return {begin, config.find_first_not_of("0123456789", begin)};
}

std::string with_value(const std::string& config, const std::string& key, const std::string& value) {
  const auto [begin, end] = number_of(config, key);
  return config.substr(0, begin) + value + config.substr(end);
}

/// Every key whose value is a plain number.
std::vector<std::string> numbers_in(const std::string& config) {
  std::vector<std::string> keys;
  for (std::size_t at = config.find("\": "); at != std::string::npos; at = config.find("\": ", at + 1)) {
    const std::size_t begin = config.rfind('"', at - 1) + 1;
    if (at + 3 < config.size() && std::isdigit(static_cast<unsigned char>(config[at + 3])) != 0) {
      keys.push_back(config.substr(begin, at - begin));
    }
  }
  return keys;
}

class FamilyConfigs : public testing::TestWithParam<Sample> {
 protected:
  [[nodiscard]] const std::string& config() const { return GetParam().config; }
};

TEST_P(FamilyConfigs, EveryNumberIsChecked) {
  for (const std::string& key : numbers_in(config())) {
    for (const char* bad : {"-1", "1.5", "\"7\"", "true", "99999999999", "[1]"}) {
      EXPECT_THAT(complaints(with_value(config(), key, bad)), Contains(HasSubstr(key))) << bad;
    }
  }
}

TEST_P(FamilyConfigs, NumbersItNeedsCannotBeMissingOrZero) {
  for (const std::string& key : GetParam().required) {
    for (const char* bad : {"null", "0"}) {
      EXPECT_THAT(complaints(with_value(config(), key, bad)), Contains(HasSubstr(key))) << bad;
    }
  }
}

TEST_P(FamilyConfigs, Contradictions) {
  const std::string text = config();
  EXPECT_THAT(complaints(with_value(text, "num_key_value_heads", "7")), Contains(HasSubstr("model.config.heads")));
  if (text.find("\"num_experts\"") == std::string::npos) return;
  EXPECT_THAT(complaints(with_value(text, "num_experts_per_tok", "65")), Contains(HasSubstr("model.config.experts")));
}

TEST_P(FamilyConfigs, LayerPatternsHaveAnEntryForEachLayer) {
  const std::string text = config();
  for (const char* key : {"layer_types", "hybrid_layer_pattern", "hybrid_override_pattern", "compress_ratios", "kda_layers"}) {
    if (text.find(key) == std::string::npos) continue;
    const std::string layers = std::string(key) == "kda_layers" ? "2" : "5";   // which lists some of the layers
    EXPECT_THAT(complaints(with_value(text, "num_hidden_layers", layers)), Contains(HasSubstr(key)));
  }
}

TEST_P(FamilyConfigs, TruncatedTextIsAnError) {
  const std::string text = config();
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_FALSE(parse_model_config("org/model", text.substr(0, length), "", "config.json").has_value()) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FamilyConfigs, testing::ValuesIn(samples()),
                         [](const testing::TestParamInfo<Sample>& info) { return info.param.name; });

TEST(FamilyConfig, SamplesAreRight) {
  for (const Sample& sample : samples()) {
    EXPECT_THAT(complaints(sample.config), testing::IsEmpty()) << sample.name;
  }
}

TEST(FamilyConfig, CodeOfTheCheckpointIsNotRun) {
  const std::string map = R"("auto_map": {"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"})";
  EXPECT_THAT(complaints("{" + map + "}"), Contains(HasSubstr("auto_map")));
  EXPECT_THAT(complaints(R"({"architectures": ["OwnForCausalLM"], )" + map + "}"), Contains(HasSubstr("auto_map")));
  // An architecture that is known needs no code.
  EXPECT_THAT(complaints(flat("LlamaForCausalLM", {kDense, map})), testing::IsEmpty());
}

}  // namespace
}  // namespace dynamo
