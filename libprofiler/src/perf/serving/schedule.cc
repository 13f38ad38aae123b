#include "perf/serving/schedule.h"

#include <algorithm>
#include <cmath>

namespace dynamo::perf {

namespace {

/// TensorRT-LLM and SGLang finish about three steps before a new request can enter after the last prefill.
double tpot_mix_steps(Backend backend, double mix_steps) {
  return backend == Backend::kVllm ? mix_steps : std::max(1.0, mix_steps - 3.0);
}

int decodes_in_mixed_step(Backend backend, const Schedule& schedule, int batch, int ctx_tokens, int isl) {
  const auto beside = static_cast<int>(std::ceil(static_cast<double>(ctx_tokens) / isl));
  if (backend == Backend::kVllm || schedule.steps_to_prefill < schedule.decode_iterations) return std::max(1, batch - beside);
  // The quotient is floored before it is rounded: 297 of 15.63… are 18, although the nearest double of the quotient is 19.
  const double per_request = schedule.steps_to_prefill / schedule.decode_iterations;
  return std::max(1, static_cast<int>(std::nearbyint((batch - std::fmod(batch, per_request)) / per_request)));
}

}  // namespace

int genonly_position(const Workload& load) { return std::max(load.isl, 1) + std::max(load.osl, 1) / 2 + 1; }

double queue_factor(Backend backend, int batch, double steps_to_prefill) {
  if (backend != Backend::kVllm) return std::min(2.0 + (steps_to_prefill - 3.0) / 2.0 / 10.0, 4.0);
  return batch <= 1 ? 1.0 : std::min(1.0 + std::log2(batch) / 8.0, 2.0);
}

Schedule schedule_of(const Engine::Impl& engine, const Workload& load, int batch, int ctx_tokens) {
  const Backend backend = engine.tables().backend;
  Schedule s;
  s.decode_iterations = 1.0 + std::max(load.osl - 1, 0) / engine.tokens_per_step();
  const double prompt_tokens = static_cast<double>(load.isl) * batch;
  s.balance_score = prompt_tokens / ctx_tokens / s.decode_iterations;
  s.steps_to_prefill = std::ceil(prompt_tokens / ctx_tokens);
  s.passes_per_prompt = std::ceil(static_cast<double>(load.isl) / ctx_tokens);
  s.mixed = {ctx_tokens, 0, load.isl, load.osl, load.prefix, engine.nextn};
  if (batch == 1) {
    s.mix_steps = 1;
    s.genonly_steps = std::max(s.decode_iterations - 1.0, 0.0);
    s.genonly_requests = 1;
    return s;
  }
  s.mixed.decode_requests = decodes_in_mixed_step(backend, s, batch, ctx_tokens, load.isl);
  s.mix_steps = s.steps_to_prefill;
  if (s.steps_to_prefill >= s.decode_iterations) {
    s.mix_steps_for_tpot = s.mix_steps;
  } else {
    s.genonly_steps = s.decode_iterations - s.mix_steps;
    s.genonly_requests = batch;
    s.mix_steps_for_tpot = tpot_mix_steps(backend, s.mix_steps);
  }
  return s;
}

}  // namespace dynamo::perf
