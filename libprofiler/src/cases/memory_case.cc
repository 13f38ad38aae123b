#include <cmath>

#include "cases/worker_case.h"

namespace dynamo::cases {

namespace {

constexpr double kGib = 1073741824.0;

struct Fraction {
  std::string kind;
  double value = 0;
};

/// TensorRT-LLM takes a share of free memory, the others of all memory.
Fraction read_fraction(Arguments& args, Backend backend) {
  Fraction fraction{args.text("memory_fraction_kind"), args.number("memory_fraction_value", -1)};
  const std::string_view wanted = backend == Backend::kTrtllm ? "of_free" : "of_total";
  if (fraction.kind != wanted) {
    args.complain("incompatible memory fraction: backend " + std::string(name_of(backend)) + " takes memory_fraction_kind " +
                  std::string(wanted) + ", not \"" + fraction.kind + "\"");
  }
  if (!(fraction.value >= 0 && fraction.value <= 1)) args.complain("memory_fraction_value must lie between 0 and 1");
  return fraction;
}

Value whole(double bytes) { return static_cast<std::int64_t>(std::floor(std::max(bytes, 0.0))); }

}  // namespace

Answer answer_memory(const Value& in, const CaseContext& context) {
  Arguments args(in);
  WorkerCase c;
  if (auto model = args.model("model_path", context.models); model.has_value()) c.model = *model;
  c.system = args.system("system");
  if (c.system == nullptr) args.complain("system is required");
  c.backend = args.backend("backend");
  c.version = args.text("backend_version", "current");
  c.quant = args.quant();
  c.nextn = args.integer("nextn", 0, 0);
  const Parallelism layout = read_layout(args, c.model, "");
  const int max_num_tokens = args.integer("max_num_tokens", 8192, 1);
  const int max_batch_size = args.integer("max_batch_size", 1, 1);
  const int block = args.integer("scheduler_block_size", 1, 1);
  const Fraction fraction = read_fraction(args, c.backend);
  const auto capacity_override = args.optional_number("gpu_memory_capacity_bytes_override");
  const auto tolerance = args.optional_number("tolerance_fraction");
  if (tolerance.has_value() && !(*tolerance >= 0 && *tolerance < 1)) args.complain("tolerance_fraction must lie in [0, 1)");
  (void)args.number("naive_kv_reservation", 0.8);
  (void)args.flag("allow_naive_fallback", false);
  (void)args.flag("allow_hf_config_download", false);
  if (auto problems = args.problems()) return std::unexpected(*problems);

  const auto built = build_worker(c, context, layout, perf::Role::kDecode, 0.0);
  if (!built.has_value()) return std::unexpected(case_error(built.error()));
  const MemoryBreakdown memory = built->engine.step_memory(max_batch_size, max_num_tokens, 1);
  const double non_kv = (memory.total_gib() - memory.kv_cache_gib) * kGib;
  const double per_token = built->engine.kv_bytes_per_seq(1);
  const double capacity = capacity_override.value_or(c.system->mem_capacity_bytes);
  const double budget = c.backend == Backend::kTrtllm ? (capacity - non_kv) * fraction.value : capacity * fraction.value - non_kv;
  if (!(budget > 0)) {
    return std::unexpected(CaseError{"no_kv_budget", "no KV budget: everything else needs " +
                                                         std::to_string(static_cast<std::int64_t>(non_kv)) + " of " +
                                                         std::to_string(static_cast<std::int64_t>(capacity)) + " bytes"});
  }
  const double tokens = std::floor(budget / per_token);
  Value estimate{Object{}};
  estimate.set("total_gpu_capacity_bytes", whole(capacity));
  estimate.set("total_kv_size_bytes", whole(budget));
  estimate.set("kv_size_per_token_bytes", whole(per_token));
  estimate.set("total_kv_size_tokens", whole(tokens));
  estimate.set("source", "native");
  Value breakdown{Object{}};
  breakdown.set("weights_bytes", whole(memory.weights_gib * kGib));
  breakdown.set("activations_bytes", whole(memory.activations_gib * kGib));
  breakdown.set("runtime_overhead_bytes", whole(memory.others_gib * kGib));
  breakdown.set("comm_overhead_bytes", whole(memory.nccl_gib * kGib));
  estimate.set("memory_breakdown", std::move(breakdown));
  double usable = tokens;
  Value adjusted;
  if (tolerance.has_value()) {
    const double bytes = std::floor(std::floor(budget) * (1.0 - *tolerance));
    usable = std::floor(bytes / per_token);
    adjusted.set("tolerance_fraction", *tolerance);
    adjusted.set("total_kv_size_bytes", whole(bytes));
    adjusted.set("total_kv_size_tokens", whole(usable));
  }
  estimate.set("tolerance_adjusted", std::move(adjusted));
  Value out{Object{}};
  out.set("version", built->database.version());
  out.set("estimate", std::move(estimate));
  out.set("num_gpu_blocks", whole(std::floor(usable / block)));
  return out;
}

}  // namespace dynamo::cases
