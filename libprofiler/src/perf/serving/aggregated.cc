#include <algorithm>
#include <cmath>

#include "facts/backend_facts.h"
#include "perf/serving/schedule.h"

namespace dynamo::perf {

namespace {

constexpr double kGib = 1073741824.0;

void fill_memory(const Engine::Impl& engine, const Workload& load, int batch, AggregatedPoint& point) {
  const Database::Impl& tables = engine.tables();
  const auto limit = facts::backend_facts(tables.backend).memory.activation_token_limit;
  Footprint::Load step{.batch = batch,
                       .tokens = limit.value_or(point.num_tokens),
                       .seq_len = limit ? load.max_seq_len.value_or(load.isl + load.osl) : load.isl + load.osl,
                       .drafted_tokens = batch > 1 ? point.num_gen_reqs : 0};
  if (limit) step.drafted_tokens.reset();
  point.memory = engine.footprint->of(step);
  if (batch == 1 && load.osl > 1) {
    if (!limit) step.tokens = point.num_gen_reqs;
    step.drafted_tokens.reset();
    const MemoryBreakdown decode = engine.footprint->of(step);
    if (decode.total_gib() > point.memory.total_gib()) point.memory = decode;
  }
  const MemoryBreakdown encoder = engine.footprint->encoder(engine.encoder_load(load, batch));
  point.encoder_gib = encoder.total_gib();
  point.memory.weights_gib += encoder.weights_gib;
  point.memory.activations_gib += encoder.activations_gib;
  const double capacity = engine.footprint->capacity_bytes();
  const double kv = point.memory.kv_cache_gib * kGib;
  const double non_kv = point.memory.total_gib() * kGib - kv;
  const double budget = kv_budget(tables, engine.parallel, BudgetRole::kAggregated, load.kv_fraction).bytes(capacity, non_kv);
  point.kv_budget_gib = budget / kGib;
  point.oom = point.memory.total_gib() * kGib >= capacity;
  point.kv_oom = !point.oom && kv > budget;
}

void fill_rates(const Engine::Impl& engine, const Workload& load, int batch, double step_throughput, AggregatedPoint& point) {
  const Parallelism& p = engine.parallel;
  if (engine.tables().backend == Backend::kVllm && point.request_latency_ms > 0) {
    // Little's law: no more answers leave than `batch` requests in flight allow.
    step_throughput = std::min(step_throughput, batch * std::max(load.osl - 1, 0) * 1000.0 / point.request_latency_ms);
  }
  const double replicas = p.pp * p.dp;
  const double gpus = p.gpus();
  point.tokens_per_s = step_throughput * replicas;
  point.concurrency = batch * replicas;
  point.seq_per_s = load.osl > 1 ? point.tokens_per_s / (load.osl - 1) : 0.0;
  point.tokens_per_s_gpu = point.tokens_per_s / gpus;
  point.seq_per_s_gpu = point.seq_per_s / gpus;
  point.tokens_per_s_user = load.osl > 1 && point.tpot_ms > 0 ? 1000.0 / point.tpot_ms : 0.0;
}

}  // namespace

Result<AggregatedPoint> Engine::run_aggregated(const Workload& text, int batch, int ctx_tokens) const {
  const Impl& engine = *impl_;
  const Workload load = engine.whole_prompt(text);
  if (load.isl < 1 || load.osl < 1) {
    return std::unexpected(Error{ErrorKind::kInvalidConfig, "a worker that mixes prefill and decode needs isl and osl above 0"});
  }
  if (const auto fits = check_step_tokens(batch, std::max(load.isl, engine.nextn + 1)); !fits.has_value()) {
    return std::unexpected(fits.error());
  }
  Timing encoder;
  const EncoderLoad images = engine.encoder_load(load, batch);
  if (images.images > 0) {
    const auto pass = encoder_pass(engine.graph.encoder, images);
    if (!pass.has_value()) return std::unexpected(pass.error());
    encoder = *pass;
  }
  const Schedule s = schedule_of(engine, load, batch, ctx_tokens);
  const Result<Timing> mix = mixed_step(engine.graph, s.mixed);
  if (!mix.has_value()) return std::unexpected(mix.error());
  Timing genonly;
  if (s.genonly_requests > 0) {
    const auto step = generation_step(engine.graph, s.genonly_requests * (engine.nextn + 1), genonly_position(load));
    if (!step.has_value()) return std::unexpected(step.error());
    genonly = *step;
  }

  AggregatedPoint point;
  point.encoder_ms = encoder.ms;
  point.balance_score = s.balance_score;
  point.mix_step_ms = mix->ms;
  point.genonly_step_ms = genonly.ms;
  point.num_mix_steps = s.mix_steps;
  point.num_genonly_steps = s.genonly_steps;
  point.decode_iterations = s.decode_iterations;
  point.mix_decode_requests = s.mixed.decode_requests;
  point.ctx_tokens = ctx_tokens;
  point.num_ctx_reqs = batch == 1 ? 1 : static_cast<int>(std::ceil(static_cast<double>(ctx_tokens) / load.isl));
  point.num_gen_reqs = batch == 1 ? 1 : batch - point.num_ctx_reqs;
  point.gen_tokens = point.num_gen_reqs;
  point.num_tokens = batch == 1 ? ctx_tokens : point.num_gen_reqs + ctx_tokens;

  const Backend backend = engine.tables().backend;
  const double dispatch = facts::backend_facts(backend).prefill_dispatch_ms_per_layer * engine.model.layers;
  point.ttft_ms = encoder.ms + (mix->ms * s.passes_per_prompt + dispatch) * queue_factor(backend, batch, s.steps_to_prefill);
  const double tpot_steps = s.mix_steps_for_tpot + s.genonly_steps;
  if (tpot_steps > 0) {
    point.tpot_ms = (mix->ms * s.mix_steps_for_tpot + genonly.ms * s.genonly_steps) / tpot_steps / engine.tokens_per_step();
  }
  point.request_latency_ms = point.ttft_ms + point.tpot_ms * std::max(load.osl - 1, 0);
  const double total = encoder.ms + s.mix_steps * mix->ms + s.genonly_steps * genonly.ms;
  fill_rates(engine, load, batch, load.osl > 1 && total > 0 ? 1000.0 / total * batch * (load.osl - 1) : 0.0, point);
  fill_memory(engine, load, batch, point);
  return point;
}

}  // namespace dynamo::perf
