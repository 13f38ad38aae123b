#include "facts/architectures.h"

#include <algorithm>

namespace dynamo {
namespace {

using facts::Architecture;

constexpr Architecture kArchitectures[] = {
    {"LlamaForCausalLM", Family::kLlama},
    {"Qwen2ForCausalLM", Family::kLlama},
    {"Qwen3ForCausalLM", Family::kLlama, false, true},
    {"MiMoForCausalLM", Family::kLlama},
    {"MixtralForCausalLM", Family::kMoe},
    {"GptOssForCausalLM", Family::kMoe},
    {"Qwen2MoeForCausalLM", Family::kMoe},
    {"Qwen3MoeForCausalLM", Family::kMoe, false, true},
    {"MiniMaxM2ForCausalLM", Family::kMoe, false, true},
    {"DeepSeekForCausalLM", Family::kDeepseek},
    {"DeepseekV3ForCausalLM", Family::kDeepseek},
    {"KimiK25ForConditionalGeneration", Family::kKimiK25, true},
    {"DeepseekV32ForCausalLM", Family::kDeepseekV32},
    {"GlmMoeDsaForCausalLM", Family::kDeepseekV32},
    {"DeepseekV4ForCausalLM", Family::kDeepseekV4},
    {"KimiK3ForConditionalGeneration", Family::kKimiK3, true},
    {"Qwen3_5ForConditionalGeneration", Family::kQwen35, true},
    {"Qwen3_5MoeForConditionalGeneration", Family::kQwen35, true},
    {"Qwen3VLForConditionalGeneration", Family::kQwen3Vl, true},
    {"Qwen3VLMoeForConditionalGeneration", Family::kQwen3VlMoe, true},
    {"NemotronForCausalLM", Family::kNemotronNas},
    {"DeciLMForCausalLM", Family::kNemotronNas},
    {"NemotronHForCausalLM", Family::kNemotronH},
    {"MiniMaxM3ForCausalLM", Family::kMinimaxM3},
    {"MiniMaxM3SparseForConditionalGeneration", Family::kMinimaxM3, true},
    {"Step3p7ForConditionalGeneration", Family::kStep3p7, true, true},
    {"Step3p5ForCausalLM", Family::kStep3p7, false, true},
    {"Step3p7FlashForCausalLM", Family::kStep3p7, true, true},
    {"Step3p5FlashForCausalLM", Family::kStep3p7, false, true},
    {"MiMoV2FlashForCausalLM", Family::kHybridMoe},
    {"Llama4ForConditionalGeneration", Family::kHybridMoe, true},
    {"Gemma4ForConditionalGeneration", Family::kGemma4Mix, true},
};

// Families by their own names, accepted where an architecture is expected.
constexpr Architecture kFamilies[] = {
    {"LLAMA", Family::kLlama},
    {"MOE", Family::kMoe},
    {"DEEPSEEK", Family::kDeepseek},
    {"KIMIK25", Family::kKimiK25},
    {"DEEPSEEKV32", Family::kDeepseekV32},
    {"DEEPSEEKV4", Family::kDeepseekV4},
    {"KIMIK3", Family::kKimiK3},
    {"QWEN35", Family::kQwen35},
    {"QWEN3VL", Family::kQwen3Vl},
    {"QWEN3VL_MOE", Family::kQwen3VlMoe},
    {"NEMOTRONNAS", Family::kNemotronNas},
    {"NEMOTRONH", Family::kNemotronH},
    {"MINIMAXM3", Family::kMinimaxM3},
    {"STEP3P7", Family::kStep3p7},
    {"HYBRIDMOE", Family::kHybridMoe},
    {"GEMMA4MIX", Family::kGemma4Mix},
    {"GPT", Family::kGpt},
};

}  // namespace

namespace facts {

const Architecture* find_architecture(std::string_view name) {
  for (const std::span<const Architecture> table : {std::span<const Architecture>(kArchitectures), {kFamilies}}) {
    const auto found = std::ranges::find(table, name, &Architecture::name);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

std::span<const Architecture> all_architectures() { return kArchitectures; }

}  // namespace facts

std::string_view name_of(Family family) {
  const auto found = std::ranges::find(kFamilies, family, &Architecture::family);
  return found != std::end(kFamilies) ? found->name : std::string_view();
}

}  // namespace dynamo
