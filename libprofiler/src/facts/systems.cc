#include <algorithm>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "facts/rows.h"
#include "facts/spelling.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

// NVIDIA's device plugin appends this to the product label when GPUs are shared by time slicing.
constexpr std::string_view kSharedSuffix = "-SHARED";

SystemSpec spec_of(const facts::SystemRow& row) {
  SystemSpec spec;
  spec.name = row.name;
  spec.dgdr_sku = row.dgdr_sku;
  spec.spellings.assign(row.spellings.begin(), row.spellings.end());
  spec.mem_bytes_per_s = row.mem_bytes_per_s;
  spec.mem_efficiency = row.mem_efficiency;
  spec.mem_latency_s = row.mem_latency_s;
  spec.mem_capacity_bytes = row.mem_capacity_bytes;
  spec.bf16_flops = row.bf16_flops;
  spec.int8_flops = row.int8_flops;
  spec.fp8_flops = row.fp8_flops;
  spec.fp4_flops = row.fp4_flops;
  spec.sm_version = row.sm_version;
  spec.gpus_per_node = row.gpus_per_node;
  spec.gpus_per_rack = row.gpus_per_rack;
  spec.intra_node_bytes_per_s = row.intra_node_bytes_per_s;
  spec.inter_node_bytes_per_s = row.inter_node_bytes_per_s;
  spec.inter_rack_bytes_per_s = row.inter_rack_bytes_per_s;
  spec.p2p_latency_s = row.p2p_latency_s;
  spec.other_mem_bytes = row.other_mem_bytes;
  std::copy(std::begin(row.nccl_mem_bytes), std::end(row.nccl_mem_bytes), std::begin(spec.nccl_mem_bytes));
  spec.has_tables = row.has_tables;
  return spec;
}

const std::vector<SystemSpec>& systems() {
  static const std::vector<SystemSpec> specs = [] {
    std::vector<SystemSpec> out;
    for (const facts::SystemRow& row : facts::kSystemRows) out.push_back(spec_of(row));
    return out;
  }();
  return specs;
}

bool is_spelling_of(const facts::SystemRow& row, std::string_view key) {
  const auto same = [&](std::string_view name) { return facts::folded(name) == key; };
  return same(row.name) || (!row.dgdr_sku.empty() && same(row.dgdr_sku)) ||
         std::any_of(row.spellings.begin(), row.spellings.end(), same);
}

}  // namespace

std::optional<double> SystemSpec::flops(ComputeType type) const {
  switch (type) {
    case ComputeType::kBf16: return bf16_flops;
    case ComputeType::kInt8: return int8_flops;
    case ComputeType::kFp8: return fp8_flops;
    case ComputeType::kFp4: return fp4_flops;
  }
  return std::nullopt;
}

double SystemSpec::p2p_bytes_per_s(int gpus) const {
  if (gpus <= gpus_per_node) return intra_node_bytes_per_s;
  if (gpus_per_rack && inter_rack_bytes_per_s && gpus > *gpus_per_rack) return *inter_rack_bytes_per_s;
  return inter_node_bytes_per_s;
}

std::span<const SystemSpec> all_systems() { return systems(); }

const SystemSpec* find_system(std::string_view spelling) {
  if (spelling.ends_with(kSharedSuffix)) spelling.remove_suffix(kSharedSuffix.size());
  const std::string key = facts::folded(spelling);
  if (key.empty()) return nullptr;
  for (std::size_t i = 0; i < facts::kSystemRows.size(); ++i) {
    if (is_spelling_of(facts::kSystemRows[i], key)) return &systems()[i];
  }
  return nullptr;
}

std::vector<std::string> similar_systems(std::string_view text) {
  std::vector<std::string_view> names;
  for (const facts::SystemRow& row : facts::kSystemRows) {
    names.push_back(row.name);
    names.insert(names.end(), row.spellings.begin(), row.spellings.end());
  }
  return nearest_names(text, names, 3);
}

}  // namespace dynamo
