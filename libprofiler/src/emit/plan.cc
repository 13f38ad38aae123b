#include "emit/plan.h"

#include <algorithm>

namespace dynamo::emit {
namespace {

int ceil_div(int a, int b) {
  return (a + b - 1) / b;
}

void spread_over_nodes(WorkerPlan& worker, int gpus_per_node) {
  const int gpus = worker.engine.parallel.gpus();
  worker.nodes = ceil_div(gpus, gpus_per_node);
  worker.gpus_per_node = ceil_div(gpus, std::max(1, worker.nodes));
}

WorkerPlan plan_worker(const ValidatedRequest& request, const Estimate& unit, Role role, int replicas) {
  WorkerPlan worker;
  worker.role = role;
  worker.engine = role == Role::kPrefill ? unit.prefill : unit.decode;
  worker.limits = modelled_limits(request, unit, role);
  worker.replicas = replicas;
  spread_over_nodes(worker, std::max(1, request.gpus_per_node));
  return worker;
}

Diagnostics internal(std::string rule, std::string reason) {
  return one_error(DiagnosticCode::kInternal,
                   std::move(rule),
                   std::move(reason),
                   "this is a defect of the profiler; please report it with the request");
}

Diagnostics check(const DeploymentPlan& plan, int budget) {
  Diagnostics problems;
  int gpus = 0;
  for (const auto& worker : plan.workers) {
    const auto name = std::string(name_of(worker.role));
    if (worker.replicas < 1)
      problems.append(internal("emit.replicas", "the pick has no " + name + " worker"));
    if (worker.limits.batch < 1)
      problems.append(internal("emit.batch", "the pick has no batch size for its " + name + " worker"));
    if (worker.engine.parallel.cp > 1) {
      problems.append(one_error(DiagnosticCode::kUnsupported,
                                "emit.context_parallel",
                                "the " + name + " worker splits its context over " +
                                    std::to_string(worker.engine.parallel.cp) +
                                    " GPUs, which no engine flag can ask for"));
    }
    gpus += worker.gpus();
  }
  if (gpus > budget) {
    problems.append(internal(
        "emit.gpu_budget",
        "the deployment would take " + std::to_string(gpus) + " GPUs of a budget of " + std::to_string(budget)));
  }
  return problems;
}

}  // namespace

std::expected<DeploymentPlan, Diagnostics> plan_deployment(const ValidatedRequest& request, const PickReport& report) {
  if (!report.chosen)
    return std::unexpected(internal("emit.no_pick", "there is no pick to deploy"));
  const Pick& pick = *report.chosen;
  const Estimate& unit = pick.unit;
  DeploymentPlan plan;
  plan.backend = unit.decode.backend;
  plan.mode = unit.mode;
  if (unit.mode == ServingMode::kDisaggregated) {
    plan.workers.push_back(plan_worker(request, unit, Role::kPrefill, unit.prefill_workers * pick.replicas));
    plan.workers.push_back(plan_worker(request, unit, Role::kDecode, unit.decode_workers * pick.replicas));
  } else {
    plan.workers.push_back(plan_worker(request, unit, Role::kAggregated, unit.decode_workers * pick.replicas));
  }
  if (auto problems = check(plan, request.total_gpus); problems.has_errors())
    return std::unexpected(std::move(problems));
  return plan;
}

}  // namespace dynamo::emit
