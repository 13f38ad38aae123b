#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/model_blocks.h"
#include "dynamo/profiler/model_hybrid.h"
#include "dynamo/profiler/model_vision.h"
#include "dynamo/profiler/model_indexer.h"
#include "dynamo/profiler/model_state_space.h"
#include "dynamo/profiler/model_compressed_attention.h"
#include "dynamo/profiler/model_kimi_hybrid.h"
#include "dynamo/profiler/quantization.h"

namespace dynamo {

/// A GPU and the node around it. Peak rates are per GPU and per direction.
struct SystemSpec {
  std::string name;                       ///< what tables and reports call it, e.g. `h200_sxm`
  std::string dgdr_sku;                   ///< value of the DGDR enum `gpuSku`; empty = the enum lacks this GPU
  std::vector<std::string> spellings;     ///< other names seen on nodes and in documents
  double mem_bytes_per_s = 0;
  double mem_efficiency = 1;              ///< share of the peak that memory-bound kernels reach
  double mem_latency_s = 0;               ///< fixed cost of a memory-bound kernel
  double mem_capacity_bytes = 0;
  std::optional<double> bf16_flops;       ///< dense tensor-core rate; absent = not supported
  std::optional<double> int8_flops;
  std::optional<double> fp8_flops;
  std::optional<double> fp4_flops;
  int sm_version = 0;                     ///< CUDA compute capability times 10; 0 = not an NVIDIA GPU
  int gpus_per_node = 8;
  std::optional<int> gpus_per_rack;       ///< NVLink domain wider than a node
  double intra_node_bytes_per_s = 0;
  double inter_node_bytes_per_s = 0;
  std::optional<double> inter_rack_bytes_per_s;
  double p2p_latency_s = 0;
  double other_mem_bytes = 0;             ///< runtime overhead
  double nccl_mem_bytes[4] = {0, 0, 0, 0};///< communication buffers for 1, 2, 4, 8 and more ranks
  bool has_tables = false;                ///< the pinned release measured this GPU

  [[nodiscard]] std::optional<double> flops(ComputeType type) const;
  /// Bandwidth between `gpus` ranks: node, rack or beyond.
  [[nodiscard]] double p2p_bytes_per_s(int gpus) const;
};

/// How a checkpoint says it is quantised, normalised from `config.json` and `hf_quant_config.json`.
struct CheckpointQuant {
  std::string algorithm;                  ///< "" = none; fp8, fp8_block, nvfp4, mxfp4, compressed-tensors, mixed_precision, …
  std::optional<bool> dynamic_activations;
  std::string kv_algorithm;               ///< "" = not stated
  std::string group_mode;                 ///< compressed-tensors / mixed_precision: format of the dense weights
  std::string moe_group_mode;             ///< likewise, of the experts
  int block_size = 0;                     ///< edge of fp8 blocks, 0 = none
  std::vector<std::string> excluded;      ///< groups kept in bf16: q, kv, o, indexer, shared_expert, mlp
};

/// The operator graph a model is priced with.
enum class Family {
  kLlama, kMoe, kDeepseek, kKimiK25, kDeepseekV32, kDeepseekV4, kKimiK3, kQwen35, kQwen3Vl, kQwen3VlMoe, kNemotronNas,
  kNemotronH, kMinimaxM3, kStep3p7, kHybridMoe, kGemma4Mix, kGpt,
};

/// What the model needs of a checkpoint's configuration.
struct ModelSpec {
  std::string id;                 ///< as the user named it
  std::string architecture;       ///< `architectures[0]`
  Family family = Family::kLlama;
  int layers = 0;
  int hidden = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int intermediate = 0;           ///< width of the dense FFN
  int vocab = 0;
  int max_positions = 0;
  int experts = 0;                ///< 0 = dense
  int experts_per_token = 0;
  int moe_intermediate = 0;
  int shared_experts = 0;
  int shared_intermediate = 0;    ///< width of the shared expert, where the checkpoint states one
  bool qk_norm = false;
  int kv_lora_rank = 0;           ///< MLA only, as the next four
  int q_lora_rank = 0;
  int qk_nope_head_dim = 0;
  int qk_rope_head_dim = 0;
  int v_head_dim = 0;
  int nextn_layers = 0;           ///< layers for multi-token prediction in the checkpoint
  GdnSpec gdn;                    ///< Qwen3.5
  MambaSpec mamba;                ///< Nemotron-H
  PartFormats part_formats;       ///< Qwen3.5
  HybridSpec hybrid;              ///< layers of different kinds
  std::vector<BlockSpec> blocks;  ///< layers searched one by one
  VisionSpec vision;
  IndexerSpec indexer;            ///< sparse attention only
  CompressedAttentionSpec compressed_attention;
  KimiHybridSpec kimi_hybrid;
  CheckpointQuant quant;

  [[nodiscard]] bool is_moe() const { return experts > 0; }
  /// Whether estimates state expert sizes: a family with experts does so for its dense models too.
  [[nodiscard]] bool states_expert_layout() const { return is_moe() || family == Family::kGemma4Mix; }
};

enum class Backend { kTrtllm, kSglang, kVllm };
[[nodiscard]] std::string_view name_of(Backend backend);
[[nodiscard]] std::optional<Backend> backend_from_name(std::string_view name);
[[nodiscard]] std::string_view name_of(Family family);

/// All systems known, in the order of the DGDR enum.
[[nodiscard]] std::span<const SystemSpec> all_systems();
/// Any common spelling (`H100-SXM5-80GB`, `NVIDIA-H100-80GB-HBM3`, `h100_sxm`, case and separators free); nullptr if unknown.
[[nodiscard]] const SystemSpec* find_system(std::string_view spelling);
/// Known spellings nearest to `text`, best first, at most three.
[[nodiscard]] std::vector<std::string> similar_systems(std::string_view text);

/// Ids of the built-in models, sorted.
[[nodiscard]] std::vector<std::string> known_models();
/// A built-in model; nullptr if unknown.
[[nodiscard]] const ModelSpec* find_model(std::string_view id);
[[nodiscard]] std::vector<std::string> similar_models(std::string_view text);

/// Reads the text of a `config.json` (and, if not empty, of `hf_quant_config.json`). Missing, zero, negative, non-integer and
/// contradictory fields are all reported; an architecture nobody models is an error that lists those that are.
[[nodiscard]] std::expected<ModelSpec, Diagnostics> parse_model_config(std::string_view id,
                                                                       std::string_view config_json,
                                                                       std::string_view quant_config_json,
                                                                       std::string_view source);

/// Formats the checkpoint asks for, before any rule about GPU, backend or tables; an unknown algorithm is an error.
/// `explicit_…` fields of the caller override the result afterwards.
[[nodiscard]] std::expected<QuantModes, Diagnostics> infer_quant(const ModelSpec& model);

}  // namespace dynamo
