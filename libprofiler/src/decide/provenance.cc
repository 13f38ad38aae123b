#include "decide/provenance.h"

#include "search/worker_engine.h"
#include "tables/pack.h"

namespace dynamo::decision {

namespace {

void add(Provenance& sum, const std::vector<perf::OperatorTime>& times) {
  for (const perf::OperatorTime& time : times) {
    sum.looked_up += time.looked_up_ms;
    sum.interpolated += time.interpolated_ms;
    sum.extrapolated += time.extrapolated_ms;
    sum.modelled += time.modelled_ms;
  }
}

void add_unit(Provenance& sum, const Estimate& unit, const search::Scenario& scenario, const TableStore& tables) {
  const perf::Workload load{.isl = scenario.isl, .osl = scenario.osl, .prefix = scenario.prefix, .kv_fraction = {},
                            .max_seq_len = {}};
  const auto decode = search::worker_engine(unit.decode, {}, scenario, tables);
  if (!decode.has_value()) return;
  if (unit.mode == ServingMode::kAggregated) {
    add(sum, decode->mix_times(load, unit.decode.batch, unit.ctx_tokens));
    add(sum, decode->genonly_times(load, unit.decode.batch, unit.ctx_tokens));
    return;
  }
  add(sum, decode->generation_times(load, unit.decode.batch));
  const auto prefill = search::worker_engine(unit.prefill, {.prefill = true, .decode = false}, scenario, tables);
  if (prefill.has_value()) {
    add(sum, prefill->context_times(load, unit.prefill.batch));
  }
}

std::string tables_of(const Estimate& unit, const TableStore& tables) {
  const auto pack = tables.open(unit.decode.system, unit.decode.backend);
  const std::string release = pack.has_value() && *pack != nullptr ? (*pack)->release() + ", " : std::string();
  return release + std::string(name_of(unit.decode.backend)) + " " + unit.decode.version;
}

}  // namespace

Provenance provenance_of(const Estimate& unit, const search::Scenario& scenario, const TableStore& tables) {
  Provenance sum;
  add_unit(sum, unit, scenario, tables);
  const double total = sum.looked_up + sum.interpolated + sum.extrapolated + sum.modelled;
  if (total > 0) {
    for (double* share : {&sum.looked_up, &sum.interpolated, &sum.extrapolated, &sum.modelled}) *share /= total;
  }
  const auto pack = tables.open(unit.decode.system, unit.decode.backend);
  const bool has_tables = pack.has_value() && *pack != nullptr;
  const bool reads_tables = scenario.database != DatabaseMode::kEmpirical && scenario.database != DatabaseMode::kSol;
  sum.tier = has_tables && reads_tables ? "measured" : "modelled";
  sum.tables = tables_of(unit, tables);
  return sum;
}

}  // namespace dynamo::decision
