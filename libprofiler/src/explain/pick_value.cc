#include "dynamo/profiler/explain.h"

namespace dynamo {
namespace {

std::string text(std::string_view view) { return std::string(view); }

Value parallelism_value(const Parallelism& parallel) {
  Value value;
  value.set("tp", parallel.tp);
  value.set("pp", parallel.pp);
  value.set("dp", parallel.dp);
  value.set("moeTp", parallel.moe_tp);
  value.set("moeEp", parallel.moe_ep);
  value.set("cp", parallel.cp);
  return value;
}

Value memory_value(const MemoryBreakdown& memory) {
  Value value;
  value.set("total", memory.total_gib());
  value.set("weights", memory.weights_gib);
  value.set("activations", memory.activations_gib);
  value.set("kvCache", memory.kv_cache_gib);
  value.set("nccl", memory.nccl_gib);
  value.set("others", memory.others_gib);
  return value;
}


Value worker_value(const WorkerEstimate& worker, std::string_view role, int workers, const ValueContext& context) {
  Value value;
  value.set("role", text(role));
  value.set("workersPerUnit", workers);
  value.set("layout", worker.parallel.label(context.moe));
  value.set("gpus", worker.parallel.gpus());
  value.set("parallelism", parallelism_value(worker.parallel));
  value.set("batch", worker.batch);
  value.set("backend", text(name_of(worker.backend)));
  value.set("version", worker.version);
  value.set("system", worker.system);
  value.set("quantization", quant_value(worker.quant));
  value.set("requestsPerSecond", context.measured(worker.seq_per_s));
  value.set("memoryGiB", memory_value(worker.memory));
  return value;
}

Array workers_value(const Estimate& unit, const ValueContext& context) {
  if (unit.mode == ServingMode::kAggregated) {
    return {worker_value(unit.decode, "agg", unit.decode_workers, context)};
  }
  return {worker_value(unit.prefill, "prefill", unit.prefill_workers, context),
          worker_value(unit.decode, "decode", unit.decode_workers, context)};
}

Value totals_value(const Pick& pick, const ValueContext& context) {
  const double replicas = pick.replicas;
  Value value;
  value.set("gpus", pick.gpus_used);
  value.set("tokensPerSecond", context.measured(pick.unit.tokens_per_s * replicas));
  value.set("requestsPerSecond", context.measured(pick.unit.seq_per_s * replicas));
  value.set("concurrency", context.measured(pick.unit.concurrency * replicas));
  return value;
}

}  // namespace

Value quant_value(const QuantModes& quant) {
  Value value;
  value.set("gemm", text(facts_of(quant.gemm).name));
  value.set("moe", text(facts_of(quant.moe).name));
  value.set("kvCache", text(facts_of(quant.kv).name));
  value.set("fmha", text(facts_of(quant.fmha).name));
  value.set("comm", text(facts_of(quant.comm).name));
  return value;
}

Value pick_value(const Pick& pick, const ValueContext& context) {
  const Estimate& unit = pick.unit;
  Value value;
  value.set("servingMode", text(name_of(unit.mode)));
  value.set("layout", layout_text(pick, context.moe));
  value.set("replicas", pick.replicas);
  value.set("gpusPerUnit", unit.gpus);
  value.set("backend", text(name_of(unit.decode.backend)));
  value.set("version", unit.decode.version);
  value.set("ttftMs", context.measured(unit.ttft_ms));
  value.set("itlMs", context.measured(unit.tpot_ms));
  value.set("requestLatencyMs", context.measured(unit.request_latency_ms));
  value.set("tokensPerSecondPerGpu", context.measured(unit.tokens_per_s_gpu));
  value.set("tokensPerSecondPerGpuOfBudget", context.measured(pick.tokens_per_s_gpu_cluster));
  value.set("tokensPerSecondPerUser", context.measured(unit.tokens_per_s_user));
  value.set("loadServedPercent", context.measured(pick.load_served_percent));
  value.set("total", totals_value(pick, context));
  value.set("contextTokensPerStep", unit.ctx_tokens);
  value.set("workers", workers_value(unit, context));
  value.set("whyNot", pick.why_not);
  return value;
}

}  // namespace dynamo
