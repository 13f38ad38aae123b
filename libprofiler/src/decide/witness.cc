#include "decide/witness.h"

#include <algorithm>
#include <limits>

#include "decide/plan.h"
#include "decide/table_checks.h"
#include "search/any_row.h"

namespace dynamo::decision {
namespace {

/// Workers are taken for their own role's limits there, which an end-to-end target does not tell apart.
bool has_pair_of_roles(const search::Scenario& scenario, const pick::Target& target, const TableStore& tables) {
  if (target.request_latency_ms) return false;
  return search::any_pair_of_roles(
      scenario, tables, [&](const search::RoleRow& row) { return pick::prefill_suffices(row, target); },
      [&](const search::RoleRow& row) { return pick::decode_suffices(row, target, scenario.osl); });
}

bool has_aggregated_row(const search::Scenario& scenario, const pick::Target& target, const TableStore& tables) {
  constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  search::Wanted wanted;
  wanted.row = [&](const Estimate& row) { return pick::suffices(row, target); };
  // More requests a second need not mean more of them in flight.
  wanted.faster_is_enough = !target.request_latency_ms && !target.concurrency;
  wanted.limits = {target.ttft_ms.value_or(kNoLimit), target.tpot_ms.value_or(kNoLimit)};
  return search::any_aggregated_row(scenario, tables, wanted);
}

}  // namespace

bool has_witness(const ValidatedRequest& request, const TableStore& tables, const ProfileOptions& options) {
  const bool measured_first = options.database == DatabaseMode::kAuto || options.database == DatabaseMode::kSilicon;
  if (!measured_first || check_tables(request, tables).has_errors()) return false;
  Plan plan = plan_of(request, options);
  plan.scenario.database = DatabaseMode::kSilicon;
  const bool by_roles = request.picking == PickingMode::kAutoscale;
  if (request.mocker && !by_roles) return false;   // takes prefill and decode workers wherever there are any
  return std::ranges::any_of(plan.backends, [&](Backend backend) {
    search::Scenario scenario = plan.scenario;
    scenario.backend = backend;
    return by_roles ? has_pair_of_roles(scenario, plan.target, tables) : has_aggregated_row(scenario, plan.target, tables);
  });
}

}  // namespace dynamo::decision
