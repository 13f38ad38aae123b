#include "perf/quant_tables.h"

#include <algorithm>

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

}  // namespace

AttentionFormats::AttentionFormats(const Database::Impl& database, Family family)
    : database_(database),
      // vLLM multiplies the latent cache out and runs plain attention.
      latent_((family == Family::kDeepseek || family == Family::kKimiK25) && database.backend != Backend::kVllm),
      sparse_(family == Family::kDeepseekV32) {}

bool AttentionFormats::has_prefill(FmhaQuant fmha, std::optional<KvQuant> kv) const {
  constexpr KvQuant kAny[] = {KvQuant::kBfloat16, KvQuant::kInt8, KvQuant::kFp8};
  if (!kv.has_value()) return std::ranges::any_of(kAny, [&](KvQuant one) { return has_prefill(fmha, one); });
  const std::string key = std::string(facts_of(fmha).name) + "|" + std::string(facts_of(*kv).name);
  if (sparse_) return has_sparse("dsa_context_module", key);
  if (!latent_) return AttentionTable(database_, "context_attention", key).has_format();
  return has_slice(database_, "context_mla", key) || has_slice(database_, "mla_context_module", key);
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
  if (!latent_) return AttentionTable(database_, "generation_attention", key).has_format();
  return has_slice(database_, "generation_mla", key) || has_slice(database_, "mla_generation_module", key);
}

}  // namespace dynamo::perf
