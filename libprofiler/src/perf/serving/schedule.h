#pragma once

#include "perf/engine_impl.h"
#include "perf/phase.h"

namespace dynamo::perf {

/// Continuous batching in the mean: how many steps of which kind carry a batch from prompts to answers.
struct Schedule {
  MixedStep mixed;
  int genonly_requests = 0;          ///< in steps without prefill
  double decode_iterations = 0;      ///< steps a sequence needs to answer
  double steps_to_prefill = 0;       ///< steps until all prompts are read
  double mix_steps = 0;
  double genonly_steps = 0;
  double mix_steps_for_tpot = 0;     ///< fewer than `mix_steps` where the framework drains its pipeline
  double passes_per_prompt = 1;
  double balance_score = 0;          ///< prefill steps per decode step; over 1 = prefill-bound
};

[[nodiscard]] Schedule schedule_of(const Engine::Impl& engine, const Workload& load, int batch, int ctx_tokens);

/// Position at which steps without prefill are priced.
[[nodiscard]] int genonly_position(const Workload& load);

/// Waiting before the own prefill starts, as a multiple of the prefill time.
[[nodiscard]] double queue_factor(Backend backend, int batch, double steps_to_prefill);

}  // namespace dynamo::perf
