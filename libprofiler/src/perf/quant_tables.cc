#include "perf/quant_tables.h"

#include <algorithm>
#include <array>

#include "perf/operators/attention_tables.h"

namespace dynamo::perf {

namespace {

/// Whether a slice of the table begins with that key part.
bool has_slice(const Database::Impl& database, std::string_view table, const std::string& key) {
  const auto rows = database.table(table);
  if (!rows.has_value() || *rows == nullptr) return false;
  return std::ranges::any_of((*rows)->slices, [&](const Slice& slice) {
    return slice.key == key || slice.key.starts_with(key + "|");
  });
}

constexpr std::array<std::string_view, 2> kLatentPrefill = {"context_mla", "mla_context_module"};
constexpr std::array<std::string_view, 2> kLatentDecode = {"generation_mla", "mla_generation_module"};
constexpr std::array<std::string_view, 2> kCompressedPrefill = {"dsv4_csa_context_module", "dsv4_hca_context_module"};
constexpr std::array<std::string_view, 2> kCompressedDecode = {"dsv4_csa_generation_module", "dsv4_hca_generation_module"};

bool any_has_slice(const Database::Impl& database, std::span<const std::string_view> tables, const std::string& key) {
  return std::ranges::any_of(tables, [&](std::string_view table) { return has_slice(database, table, key); });
}

}  // namespace

AttentionFormats::AttentionFormats(const Database::Impl& database, Family family) 
    : database_(database), sparse_(family == Family::kDeepseekV32) {
  const bool latent = family == Family::kDeepseek || family == Family::kKimiK25 || family == Family::kKimiK3;
  // vLLM multiplies the latent cache out and runs plain attention.
  if (latent && database.backend != Backend::kVllm) {
    prefill_ = kLatentPrefill;
    decode_ = kLatentDecode;
  } else if (family == Family::kDeepseekV4) {
    prefill_ = kCompressedPrefill;
    decode_ = kCompressedDecode;
  }
}

bool AttentionFormats::has_prefill(FmhaQuant fmha, std::optional<KvQuant> kv) const {
  constexpr KvQuant kAny[] = {KvQuant::kBfloat16, KvQuant::kInt8, KvQuant::kFp8};
  if (!kv.has_value()) return std::ranges::any_of(kAny, [&](KvQuant one) { return has_prefill(fmha, one); });
  const std::string key = std::string(facts_of(fmha).name) + "|" + std::string(facts_of(*kv).name);
  if (sparse_) return has_sparse("dsa_context_module", key);
  if (prefill_.empty()) return AttentionTable(database_, "context_attention", key).has_format();
  return any_has_slice(database_, prefill_, key);
}

bool AttentionFormats::has_sparse(const std::string& operation, const std::string& key) const {
  const std::string whole = operation + "|" + key;
  return has_slice(database_, operation, whole) || has_slice(database_, operation + "_flashmla", whole);
}

bool AttentionFormats::has_any_prefill(std::optional<KvQuant> kv) const {
  return has_prefill(FmhaQuant::kBfloat16, kv) || has_prefill(FmhaQuant::kFp8, kv) || has_prefill(FmhaQuant::kFp8Block, kv);
}

bool AttentionFormats::has_decode(KvQuant kv) const {
  const std::string key(facts_of(kv).name);
  if (sparse_) return has_sparse("dsa_generation_module", key);
  if (decode_.empty()) return AttentionTable(database_, "generation_attention", key).has_format();
  return any_has_slice(database_, decode_, key);
}

}  // namespace dynamo::perf
