#pragma once

#include "dynamo/profiler/estimate.h"

namespace dynamo::pick {

/// A synthetic aggregated row on `tp` GPUs.
inline Estimate row(int tp, double tokens_per_s_gpu, double tpot, double ttft = 100) {
  Estimate out;
  out.decode.parallel.tp = tp;
  out.gpus = tp;
  out.tokens_per_s_gpu = tokens_per_s_gpu;
  out.tokens_per_s = tokens_per_s_gpu * tp;
  out.tpot_ms = tpot;
  out.ttft_ms = ttft;
  out.tokens_per_s_user = 1000 / tpot;
  out.request_latency_ms = ttft + tpot * 100;
  return out;
}

}  // namespace dynamo::pick
