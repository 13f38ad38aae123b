#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "cases/worker_case.h"

namespace dynamo::cases {

namespace {

constexpr double kGib = 1073741824.0;

struct MemoryCase {
  WorkerCase worker;
  Parallelism layout;
  std::string version_as_asked;
  int max_num_tokens = 0, max_batch_size = 0, block = 1;
  double fraction = 0;
  std::optional<double> capacity_override, tolerance;
  double naive_reservation = 0.8;    ///< share of the memory left by the weights that the fallback gives to the KV cache
  bool allow_naive = false;
};

/// What fits: bytes for the KV cache, and bytes of one token in it.
struct Capacity {
  double total = 0, budget = 0, per_token = 0;
  std::string source;
  Value breakdown;                   ///< null without a memory model
  std::function<double(int)> bytes_of;   ///< KV cache of one sequence; empty where every token takes the same

  [[nodiscard]] double tokens_in(double bytes) const;
};

/// The longest sequence whose cache fits. Windowed layers stop growing, so the curve is searched rather than divided.
double Capacity::tokens_in(double bytes) const {
  if (!bytes_of) return std::floor(bytes / per_token);
  int low = 0;
  int high = std::numeric_limits<int>::max();
  while (low + 1 < high) {
    const int middle = low + (high - low) / 2;
    (bytes_of(middle) <= bytes ? low : high) = middle;
  }
  return low;
}

/// TensorRT-LLM takes a share of free memory, the others of all memory.
double read_fraction(Arguments& args, Backend backend) {
  const std::string kind = args.text("memory_fraction_kind");
  const double value = args.number("memory_fraction_value", -1);
  const std::string_view wanted = backend == Backend::kTrtllm ? "of_free" : "of_total";
  if (kind != wanted) {
    args.complain("incompatible memory fraction: backend " + std::string(name_of(backend)) + " takes memory_fraction_kind " +
                  std::string(wanted) + ", not \"" + kind + "\"");
  }
  if (!(value >= 0 && value <= 1)) args.complain("memory_fraction_value must lie between 0 and 1");
  return value;
}

MemoryCase read_case(Arguments& args, const CaseContext& context) {
  MemoryCase c;
  c.worker.forgets_gemm_origin = false;
  if (auto model = args.model("model_path", context.models); model.has_value()) c.worker.model = *model;
  c.worker.system = args.required_system("system");
  c.worker.backend = args.backend("backend");
  c.version_as_asked = args.text("backend_version");
  c.worker.version = c.version_as_asked.empty() ? "current" : c.version_as_asked;
  c.worker.quant = args.quant();
  c.worker.nextn = args.integer("nextn", 0, 0);
  c.layout = read_layout(args, c.worker.model, "", ExpertSizes::kOneByDefault);
  c.max_num_tokens = args.integer("max_num_tokens", 8192, 1);
  c.max_batch_size = args.integer("max_batch_size", 1, 1);
  c.block = args.integer("scheduler_block_size", 1, 1);
  c.fraction = read_fraction(args, c.worker.backend);
  c.capacity_override = args.optional_number("gpu_memory_capacity_bytes_override");
  c.tolerance = args.optional_number("tolerance_fraction");
  if (c.tolerance.has_value() && !(*c.tolerance >= 0 && *c.tolerance < 1)) args.complain("tolerance_fraction must lie in [0, 1)");
  c.naive_reservation = args.number("naive_kv_reservation", c.naive_reservation);
  if (!(c.naive_reservation >= 0 && c.naive_reservation <= 1)) args.complain("naive_kv_reservation must lie between 0 and 1");
  c.allow_naive = args.flag("allow_naive_fallback", false);
  (void)args.flag("allow_hf_config_download", false);
  return c;
}

Value whole(double bytes) { return static_cast<std::int64_t>(std::floor(std::max(bytes, 0.0))); }

Capacity modelled_capacity(const MemoryCase& c, BuiltWorker worker) {
  const auto kept = std::make_shared<const BuiltWorker>(std::move(worker));
  const BuiltWorker& built = *kept;
  const MemoryBreakdown memory = built.engine.step_memory(c.max_batch_size, c.max_num_tokens, 1);
  const double non_kv = (memory.total_gib() - memory.kv_cache_gib) * kGib;
  Capacity capacity{c.capacity_override.value_or(c.worker.system->mem_capacity_bytes), 0, built.engine.kv_bytes_per_seq(1),
                    "native", Value(Object{}), [kept](int tokens) { return kept->engine.kv_bytes_per_seq(tokens); }};
  capacity.budget = c.worker.backend == Backend::kTrtllm ? (capacity.total - non_kv) * c.fraction
                                                         : capacity.total * c.fraction - non_kv;
  capacity.breakdown.set("weights_bytes", whole(memory.weights_gib * kGib));
  capacity.breakdown.set("activations_bytes", whole(memory.activations_gib * kGib));
  capacity.breakdown.set("runtime_overhead_bytes", whole(memory.others_gib * kGib));
  capacity.breakdown.set("comm_overhead_bytes", whole(memory.nccl_gib * kGib));
  return capacity;
}

/// From the shape alone, bf16 throughout: two embeddings, square attention projections and a gated FFN a layer.
Capacity naive_capacity(const MemoryCase& c) {
  constexpr double kBf16Bytes = 2;
  const ModelSpec& m = c.worker.model;
  const double hidden = m.hidden;
  const double ranks = c.layout.tp * c.layout.pp;
  const double outside_ffn = 2.0 * m.vocab * hidden + m.layers * 4.0 * hidden * hidden;
  double weights = 0;
  if (m.is_moe()) {
    const double experts = std::floor(m.experts * 3.0 * hidden * m.moe_intermediate / (c.layout.moe_tp * c.layout.moe_ep));
    weights = std::floor(outside_ffn * kBf16Bytes / ranks) + std::floor(m.layers * experts * kBf16Bytes / c.layout.pp);
  } else {
    weights = std::floor((outside_ffn + m.layers * 3.0 * hidden * m.intermediate) * kBf16Bytes / ranks);
  }
  const double kv_width = m.kv_lora_rank > 0
                              ? m.kv_lora_rank + m.qk_rope_head_dim
                              : 2.0 * ((m.kv_heads + c.layout.tp - 1) / c.layout.tp) * m.head_dim;
  const double total = *c.capacity_override;
  return {total, std::max(total - weights, 0.0) * c.naive_reservation, m.layers * kv_width * kBf16Bytes, "naive_fallback", Value(), {}};
}

std::expected<Capacity, CaseError> capacity_of(const MemoryCase& c, const CaseContext& context) {
  auto built = build_worker(c.worker, context, c.layout, perf::Role::kDecode, 0.0);
  if (built.has_value()) return modelled_capacity(c, std::move(*built));
  if (!c.allow_naive) return std::unexpected(case_error(built.error()));
  if (!c.capacity_override.has_value()) {
    return std::unexpected(CaseError{"invalid_config", "the naive fallback needs gpu_memory_capacity_bytes_override"});
  }
  if (c.worker.model.intermediate == 0) {
    return std::unexpected(CaseError{"invalid_config", "the naive fallback needs the width of the model's dense FFN, which " +
                                                           c.worker.model.id + " does not state"});
  }
  return naive_capacity(c);
}

Value estimate_of(const MemoryCase& c, const Capacity& capacity, double& usable_tokens) {
  Value estimate{Object{}};
  estimate.set("total_gpu_capacity_bytes", whole(capacity.total));
  estimate.set("total_kv_size_bytes", whole(capacity.budget));
  estimate.set("kv_size_per_token_bytes", whole(capacity.per_token));
  usable_tokens = capacity.tokens_in(capacity.budget);
  estimate.set("total_kv_size_tokens", whole(usable_tokens));
  estimate.set("source", capacity.source);
  estimate.set("memory_breakdown", capacity.breakdown);
  Value adjusted;
  if (c.tolerance.has_value()) {
    const double bytes = std::floor(std::floor(capacity.budget) * (1.0 - *c.tolerance));
    usable_tokens = capacity.tokens_in(bytes);
    adjusted.set("tolerance_fraction", *c.tolerance);
    adjusted.set("total_kv_size_bytes", whole(bytes));
    adjusted.set("total_kv_size_tokens", whole(usable_tokens));
  }
  estimate.set("tolerance_adjusted", std::move(adjusted));
  return estimate;
}

std::string resolved_version(const MemoryCase& c, const CaseContext& context) {
  if (!c.version_as_asked.empty()) return c.version_as_asked;
  const auto database =
      perf::Database::open(context.tables, *c.worker.system, c.worker.backend, c.worker.version, DatabaseMode::kSilicon);
  return database.has_value() ? database->version() : c.worker.version;
}

}  // namespace

Answer answer_memory(const Value& in, const CaseContext& context) {
  Arguments args(in);
  const MemoryCase c = read_case(args, context);
  if (auto problems = args.problems()) return std::unexpected(*problems);
  const auto capacity = capacity_of(c, context);
  if (!capacity.has_value()) return std::unexpected(capacity.error());
  if (!(capacity->per_token > 0)) {   // a searched model states no KV heads
    return std::unexpected(CaseError{"invalid_config", "the model's configuration does not say how large its KV cache is"});
  }
  if (!(capacity->budget > 0)) {
    return std::unexpected(CaseError{"no_kv_budget", "no KV budget: weights, activations and overheads leave nothing of " +
                                                         std::to_string(static_cast<std::int64_t>(capacity->total)) + " bytes"});
  }
  double usable_tokens = 0;
  Value out{Object{}};
  out.set("version", resolved_version(c, context));
  out.set("estimate", estimate_of(c, *capacity, usable_tokens));
  out.set("num_gpu_blocks", whole(std::floor(usable_tokens / c.block)));
  return out;
}

}  // namespace dynamo::cases
