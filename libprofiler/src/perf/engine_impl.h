#pragma once

#include "perf/graph.h"
#include "perf/memory/footprint.h"

namespace dynamo::perf {

struct Engine::Impl {
  Database database;
  ModelSpec model;
  QuantModes quant;
  Parallelism parallel;
  int nextn = 0;
  double nextn_accepted = 0;
  Graph graph;
  std::optional<Footprint> footprint;   ///< refers to the members above

  [[nodiscard]] const Database::Impl& tables() const { return database.impl(); }
  /// Tokens a sequence gains per decode step.
  [[nodiscard]] double tokens_per_step() const { return 1.0 + nextn_accepted; }
};

}  // namespace dynamo::perf
