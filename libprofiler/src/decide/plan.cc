#include "decide/plan.h"

#include <algorithm>
#include <thread>

namespace dynamo::decision {
namespace {

search::Scenario scenario_of(const ValidatedRequest& request, const ProfileOptions& options) {
  search::Scenario s;
  s.model = &request.model;
  s.system = request.system;
  s.version = request.perf_version;
  s.database = options.database;
  s.isl = static_cast<int>(request.isl);
  s.osl = static_cast<int>(request.osl);
  s.ttft_ms = request.ttft_ms;
  s.tpot_ms = request.itl_ms;
  s.request_latency_ms = request.e2e_ms;
  s.total_gpus = request.total_gpus;
  s.context_parallel = false;   // what cannot be deployed must not be picked
  s.dense_attention_dp = false;
  s.threads = options.threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : options.threads;
  s.cancelled = &options.cancelled;
  s.keep_evaluations = options.explain.has_value();
  s.keep_rejected = options.explain.has_value();
  s.memory = options.memory.get();
  s.sizes = &options.sizes;
  return s;
}

pick::Target target_of(const ValidatedRequest& request, const ProfileOptions& options) {
  return {.total_gpus = options.any_number_of_units ? 0 : request.total_gpus,
          .ttft_ms = request.ttft_ms,
          .tpot_ms = request.itl_ms,
          .request_latency_ms = request.e2e_ms,
          .request_rate = request.request_rate,
          .concurrency = request.concurrency,
          .by_cost = options.objective == ProfileOptions::Objective::kCost};
}

}  // namespace

Plan plan_of(const ValidatedRequest& request, const ProfileOptions& options) {
  return {.scenario = scenario_of(request, options),
          .backends = request.backends,
          .target = target_of(request, options)};
}

}  // namespace dynamo::decision
