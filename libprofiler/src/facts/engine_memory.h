#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "dynamo/profiler/facts.h"

namespace dynamo::facts {

/// Bytes by tensor width: 1, 2, 4, 8.
struct ByTensorWidth {
  double bytes[4] = {};
};

struct FamilyActivations {
  Family family = Family::kLlama;
  ByTensorWidth bytes = {};
};

struct ReleaseShare {
  std::string_view release = {};   ///< how the version starts
  double share = 0;
};

/// What an engine of one role reserves beside weights and cache; MiB unless noted.
struct SingleRoleReserve {
  double fixed = 0;
  double per_prefill_token = 0;
  double per_gpu = 0;
  double per_graph_sequence = 0;
  double per_replica_graph_sequence = 0;
  double per_replica_graph_sequence_more = 0;   ///< on top, where a graph holds more than
  double many_graph_sequences = 0;              ///< so many sequences
  double least_on_large = 0;
  double large_gib = 0;
  int wide_from_tensor_width = 0;
};

struct SingleRoleTier {
  double below_gib = 0;
  double prefill_tokens = 0;
  double graph_sequences[2] = {};   ///< at narrow, at wide tensor widths
};

/// How an engine shares out a GPU's memory (`memory` of data/backends).
struct EngineMemory {
  double kv_share = 0;
  bool kv_share_of_free = false;    ///< of what weights and activations leave, else of all memory
  std::span<const ReleaseShare> kv_share_of_releases = {};
  SingleRoleReserve single_role_reserve = {};
  std::span<const SingleRoleTier> single_role_tiers = {};   ///< empty: `kv_share` holds for every role
  double tolerance_share = 0;
  double block_allocator_share = 0;
  ByTensorWidth activations = {};   ///< per token and attention width
  std::span<const FamilyActivations> activations_of_families = {};
  double least_activation_bytes = 0;
  double activation_overhead = 1;
  double runtime_overhead = 1;
  std::optional<int> activation_token_limit = {};
};

}  // namespace dynamo::facts
