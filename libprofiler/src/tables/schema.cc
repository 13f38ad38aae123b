#include "tables/schema.h"

#include <array>

namespace dynamo::tables {
namespace {

using enum KeyRule;

constexpr std::array<std::string_view, 1> kLatency = {"latency"};

constexpr std::array<KeyPart, 1> kGemmKeys = {{{kColumn, "gemm_dtype"}}};
constexpr std::array<AxisPart, 3> kGemmAxes = {{{"m"}, {"n"}, {"k"}}};
constexpr std::array<KeyPart, 1> kQuantizeKeys = {{{kColumn, "quant_dtype"}}};
constexpr std::array<AxisPart, 2> kQuantizeAxes = {{{"m"}, {"k"}}};

constexpr std::array<KeyPart, 6> kContextAttentionKeys = {{{kLane, "kernel_source"}, {kColumn, "attn_dtype"},
    {kColumn, "kv_cache_dtype"}, {kKvHeads, ""}, {kColumn, "head_dim"}, {kOptional, "window_size"}}};
constexpr std::array<KeyPart, 5> kGenerationAttentionKeys = {{{kLane, "kernel_source"}, {kColumn, "kv_cache_dtype"},
    {kKvHeads, ""}, {kColumn, "head_dim"}, {kOptional, "window_size"}}};
constexpr std::array<KeyPart, 2> kEncoderKeys = {{{kColumn, "attn_dtype"}, {kColumn, "head_dim"}}};
constexpr std::array<AxisPart, 3> kContextAxes = {{{"num_heads"}, {"isl"}, {"batch_size"}}};
constexpr std::array<AxisPart, 3> kGenerationAxes = {{{"num_heads"}, {"batch_size"}, {"isl", "step"}}};

constexpr std::array<KeyPart, 2> kContextMlaKeys = {{{kColumn, "mla_dtype"}, {kColumn, "kv_cache_dtype"}}};
constexpr std::array<KeyPart, 1> kGenerationMlaKeys = {{{kColumn, "kv_cache_dtype"}}};
constexpr std::array<KeyPart, 4> kContextModuleKeys = {{{kColumn, "mla_dtype"}, {kColumn, "kv_cache_dtype"},
    {kColumn, "gemm_type"}, {kNativeHeads, "model"}}};
constexpr std::array<KeyPart, 3> kGenerationModuleKeys = {{{kColumn, "kv_cache_dtype"}, {kColumn, "gemm_type"},
    {kNativeHeads, "model"}}};
constexpr std::array<KeyPart, 3> kWideContextMlaKeys = {{{kColumn, "kernel_source"}, {kColumn, "mla_dtype"},
    {kColumn, "kv_cache_dtype"}}};
constexpr std::array<KeyPart, 2> kWideGenerationMlaKeys = {{{kColumn, "kernel_source"}, {kColumn, "kv_cache_dtype"}}};
constexpr std::array<KeyPart, 2> kBmmKeys = {{{kColumn, "bmm_dtype"}, {kColumn, "op_name"}}};
constexpr std::array<AxisPart, 2> kBmmAxes = {{{"num_heads"}, {"num_tokens"}}};

constexpr std::array<KeyPart, 8> kMoeKeys = {{{kMoeDtype, "moe_dtype"}, {kColumn, "distribution"}, {kColumn, "topk"},
    {kColumn, "num_experts"}, {kColumn, "hidden_size"}, {kColumn, "inter_size"}, {kColumn, "moe_tp_size"},
    {kColumn, "moe_ep_size"}}};
constexpr std::array<KeyPart, 8> kWideMoeKeys = {{{kColumn, "moe_dtype"}, {kColumn, "distribution"}, {kColumn, "topk"},
    {kColumn, "num_experts"}, {kColumn, "hidden_size"}, {kColumn, "inter_size"}, {kColumn, "moe_tp_size"},
    {kColumn, "moe_ep_size"}}};
constexpr std::array<KeyPart, 10> kTrtllmWideMoeKeys = {{{kColumn, "kernel_source"}, {kColumn, "moe_dtype"},
    {kColumn, "distribution"}, {kColumn, "topk"}, {kColumn, "num_experts"}, {kColumn, "num_slots"},
    {kColumn, "hidden_size"}, {kColumn, "inter_size"}, {kColumn, "moe_tp_size"}, {kColumn, "moe_ep_size"}}};
constexpr std::array<AxisPart, 1> kTokensAxis = {{{"num_tokens"}}};

constexpr std::array<KeyPart, 2> kAllReduceKeys = {{{kConstant, "half"}, {kColumn, "num_gpus"}}};
constexpr std::array<KeyPart, 3> kNcclKeys = {{{kColumn, "nccl_dtype"}, {kColumn, "op_name"}, {kColumn, "num_gpus"}}};
constexpr std::array<AxisPart, 1> kMessageAxis = {{{"message_size"}}};

constexpr std::array<KeyPart, 8> kAllToAllKeys = {{{kColumn, "comm_backend"}, {kColumn, "phase"}, {kColumn, "comm_dtype"},
    {kColumn, "ep_size"}, {kColumn, "node_num"}, {kColumn, "hidden_size"}, {kColumn, "topk"}, {kColumn, "num_experts"}}};
constexpr std::array<AxisPart, 2> kAllToAllAxes = {{{"sms"}, {"num_tokens"}}};
constexpr std::array<std::string_view, 3> kAllToAllValues = {"latency", "transmit_us", "notify_us"};

constexpr std::array<KeyPart, 4> kDeepEpKeys = {{{kColumn, "node_num"}, {kColumn, "hidden_size"}, {kColumn, "num_topk"},
    {kColumn, "num_experts"}}};
constexpr std::array<AxisPart, 2> kDeepEpNormalAxes = {{{"dispatch_sms"}, {"num_token"}}};
constexpr std::array<std::string_view, 4> kDeepEpNormalValues = {"dispatch_transmit_us", "dispatch_notify_us",
    "combine_transmit_us", "combine_notify_us"};
constexpr std::array<AxisPart, 1> kTokenAxis = {{{"num_token"}}};
constexpr std::array<std::string_view, 4> kDeepEpLlValues = {"dispatch_avg_t_us", "combine_avg_t_us",
    "dispatch_bandwidth_gbps", "combine_bandwidth_gbps"};

constexpr std::array<KeyPart, 8> kTrtllmAllToAllKeys = {{{kColumn, "kernel_source"}, {kColumn, "op_name"},
    {kColumn, "moe_dtype"}, {kColumn, "hidden_size"}, {kColumn, "topk"}, {kColumn, "num_experts"},
    {kColumn, "moe_ep_size"}, {kColumn, "distribution"}}};

constexpr std::array<KeyPart, 3> kMhcKeys = {{{kColumn, "op_name"}, {kColumn, "hc_mult"}, {kColumn, "hidden_size"}}};
constexpr std::array<KeyPart, 4> kMsaContextKeys = {{{kColumn, "mla_dtype"}, {kColumn, "kv_cache_dtype"},
    {kColumn, "gemm_type"}, {kColumn, "architecture"}}};
constexpr std::array<KeyPart, 3> kMsaGenerationKeys = {{{kColumn, "kv_cache_dtype"}, {kColumn, "gemm_type"},
    {kColumn, "architecture"}}};
constexpr std::array<AxisPart, 4> kPrefixContextAxes = {{{"num_heads"}, {"step"}, {"isl"}, {"batch_size"}}};
constexpr std::array<KeyPart, 5> kSparseContextKeys = {{{kColumn, "op_name"}, {kColumn, "mla_dtype"},
    {kColumn, "kv_cache_dtype"}, {kColumn, "gemm_type"}, {kColumn, "architecture"}}};
constexpr std::array<KeyPart, 4> kSparseGenerationKeys = {{{kColumn, "op_name"}, {kColumn, "kv_cache_dtype"},
    {kColumn, "gemm_type"}, {kColumn, "architecture"}}};
constexpr std::array<KeyPart, 1> kIndexLogitsKeys = {{{kColumn, "num_heads"}}};
constexpr std::array<KeyPart, 2> kIndexTopkKeys = {{{kColumn, "num_heads"}, {kColumn, "score_mode"}}};
constexpr std::array<AxisPart, 3> kIndexAxes = {{{"batch_size"}, {"isl"}, {"step"}}};
// The rows state the heads of one rank; the model is told by the heads of all ranks.
constexpr std::array<KeyPart, 5> kCompressedContextKeys = {{{kShortDtype, "mla_dtype"}, {kShortDtype, "kv_cache_dtype"},
    {kColumn, "gemm_type"}, {kShardedHeads, ""}, {kColumn, "num_heads"}}};
constexpr std::array<KeyPart, 4> kCompressedGenerationKeys = {{{kShortDtype, "kv_cache_dtype"}, {kColumn, "gemm_type"},
    {kShardedHeads, ""}, {kColumn, "num_heads"}}};
constexpr std::array<AxisPart, 3> kCompressedContextAxes = {{{"step"}, {"isl"}, {"batch_size"}}};
constexpr std::array<AxisPart, 2> kCompressedGenerationAxes = {{{"batch_size"}, {"isl", "step"}}};
constexpr std::array<KeyPart, 2> kIndexerKeys = {{{kColumn, "num_heads"}, {kColumn, "tp_size"}}};
constexpr std::array<KeyPart, 8> kDeltaKeys = {{{kColumn, "kernel_source"}, {kColumn, "phase"}, {kColumn, "d_model"},
    {kColumn, "d_conv"}, {kColumn, "num_k_heads"}, {kColumn, "head_k_dim"}, {kColumn, "num_v_heads"},
    {kColumn, "head_v_dim"}}};
constexpr std::array<KeyPart, 9> kMamba2Keys = {{{kColumn, "kernel_source"}, {kColumn, "phase"}, {kColumn, "d_model"},
    {kColumn, "d_state"}, {kColumn, "d_conv"}, {kColumn, "nheads"}, {kColumn, "head_dim"}, {kColumn, "n_groups"},
    {kColumn, "chunk_size"}}};
constexpr std::array<AxisPart, 3> kStateAxes = {{{"batch_size"}, {"seq_len"}, {"num_tokens"}}};

constexpr TableSchema kSchemas[] = {
    {"gemm", "gemm", kGemmKeys, kGemmAxes, kLatency, RowRule::kNoAwqGptq, true},
    {"computescale", "computescale", kQuantizeKeys, kQuantizeAxes, kLatency},
    {"scale_matrix", "scale_matrix", kQuantizeKeys, kQuantizeAxes, kLatency},
    {"context_attention", "context_attention", kContextAttentionKeys, kContextAxes, kLatency},
    {"generation_attention", "generation_attention", kGenerationAttentionKeys, kGenerationAxes, kLatency},
    {"encoder_attention", "encoder_attention", kEncoderKeys, kContextAxes, kLatency},
    {"context_mla", "context_mla", kContextMlaKeys, kContextAxes, kLatency},
    {"generation_mla", "generation_mla", kGenerationMlaKeys, kGenerationAxes, kLatency},
    {"mla_context_module", "mla_context_module", kContextModuleKeys, kContextAxes, kLatency},
    {"mla_generation_module", "mla_generation_module", kGenerationModuleKeys, kGenerationAxes, kLatency},
    {"wideep_context_mla", "wideep_context_mla", kWideContextMlaKeys, kContextAxes, kLatency},
    {"wideep_generation_mla", "wideep_generation_mla", kWideGenerationMlaKeys, kGenerationAxes, kLatency},
    {"mla_bmm", "mla_bmm", kBmmKeys, kBmmAxes, kLatency},
    {"moe", "moe", kMoeKeys, kTokensAxis, kLatency, RowRule::kNoLowLatency},
    {"moe_low_latency", "moe", kMoeKeys, kTokensAxis, kLatency, RowRule::kOnlyLowLatency},
    {"wideep_context_moe", "wideep_context_moe", kWideMoeKeys, kTokensAxis, kLatency},
    {"wideep_generation_moe", "wideep_generation_moe", kWideMoeKeys, kTokensAxis, kLatency},
    {"wideep_moe", "wideep_moe", kTrtllmWideMoeKeys, kTokensAxis, kLatency},
    {"custom_allreduce", "custom_allreduce", kAllReduceKeys, kMessageAxis, kLatency, RowRule::kNoEager},
    {"nccl", "nccl", kNcclKeys, kMessageAxis, kLatency},
    {"oneccl", "oneccl", kNcclKeys, kMessageAxis, kLatency},
    {"moe_a2a", "moe_a2a", kAllToAllKeys, kAllToAllAxes, kAllToAllValues},
    {"wideep_deepep_normal", "wideep_deepep_normal", kDeepEpKeys, kDeepEpNormalAxes, kDeepEpNormalValues},
    {"wideep_deepep_ll", "wideep_deepep_ll", kDeepEpKeys, kTokenAxis, kDeepEpLlValues},
    {"trtllm_alltoall", "trtllm_alltoall", kTrtllmAllToAllKeys, kTokensAxis, kLatency},
    {"mhc_module", "mhc_module", kMhcKeys, kTokensAxis, kLatency},
    {"msa_context_module", "msa_context_module", kMsaContextKeys, kPrefixContextAxes, kLatency},
    {"msa_generation_module", "msa_generation_module", kMsaGenerationKeys, kGenerationAxes, kLatency},
    {"dsa_context_module", "dsa_context_module", kSparseContextKeys, kPrefixContextAxes, kLatency, RowRule::kSparseTrtllm, false, true},
    {"dsa_context_module_flashmla", "dsa_context_module", kSparseContextKeys, kPrefixContextAxes, kLatency,
     RowRule::kSparseFlashMla, false, true},
    {"dsa_generation_module", "dsa_generation_module", kSparseGenerationKeys, kGenerationAxes, kLatency, RowRule::kSparseTrtllm,
     false, true},
    {"dsa_generation_module_flashmla", "dsa_generation_module", kSparseGenerationKeys, kGenerationAxes, kLatency,
     RowRule::kSparseFlashMla, false, true},
    {"glm5_mqa_logits_module", "glm5_mqa_logits_module", kIndexLogitsKeys, kIndexAxes, kLatency, RowRule::kAll, false, true},
    {"glm5_topk_module", "glm5_topk_module", kIndexTopkKeys, kIndexAxes, kLatency, RowRule::kAll, false, true},
    {"dsv4_csa_context_module", "dsv4_csa_context_module", kCompressedContextKeys, kCompressedContextAxes, kLatency},
    {"dsv4_hca_context_module", "dsv4_hca_context_module", kCompressedContextKeys, kCompressedContextAxes, kLatency},
    {"dsv4_csa_generation_module", "dsv4_csa_generation_module", kCompressedGenerationKeys, kCompressedGenerationAxes, kLatency},
    {"dsv4_hca_generation_module", "dsv4_hca_generation_module", kCompressedGenerationKeys, kCompressedGenerationAxes, kLatency},
    {"dsv4_csa_topk_calib", "dsv4_csa_topk_calib", kIndexTopkKeys, kIndexAxes, kLatency},
    {"dsv4_paged_mqa_logits_module", "dsv4_paged_mqa_logits_module", kIndexerKeys, kCompressedContextAxes, kLatency},
    {"gdn", "gdn", kDeltaKeys, kStateAxes, kLatency},
    {"kda", "kda", kDeltaKeys, kStateAxes, kLatency},
    {"mamba2", "mamba2", kMamba2Keys, kStateAxes, kLatency},
};

struct NativeHeads {
  std::string_view model;
  int heads;
};
// `num_attention_heads` of each model's config.json.
constexpr NativeHeads kNative[] = {
    {"deepseek-ai/DeepSeek-V3", 128},
    {"deepseek-ai/DeepSeek-R1", 128},
    {"nvidia/DeepSeek-V3.1-NVFP4", 128},
    {"moonshotai/Kimi-K3", 96},
};

struct MoeRename {
  std::string_view dtype, kernel, effective;
};
constexpr MoeRename kRenames[] = {
    {"w4a8_mxfp4_mxfp8", "sglang_mxfp4_flashinfer_trtllm_moe", "w4a8_mxfp4_mxfp8_trtllm"},
    {"w4a16_mxfp4", "sglang_flashinfer_cutlass_moe", "w4a16_mxfp4_cutlass"},
};

}  // namespace

std::span<const TableSchema> known_schemas() {
  return kSchemas;
}

Plan plan_for(const TableSchema& schema) {
  Plan plan{std::string(schema.name), std::string(schema.stem), {}, {}, {}, schema.rows, schema.sites, schema.last_row_wins, false};
  for (const KeyPart& key : schema.keys) plan.keys.push_back({key.rule, std::string(key.column)});
  for (const AxisPart& axis : schema.axes) plan.axes.push_back({std::string(axis.column), std::string(axis.plus)});
  for (const std::string_view value : schema.values) plan.values.emplace_back(value);
  return plan;
}

std::vector<Plan> known_plans(std::string_view stem) {
  std::vector<Plan> plans;
  for (const TableSchema& schema : kSchemas) {
    if (schema.stem == stem) plans.push_back(plan_for(schema));
  }
  return plans;
}

int native_heads(std::string_view model) {
  for (const NativeHeads& entry : kNative) {
    if (entry.model == model) return entry.heads;
  }
  return 0;
}

std::string_view effective_moe_dtype(std::string_view dtype, std::string_view kernel_source) {
  for (const MoeRename& rename : kRenames) {
    if (rename.dtype == dtype && rename.kernel == kernel_source) return rename.effective;
  }
  return dtype;
}

}  // namespace dynamo::tables
