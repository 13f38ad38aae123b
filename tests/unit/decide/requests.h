#pragma once

#include "dynamo/profiler/profile.h"
#include "unit/perf/toy.h"

namespace dynamo::toy {

/// The toy model on toy GPUs under targets that are easily met.
inline ValidatedRequest request(std::vector<Backend> backends, int gpus) {
  static const SystemSpec spec = system();
  ValidatedRequest r;
  r.name = "toy";
  r.model = model();
  r.model_name = r.model.id;
  r.system = &spec;
  r.backends = std::move(backends);
  r.isl = 1024;
  r.osl = 128;
  r.ttft_ms = 2000;
  r.itl_ms = 50;
  r.total_gpus = gpus;
  r.gpus_per_node = spec.gpus_per_node;
  r.vram_bytes = spec.mem_capacity_bytes;
  return r;
}

inline const std::vector<Backend>& all_backends() {
  static const std::vector<Backend> all = {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};
  return all;
}

}  // namespace dynamo::toy
