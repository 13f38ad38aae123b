#pragma once

#include "perf/graph.h"
#include "perf/memory/footprint.h"
#include "perf/phase.h"

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
  /// The load with the tokens of its images in the prompt.
  [[nodiscard]] Workload whole_prompt(Workload load) const;
  /// The vision encoder's work for a batch; nothing without images.
  [[nodiscard]] EncoderLoad encoder_load(const Workload& load, int batch) const;
  /// Tokens a sequence gains per decode step.
  [[nodiscard]] double tokens_per_step() const { return 1.0 + nextn_accepted; }
};

}  // namespace dynamo::perf
