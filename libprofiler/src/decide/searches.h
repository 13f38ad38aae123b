#pragma once

#include <vector>

#include "pick/pickers.h"
#include "search/search.h"

namespace dynamo::decision {

/// What was found on one backend for one way of serving, and its ranking.
struct Searched {
  ServingMode mode = ServingMode::kAggregated;
  Backend backend = Backend::kTrtllm;
  search::Outcome outcome;
  pick::Ranking ranking;
  double widening = 1;                ///< factor on the TTFT or end-to-end limit under which the rows were found
};

/// Which searches to run.
struct Plan {
  search::Scenario scenario;          ///< its backend is replaced by each of `backends`
  std::vector<Backend> backends;
  bool aggregated = true;
  bool disaggregated = true;          ///< needs at least two GPUs
  pick::Target target;
};

/// Every planned search with its ranking, backends outermost, aggregated first.
[[nodiscard]] std::vector<Searched> run_searches(const Plan& plan, const TableStore& tables);

/// Prefill and decode engines chosen on their own, one of each; a planner scales them later.
[[nodiscard]] std::vector<Searched> run_autoscale(const Plan& plan, const TableStore& tables);

/// As `run_searches`, without a budget of GPUs: it starts with one node and doubles while memory alone keeps some search from any worker.
[[nodiscard]] std::vector<Searched> run_sizing(Plan plan, const TableStore& tables);

/// The rankings of one way of serving over all backends as one: best first, at most `top_n`.
[[nodiscard]] pick::Ranking merged(const std::vector<Searched>& searches, ServingMode mode, const pick::Target& target);

}  // namespace dynamo::decision
