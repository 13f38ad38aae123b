#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// A prefill engine over prompt lengths, one prompt per attention replica. One entry per point in every array.
struct PrefillCurve {
  std::vector<std::int64_t> isl;         ///< tokens, ascending
  std::vector<double> ttft_ms;
  std::vector<double> tokens_per_s_gpu;  ///< prompt tokens
};

/// A decode engine over load and context length. Points run through the loads of one context after another.
struct DecodeCurve {
  std::vector<double> kv_usage;          ///< share of the KV cache in use, 0 to 1
  std::vector<double> context_length;    ///< tokens of a sequence, mean over its answer
  std::vector<double> itl_ms;
  std::vector<double> tokens_per_s_gpu;  ///< output tokens
  std::int64_t max_kv_tokens = 0;        ///< of the whole engine, all attention replicas together
};

/// What planner and mocker know of the picked engines.
struct Curves {
  PrefillCurve prefill;
  DecodeCurve decode;
};

struct CurveOptions {
  int prefill_points = 16;   ///< granularity: about so many prompt lengths
  int decode_points = 6;     ///< granularity: so many loads at each of about so many contexts
  DatabaseMode database = DatabaseMode::kAuto;
};

/// Evaluates the two engines of a disaggregated unit on the guide's grids. Latencies are the engines' own: without the queueing
/// and hand-over that a pick adds. Error: too few points for the planner to interpolate.
[[nodiscard]] std::expected<Curves, Diagnostics> sweep_curves(const ValidatedRequest& request, const Estimate& unit,
                                                              const TableStore& tables, const CurveOptions& options = {});

/// A candidate at the request's lengths, with the factors of disaggregated serving.
struct EnginePoint {
  std::string layout;
  Parallelism parallel;
  int gpus = 0;
  int batch = 0;                 ///< sequences per attention replica
  double latency_ms = 0;         ///< TTFT of a prefill engine, ITL of a decode engine
  double tokens_per_s_gpu = 0;   ///< of the prompt, or of the answer
};

/// Every layout that could have been picked; decode layouts at every batch that fits.
struct EngineSweep {
  std::vector<EnginePoint> prefill, decode;
};
[[nodiscard]] EngineSweep sweep_engines(const ValidatedRequest& request, const Estimate& unit, const TableStore& tables,
                                        const CurveOptions& options = {});

/// `raw_data.npz` of `selected_prefill_interpolation` and `selected_decode_interpolation`: the same curve gives the same bytes.
[[nodiscard]] std::string prefill_npz(const PrefillCurve& curve);
[[nodiscard]] std::string decode_npz(const DecodeCurve& curve);

/// The same arrays as `prefill_raw_data.json` and `decode_raw_data.json` of a ConfigMap.
[[nodiscard]] Value prefill_json(const PrefillCurve& curve);
[[nodiscard]] Value decode_json(const DecodeCurve& curve);

}  // namespace dynamo
