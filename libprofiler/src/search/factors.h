#pragma once

namespace dynamo::search {

// Corrections of the disaggregated composition, dimensionless. They are the reference's own (AI Configurator 0.12.0).
inline constexpr double kPrefillLatencyFactor = 1.1;    ///< on every prefill latency
inline constexpr double kDecodeLatencyFactor = 1.08;    ///< on every decode latency
inline constexpr double kTtftQueueing = 1.8;            ///< waiting for a free prefill worker
inline constexpr double kPrefillUtilisation = 0.9;      ///< share of the prefill rate that survives pipeline bubbles
inline constexpr double kDecodeUtilisation = 0.92;      ///< share of the decode rate with slots not always full

}  // namespace dynamo::search
