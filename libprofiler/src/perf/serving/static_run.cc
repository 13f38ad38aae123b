#include <algorithm>
#include <cmath>

#include "perf/phase.h"
#include "perf/engine_impl.h"

namespace dynamo::perf {

namespace {

constexpr double kGib = 1073741824.0;

/// Left-endpoint sum over the decode trajectory, one evaluation per `stride` positions.
Result<double> generation_ms(const Engine::Impl& engine, const Workload& load, int batch, int stride) {
  double total = 0;
  DecodeSteps steps(engine.graph, batch * (engine.nextn + 1));
  for (int i = 0; i < load.osl - 1; i += stride) {
    const auto step = steps.at(load.isl + i + 1);
    if (!step.has_value()) return std::unexpected(step.error());
    total += step->ms * std::min(stride, load.osl - 1 - i);
  }
  return total;
}

void round_row(StaticPoint& point) {
  for (double* value : {&point.context_ms, &point.generation_ms, &point.ttft_ms, &point.tpot_ms, &point.request_latency_ms,
                        &point.seq_per_s, &point.seq_per_s_gpu, &point.tokens_per_s, &point.tokens_per_s_gpu,
                        &point.tokens_per_s_user}) {
    *value = std::nearbyint(*value * 1000.0) / 1000.0;
  }
}

/// Accepted draft tokens shorten the decode phase. The reference projects the row it reports, which has three decimals.
void project_acceptance(const Engine::Impl& engine, const Workload& load, StaticMode mode, StaticPoint& point) {
  const double gain = engine.tokens_per_step();
  if (gain == 1.0 || mode == StaticMode::kContext) return;
  round_row(point);
  const double before = point.request_latency_ms;
  point.tpot_ms /= gain;
  point.generation_ms /= gain;
  point.tokens_per_s_user *= gain;
  point.request_latency_ms = point.ttft_ms + point.tpot_ms * std::max(load.osl - 1, 0);
  const double faster = point.request_latency_ms > 0 ? before / point.request_latency_ms : 1.0;
  for (double* rate : {&point.seq_per_s, &point.seq_per_s_gpu, &point.tokens_per_s, &point.tokens_per_s_gpu}) *rate *= faster;
  round_row(point);
}

}  // namespace

MemoryBreakdown Engine::static_memory(const Workload& text, int batch, StaticMode mode) const {
  const Workload load = impl_->whole_prompt(text);
  const int prompt_tokens = (load.isl - load.prefix) * batch;
  Footprint::Load step{.batch = batch, .tokens = prompt_tokens,
                       .seq_len = load.max_seq_len.value_or(load.isl + (mode == StaticMode::kContext ? 1 : load.osl)),
                       .drafted_tokens = 0};
  if (mode == StaticMode::kGeneration) {
    step.tokens = batch;
    step.drafted_tokens.reset();
  }
  MemoryBreakdown memory = impl_->footprint->of(step);
  if (mode != StaticMode::kGeneration) {
    const MemoryBreakdown encoder = impl_->footprint->encoder(impl_->encoder_load(load, batch));
    memory.weights_gib += encoder.weights_gib;
    memory.activations_gib += encoder.activations_gib;
  }
  return memory;
}

Result<StaticPoint> Engine::run_static(const Workload& text, int batch, StaticMode mode, double latency_factor,
                                       int stride) const {
  const Impl& engine = *impl_;
  const Workload load = engine.whole_prompt(text);
  if (const auto fits = check_step_tokens(batch, std::max(load.isl, engine.nextn + 1)); !fits.has_value()) {
    return std::unexpected(fits.error());
  }
  StaticPoint point;
  if (mode != StaticMode::kGeneration) {
    if (const EncoderLoad images = engine.encoder_load(load, batch); images.images > 0) {
      const auto encoder = encoder_pass(engine.graph.encoder, images);
      if (!encoder.has_value()) return std::unexpected(encoder.error());
      point.encoder_ms = encoder->ms * latency_factor;
      point.encoder_gib = engine.footprint->encoder(images).total_gib();
    }
    const auto context = context_pass(engine.graph, batch, load.isl, load.prefix);
    if (!context.has_value()) return std::unexpected(context.error());
    point.context_ms = context->ms * latency_factor;
  }
  if (mode != StaticMode::kContext) {
    const auto generation = generation_ms(engine, load, batch, stride);
    if (!generation.has_value()) return std::unexpected(generation.error());
    point.generation_ms = *generation * latency_factor;
  }
  const Parallelism& p = engine.parallel;
  point.ttft_ms = point.encoder_ms + point.context_ms;
  point.tpot_ms = load.osl > 1 ? point.generation_ms / (load.osl - 1) : 0.0;
  point.request_latency_ms = point.ttft_ms + point.tpot_ms * std::max(load.osl - 1, 0);
  if (point.request_latency_ms == 0) point.request_latency_ms = point.context_ms + point.generation_ms;
  point.concurrency = batch * p.dp;
  point.seq_per_s = point.request_latency_ms > 0 ? point.concurrency / point.request_latency_ms * 1000.0 * p.pp : 0.0;
  const int tokens = mode == StaticMode::kContext ? 1 : mode == StaticMode::kGeneration ? load.osl - 1 : load.osl;
  const double gpus = p.tp * p.pp * p.dp;   // the reference leaves context-parallel ranks out of static rates
  point.tokens_per_s = point.seq_per_s * tokens;
  point.seq_per_s_gpu = point.seq_per_s / gpus;
  point.tokens_per_s_gpu = point.tokens_per_s / gpus;
  point.tokens_per_s_user = point.tpot_ms > 0 ? 1000.0 / point.tpot_ms : 0.0;
  project_acceptance(engine, load, mode, point);

  point.memory = static_memory(text, batch, mode);
  const double capacity = engine.footprint->capacity_bytes();
  const double kv = point.memory.kv_cache_gib * kGib;
  const double non_kv = point.memory.total_gib() * kGib - kv;
  const double budget = kv_budget(engine.tables(), p, BudgetRole::kStatic, load.kv_fraction).bytes(capacity, non_kv);
  point.kv_budget_gib = budget / kGib;
  point.oom = point.memory.total_gib() * kGib >= capacity;
  point.kv_oom = !point.oom && kv > budget;
  return point;
}

}  // namespace dynamo::perf
