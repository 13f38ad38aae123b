#include "search/worker_engine.h"

namespace dynamo::search {

perf::Result<perf::Engine> worker_engine(const WorkerEstimate& worker, perf::PhaseNeeds needs, const Scenario& scenario,
                                         const TableStore& tables) {
  auto database = perf::Database::open(tables, *scenario.system, worker.backend, worker.version, scenario.database);
  if (!database.has_value()) return std::unexpected(database.error());
  const auto exchange = perf::resolve_exchange(*database, *scenario.model, worker.quant.moe, worker.parallel, needs,
                                               perf::ExchangePolicy::kWhereMeasured);
  if (!exchange.has_value()) return std::unexpected(exchange.error());
  const QuantModes quant = perf::formats_beside(*exchange, worker.backend, *scenario.model, scenario.quant, worker.quant);
  return perf::Engine::build(*database, *scenario.model, quant, worker.parallel, scenario.nextn, 0, *exchange);
}

}  // namespace dynamo::search
