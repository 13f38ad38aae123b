#include "search/worker_engine.h"

namespace dynamo::search {

namespace {

/// What the engine of a worker is built from, beside its model and layout.
struct Parts {
  perf::Database database;
  perf::ExpertExchange exchange;
  QuantModes quant;
};

perf::Result<Parts> parts_of(const WorkerEstimate& worker, perf::PhaseNeeds needs, const Scenario& scenario,
                             const TableStore& tables) {
  auto database = perf::Database::open(tables, *scenario.system, worker.backend, worker.version, scenario.database);
  if (!database.has_value()) return std::unexpected(database.error());
  const auto exchange = perf::resolve_exchange(*database, *scenario.model, worker.quant.moe, worker.parallel, needs,
                                               perf::ExchangePolicy::kWhereMeasured);
  if (!exchange.has_value()) return std::unexpected(exchange.error());
  const QuantModes quant = perf::formats_beside(*exchange, worker.backend, *scenario.model, scenario.quant, worker.quant);
  return Parts{std::move(*database), *exchange, quant};
}

}  // namespace

perf::Result<perf::Engine> worker_engine(const WorkerEstimate& worker, perf::PhaseNeeds needs, const Scenario& scenario,
                                         const TableStore& tables) {
  const auto parts = parts_of(worker, needs, scenario, tables);
  if (!parts.has_value()) return std::unexpected(parts.error());
  return perf::Engine::build(parts->database, *scenario.model, parts->quant, worker.parallel, scenario.nextn, 0, parts->exchange);
}

UnitEngines unit_engines(const Estimate& unit, const Scenario& scenario, const TableStore& tables) {
  Scenario decode = scenario;
  if (unit.mode == ServingMode::kAggregated) return {std::nullopt, worker_engine(unit.decode, {}, scenario, tables)};
  if (scenario.decode_system != nullptr) decode.system = scenario.decode_system;
  return {worker_engine(unit.prefill, {.prefill = true, .decode = false}, scenario, tables),
          worker_engine(unit.decode, {}, decode, tables)};
}

perf::Result<perf::RowWatch> worker_watch(const WorkerEstimate& worker, perf::PhaseNeeds needs, const Scenario& scenario,
                                          const TableStore& tables) {
  const auto parts = parts_of(worker, needs, scenario, tables);
  if (!parts.has_value()) return std::unexpected(parts.error());
  return perf::RowWatch::make(parts->database, *scenario.model, parts->quant, worker.parallel, scenario.nextn, parts->exchange);
}

}  // namespace dynamo::search
