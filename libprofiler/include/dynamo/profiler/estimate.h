#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/parallelism.h"
#include "dynamo/profiler/quantization.h"

namespace dynamo {

/// How measured tables are used. kSilicon = tables or an error; kHybrid = tables, else transferred estimates;
/// kEmpirical = estimates only; kSol = roofline without losses; kAuto = per operator the first tier that answers: tables,
/// transferred estimates, roofline with the usual efficiency of such kernels.
enum class DatabaseMode { kSilicon, kHybrid, kEmpirical, kSol, kAuto };

/// Bytes per GPU, reported in GiB (2^30).
struct MemoryBreakdown {
  double weights_gib = 0, activations_gib = 0, kv_cache_gib = 0, nccl_gib = 0, others_gib = 0;
  [[nodiscard]] double total_gib() const {
    return weights_gib + activations_gib + kv_cache_gib + nccl_gib + others_gib;
  }
};

/// One engine of one role with what the model predicts for it.
struct WorkerEstimate {
  Parallelism parallel;
  QuantModes quant;
  Backend backend = Backend::kTrtllm;
  std::string version;            ///< of the measured tables
  std::string system;
  int batch = 0;                  ///< sequences per attention replica
  double seq_per_s = 0;           ///< requests per second of one worker
  double memory_gib = 0;
  MemoryBreakdown memory;
};

/// Whether prefill and decode share an engine.
enum class ServingMode { kAggregated, kDisaggregated };
[[nodiscard]] std::string_view name_of(ServingMode mode);

/// One deployable unit (an aggregated worker, or prefill and decode workers matched in rate) and its prediction.
struct Estimate {
  ServingMode mode = ServingMode::kAggregated;
  WorkerEstimate prefill;         ///< disaggregated only
  WorkerEstimate decode;          ///< the one engine when aggregated
  int prefill_workers = 0;        ///< 0 when aggregated
  int decode_workers = 1;
  double ttft_ms = 0;             ///< mean time to first token
  double tpot_ms = 0;             ///< mean time per output token after the first (ITL)
  double request_latency_ms = 0;  ///< ttft + tpot * (osl - 1)
  double concurrency = 0;         ///< requests in flight in this unit
  double seq_per_s = 0;
  double tokens_per_s = 0;        ///< output tokens of the unit
  double tokens_per_s_gpu = 0;
  double tokens_per_s_user = 0;
  int gpus = 0;                   ///< of the unit
  int ctx_tokens = 0;             ///< prefill tokens per step when aggregated
  int num_ctx_reqs = 0, num_gen_reqs = 0, num_tokens = 0, gen_tokens = 0;
  double balance_score = 0;
};

/// Why a candidate was dropped, and the number that broke the limit.
enum class DropReason { kModel, kMemory, kKvCache, kNoData, kBudget, kTtft, kItl, kRequestLatency, kDominated };
[[nodiscard]] std::string_view name_of(DropReason reason);

struct Infeasible {
  ServingMode mode = ServingMode::kAggregated;
  Backend backend = Backend::kTrtllm;
  std::string role;               ///< agg, prefill or decode
  Parallelism parallel;
  int batch = 0;                  ///< first batch at which it broke; 0 = every batch
  int ctx_tokens = 0;
  DropReason reason = DropReason::kModel;
  double value = 0;               ///< what it needs or reaches: GiB, ms or GPUs
  double limit = 0;               ///< what is allowed, same unit
  std::string detail;             ///< e.g. the table row that is missing
  std::int64_t count = 1;         ///< candidates this entry stands for
};

}  // namespace dynamo
