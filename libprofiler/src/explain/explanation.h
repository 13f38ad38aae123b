#pragma once

#include <vector>

#include "dynamo/profiler/explain.h"
#include "dynamo/profiler/request.h"
#include "pick/pickers.h"
#include "search/worker_engine.h"

namespace dynamo::explain {

/// One search of a decision; it kept what it evaluated.
struct Search {
  ServingMode mode = ServingMode::kAggregated;
  Backend backend = Backend::kTrtllm;
  const search::Outcome* outcome = nullptr;   ///< its summary apart
  const SearchSummary* summary = nullptr;
  double widening = 1;   ///< its rows were found under the latency limits of the targets times this
};

/// All that a decision was made from. Nothing here is evaluated again, save the steps of the pick for their time ledger.
struct Evidence {
  const ValidatedRequest* request = nullptr;
  const PickReport* report = nullptr;
  const search::Scenario* scenario = nullptr;
  const pick::Target* target = nullptr;
  std::vector<Search> searches;
  const search::UnitEngines* engines = nullptr;   ///< of the pick; null where no model answers for it

  [[nodiscard]] bool moe() const { return request->model.is_moe(); }
  [[nodiscard]] ValueContext context() const { return {moe(), report->naive}; }
  [[nodiscard]] bool several_backends() const { return request->backends.size() > 1; }
};

/// The whole document. Findings: candidates that nobody knows.
[[nodiscard]] Value explanation_of(const Evidence& evidence, const ExplainOptions& options, Diagnostics& findings);

}  // namespace dynamo::explain
