#include <algorithm>

#include "explain/sections.h"
#include "search/factors.h"

namespace dynamo::explain {
namespace {

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;

Value memory_row(const Evidence& evidence, const WorkerEstimate& worker, const char* role) {
  const MemoryBreakdown& memory = worker.memory;
  const double capacity = evidence.request->system->mem_capacity_bytes / kBytesPerGib;
  Value value;
  value.set("role", role);
  value.set("layout", worker.parallel.label(evidence.moe()));
  value.set("batch", worker.batch);
  value.set("capacityGiB", capacity);
  value.set("weightsGiB", memory.weights_gib);
  value.set("kvCacheGiB", memory.kv_cache_gib);
  value.set("activationsGiB", memory.activations_gib);
  value.set("ncclGiB", memory.nccl_gib);
  value.set("othersGiB", memory.others_gib);
  value.set("totalGiB", memory.total_gib());
  value.set("freeGiB", capacity - memory.total_gib());
  return value;
}

Value phase_value(const char* role, const char* phase, std::string what, std::vector<perf::OperatorTime> times, double scale) {
  double total = 0;
  for (const perf::OperatorTime& time : times) total += time.ms * scale;
  std::ranges::stable_sort(times, std::ranges::greater{}, &perf::OperatorTime::ms);
  Array operators;
  for (const perf::OperatorTime& time : times) {
    Value item;
    item.set("name", time.name);
    item.set("ms", time.ms * scale);
    item.set("percent", total > 0 ? time.ms * scale / total * 100.0 : 0.0);
    item.set("source", time.source);
    item.set("lookedUpMs", time.looked_up_ms * scale);
    item.set("interpolatedMs", time.interpolated_ms * scale);
    item.set("extrapolatedMs", time.extrapolated_ms * scale);
    item.set("modelledMs", time.modelled_ms * scale);
    operators.push_back(std::move(item));
  }
  Value value;
  value.set("role", role);
  value.set("phase", phase);
  value.set("what", std::move(what));
  value.set("ms", total);
  value.set("operators", std::move(operators));
  return value;
}

void add_aggregated(const Evidence& evidence, const Estimate& unit, const perf::Workload& load, Array& out) {
  const auto& engine = evidence.engines->decode;
  if (!engine.has_value()) return;
  const int batch = unit.decode.batch;
  out.push_back(phase_value("agg", "mixed step", "one step that reads " + std::to_string(unit.ctx_tokens) +
                                                     " prompt tokens and decodes beside them",
                            engine->mix_times(load, batch, unit.ctx_tokens), 1));
  auto decode = engine->genonly_times(load, batch, unit.ctx_tokens);
  if (!decode.empty()) {
    out.push_back(phase_value("agg", "decode step", "one step that only decodes, " + std::to_string(batch) + " sequences a replica",
                              std::move(decode), 1));
  }
}

void add_disaggregated(const Evidence& evidence, const Estimate& unit, const perf::Workload& load, Array& out) {
  const search::Scenario& scenario = *evidence.scenario;
  if (const auto& prefill = *evidence.engines->prefill; prefill.has_value()) {
    out.push_back(phase_value("prefill", "prefill", "one prompt of " + std::to_string(scenario.isl) + " tokens, corrected",
                              prefill->context_times(load, unit.prefill.batch, search::kPrefillLatencyFactor), 1));
  }
  const auto& decode = evidence.engines->decode;
  if (!decode.has_value()) return;
  const double steps = std::max(scenario.osl - 1, 1);
  out.push_back(phase_value("decode", "decode step", "one step in the mean of an answer, " + std::to_string(unit.decode.batch) +
                                                         " sequences a replica, corrected",
                            decode->generation_times(load, unit.decode.batch, search::kDecodeLatencyFactor), 1.0 / steps));
}

}  // namespace

Array memory_of(const Evidence& evidence) {
  const Estimate& unit = evidence.report->chosen->unit;
  if (unit.mode == ServingMode::kAggregated) return {memory_row(evidence, unit.decode, "agg")};
  return {memory_row(evidence, unit.prefill, "prefill"), memory_row(evidence, unit.decode, "decode")};
}

Array time_of(const Evidence& evidence) {
  Array out;
  if (evidence.report->naive) return out;
  const Estimate& unit = evidence.report->chosen->unit;
  const search::Scenario& scenario = *evidence.scenario;
  const perf::Workload load{.isl = scenario.isl, .osl = scenario.osl, .prefix = scenario.prefix, .kv_fraction = scenario.kv_fraction,
                            .max_seq_len = scenario.max_seq_len};
  unit.mode == ServingMode::kAggregated ? add_aggregated(evidence, unit, load, out) : add_disaggregated(evidence, unit, load, out);
  return out;
}

}  // namespace dynamo::explain
