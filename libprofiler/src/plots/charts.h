#pragma once

#include "dynamo/profiler/curves.h"
#include "dynamo/profiler/request.h"
#include "plots/chart.h"

namespace dynamo::plots {

// The two picked engines in depth.
[[nodiscard]] Chart prefill_ttft_chart(const ValidatedRequest& request, const Estimate& unit, const PrefillCurve& curve);
[[nodiscard]] Chart prefill_throughput_chart(const ValidatedRequest& request, const Estimate& unit, const PrefillCurve& curve);
[[nodiscard]] Chart decode_itl_chart(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve);
[[nodiscard]] Chart decode_throughput_chart(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve);

// All layouts that were candidates.
[[nodiscard]] Chart prefill_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep);
[[nodiscard]] Chart decode_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep);

}  // namespace dynamo::plots
