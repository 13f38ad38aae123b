#include "perf/operators/compressed_rows.h"

#include "perf/operators/mla_module.h"

namespace dynamo::perf {

namespace {

std::string table_name(const CompressedShape& shape, CompressedPhase phase) {
  return std::string(shape.selects() ? "dsv4_csa_" : "dsv4_hca_") +
         (phase == CompressedPhase::kPrefill ? "context_module" : "generation_module");
}

std::string formats_of(const CompressedAttentionConfig& config, CompressedPhase phase) {
  std::string key;
  if (phase == CompressedPhase::kPrefill) key = std::string(facts_of(config.fmha).name) + "|";
  return key + std::string(facts_of(config.kv).name) + "|" + std::string(facts_of(config.gemm).name);
}

/// `key` up to and without its last part.
std::string parent(std::string_view key) { return std::string(key.substr(0, key.rfind('|'))); }

}  // namespace

MlaRows compressed_rows(const Database::Impl& database, const CompressedAttentionConfig& config, CompressedPhase phase) {
  const std::string name = table_name(config.shape, phase);
  const std::string formats = formats_of(config, phase);
  const auto table = database.table(name);
  if (!table.has_value()) return {nullptr, table.error()};
  const Slice* slice = *table == nullptr ? nullptr : native_slice(**table, formats + "|", config.native_heads);
  if (slice != nullptr) slice = native_slice(**table, parent(slice->key) + "|", config.shape.heads);
  if (slice != nullptr && slice->grid.points() > 0) return {slice, {}};
  return {nullptr, Error{ErrorKind::kMissingData, "no measured " + name + " for " + formats}};
}

SelectionBias selection_bias(const Database::Impl& database, const CompressedAttentionConfig& config, CompressedPhase phase) {
  const auto table = database.table("dsv4_csa_topk_calib");
  if (!config.shape.selects() || !table.has_value() || *table == nullptr) return {};
  const std::string kernel = std::to_string(config.native_heads) + (phase == CompressedPhase::kPrefill ? "|v1_" : "|v2_");
  const Slice* alike = (*table)->find(kernel + "flat");
  const Slice* ordinary = (*table)->find(kernel + "top_last");
  return alike != nullptr && ordinary != nullptr ? SelectionBias(alike->grid, ordinary->grid) : SelectionBias();
}

}  // namespace dynamo::perf
