#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "dynamo/profiler/model_blocks.h"
#include "dynamo/profiler/model_hybrid.h"
#include "dynamo/profiler/model_vision.h"
#include "dynamo/profiler/model_indexer.h"
#include "dynamo/profiler/model_state_space.h"
#include "dynamo/profiler/model_compressed_attention.h"
#include "dynamo/profiler/model_kimi_hybrid.h"

/// The shape of the facts compiled from libprofiler/data. Rows are constant data: reading them costs no start-up time.
namespace dynamo::facts {

using Words = std::span<const std::string_view>;

struct SystemRow {
  std::string_view name = {};
  std::string_view dgdr_sku = {};
  Words spellings = {};
  double mem_bytes_per_s = 0;
  double mem_efficiency = 1;
  double mem_latency_s = 0;
  double mem_capacity_bytes = 0;
  std::optional<double> bf16_flops = {};
  std::optional<double> int8_flops = {};
  std::optional<double> fp8_flops = {};
  std::optional<double> fp4_flops = {};
  int sm_version = 0;
  int gpus_per_node = 0;
  std::optional<int> gpus_per_rack = {};
  double intra_node_bytes_per_s = 0;
  double inter_node_bytes_per_s = 0;
  std::optional<double> inter_rack_bytes_per_s = {};
  double p2p_latency_s = 0;
  double other_mem_bytes = 0;
  double nccl_mem_bytes[4] = {0, 0, 0, 0};
  bool has_tables = false;
};

struct QuantRow {
  std::string_view algorithm = {};
  std::optional<bool> dynamic_activations = {};
  std::string_view kv_algorithm = {};
  std::string_view group_mode = {};
  std::string_view moe_group_mode = {};
  int block_size = 0;
  Words excluded = {};
};

/// Names of formats; empty = not stated.
struct PartFormatsRow {
  std::string_view projections = {};
  std::string_view dense_ffn = {};
  std::string_view shared_expert = {};
};

struct ModelRow {
  std::string_view id = {};
  std::string_view architecture = {};
  int layers = 0;
  int hidden = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int intermediate = 0;
  int vocab = 0;
  int max_positions = 0;
  int experts = 0;
  int experts_per_token = 0;
  int moe_intermediate = 0;
  int shared_experts = 0;
  int shared_intermediate = 0;
  bool qk_norm = false;
  int kv_lora_rank = 0;
  int q_lora_rank = 0;
  int qk_nope_head_dim = 0;
  int qk_rope_head_dim = 0;
  int v_head_dim = 0;
  int nextn_layers = 0;
  GdnSpec gdn = {};
  MambaSpec mamba = {};
  PartFormatsRow part_formats = {};
  HybridSpec hybrid = {};
  std::span<const BlockSpec> blocks = {};
  VisionSpec vision = {};
  IndexerSpec indexer = {};
  CompressedAttentionSpec compressed_attention = {};
  KimiHybridSpec kimi_hybrid = {};
  QuantRow quant = {};
};

/// In listing order.
extern const std::span<const SystemRow> kSystemRows;
/// Sorted by id.
extern const std::span<const ModelRow> kModelRows;

}  // namespace dynamo::facts
