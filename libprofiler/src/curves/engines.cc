#include "dynamo/profiler/curves.h"
#include "search/search.h"

namespace dynamo {
namespace {

std::vector<EnginePoint> points_of(const std::vector<search::RoleRow>& rows, const ValidatedRequest& request, bool prefill) {
  std::vector<EnginePoint> points;
  for (const search::RoleRow& row : rows) {
    EnginePoint point;
    point.layout = row.worker.parallel.label(request.model.is_moe());
    point.parallel = row.worker.parallel;
    point.gpus = row.worker.parallel.gpus();
    point.batch = row.worker.batch;
    point.latency_ms = prefill ? row.point.ttft_ms : row.point.tpot_ms;
    point.tokens_per_s_gpu = prefill ? row.point.seq_per_s_gpu * static_cast<double>(request.isl) : row.point.tokens_per_s_gpu;
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace

EngineSweep sweep_engines(const ValidatedRequest& request, const Estimate& unit, const TableStore& tables, const CurveOptions& options) {
  search::Scenario scenario;
  scenario.model = &request.model;
  scenario.system = request.system;
  scenario.backend = unit.decode.backend;
  scenario.version = unit.decode.version;
  scenario.database = options.database;
  scenario.isl = static_cast<int>(request.isl);
  scenario.osl = static_cast<int>(request.osl);
  scenario.total_gpus = request.total_gpus;
  scenario.context_parallel = false;
  const search::RoleOutcome roles = search::search_roles(scenario, tables);
  return {points_of(roles.prefill, request, true), points_of(roles.decode, request, false)};
}

}  // namespace dynamo
