#include "perf/roofline_compressed.h"

#include <algorithm>
#include <cmath>

namespace dynamo::perf {

namespace {

constexpr double kBf16Bytes = 2;
constexpr double kIndexEntryBytes = 0.5;   ///< the indexer's cache holds FP4

/// Keys that the queries at prefix + 1 … prefix + length see when each sees all before it, but at most `limit`.
double causal_pairs(double length, double prefix, double limit) {
  if (limit <= 0 || length <= 0) return 0;
  const double full = prefix + length;
  if (prefix >= limit) return length * limit;
  if (full <= limit) return (full * (full + 1) - prefix * (prefix + 1)) / 2;
  return (limit * (limit + 1) - prefix * (prefix + 1)) / 2 + (full - limit) * limit;
}

/// floor(0 / divisor) + floor(1 / divisor) + … + floor(n / divisor).
double floor_sum(double n, double divisor) {
  if (n < 0) return 0;
  const double q = std::floor(n / divisor);
  const double r = n - q * divisor;
  return divisor * q * (q - 1) / 2 + q * (r + 1);
}

/// Compressed entries that those queries see, at most `limit` each.
double compressed_pairs(double length, double prefix, double ratio, double limit) {
  if (length <= 0 || limit <= 0) return 0;
  const double start = prefix + 1;
  const double end = prefix + length;
  const double saturated = limit * ratio;
  if (end < saturated) return floor_sum(end, ratio) - floor_sum(start - 1, ratio);
  if (start >= saturated) return length * limit;
  return floor_sum(saturated - 1, ratio) - floor_sum(start - 1, ratio) + (end - saturated + 1) * limit;
}

}  // namespace

Result<CompressedRoofline> CompressedRoofline::bind(const Database::Impl& database, const CompressedShape& shape, GemmQuant gemm,
                                                    KvQuant kv, FmhaQuant attention) {
  const Result<double> gemm_flops = database.flops(facts_of(gemm));
  const Result<double> bf16_flops = database.flops(facts_of(GemmQuant::kBfloat16));
  const Result<double> fp8_flops = database.flops(facts_of(GemmQuant::kFp8));
  const Result<double> attention_flops = database.flops(facts_of(attention));
  for (const Result<double>* rate : {&gemm_flops, &bf16_flops, &fp8_flops, &attention_flops}) {
    if (!rate->has_value()) return std::unexpected(rate->error());
  }
  CompressedRoofline roof;
  roof.shape_ = shape;
  roof.gemm_flops_ = *gemm_flops;
  roof.bf16_flops_ = *bf16_flops;
  roof.fp8_flops_ = *fp8_flops;
  roof.attention_flops_ = *attention_flops;
  roof.gemm_bytes_ = facts_of(gemm).bytes_per_element;
  roof.kv_bytes_ = facts_of(kv).bytes_per_element;
  roof.attention_bytes_ = facts_of(attention).bytes_per_element;
  roof.bytes_per_s_ = database.system.mem_bytes_per_s;
  return roof;
}

double CompressedRoofline::prefill_ms(double batch, double sequence, double prefix) const {
  const double cached = prefix + sequence;
  const double limit = shape_.selects() ? shape_.index_topk : std::floor(cached / shape_.ratio);
  const double pairs = batch * (causal_pairs(sequence, prefix, shape_.window) +
                                compressed_pairs(sequence, prefix, shape_.ratio, limit));
  return bound_ms(batch, batch * sequence, cached, pairs);
}

double CompressedRoofline::decode_ms(double batch, double position) const {
  const double cached = std::max(position - 1, 0.0);
  const double entries = std::floor(cached / shape_.ratio);
  const double seen = shape_.selects() ? std::min<double>(entries, shape_.index_topk) : entries;
  return bound_ms(batch, batch, cached, batch * (std::min<double>(cached, shape_.window) + seen));
}

double CompressedRoofline::bound_ms(double batch, double tokens, double cached, double pairs) const {
  const double h = shape_.hidden;
  const double head = shape_.head_dim;
  const double queries = static_cast<double>(shape_.heads) * head;
  const double outputs = static_cast<double>(shape_.o_groups) * shape_.o_lora_rank;
  const double latent = shape_.q_lora_rank;
  const double index = static_cast<double>(shape_.index_heads) * shape_.index_head_dim;
  const double compressed = shape_.compressor_width();

  const double projections = h * latent + latent * queries + h * head + outputs * h;   // matrix elements
  const double absorbed = queries * shape_.o_lora_rank;
  double gemm_ops = 2 * tokens * projections + 4 * tokens * h * compressed + 2 * tokens * compressed;
  double bf16_ops = 2 * tokens * absorbed;
  double fp8_ops = 0;
  double gemm_weights = projections + 2 * h * compressed;
  double bf16_weights = absorbed;
  double index_cache = 0;
  if (shape_.selects()) {
    const double index_width = 2.0 * shape_.index_head_dim;   // of the indexer's own compressor
    const double entries = std::floor(cached / shape_.ratio);
    gemm_ops += 4 * tokens * h * index_width + 2 * tokens * index_width;
    bf16_ops += 2 * tokens * h * shape_.index_heads;
    fp8_ops = 2 * tokens * index * (latent + entries);
    gemm_weights += latent * index;
    bf16_weights += h * shape_.index_heads;
    index_cache = batch * entries * shape_.index_head_dim * kIndexEntryBytes;   // read once a sequence
  }
  const double math = gemm_ops / gemm_flops_ + bf16_ops / bf16_flops_ + fp8_ops / fp8_flops_ + 4 * queries * pairs / attention_flops_;
  const double activations = tokens * (h + latent + queries + head + outputs);
  const double memory = (gemm_weights + activations) * gemm_bytes_ + bf16_weights * kBf16Bytes + pairs * head * kv_bytes_ + index_cache +
                        tokens * shape_.heads * shape_.rope_dim * attention_bytes_;
  return std::max(math, memory / bytes_per_s_) * 1000.0;
}

}  // namespace dynamo::perf
