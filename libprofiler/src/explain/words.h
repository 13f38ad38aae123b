#pragma once

#include <string>
#include <utility>

#include "explain/explanation.h"

namespace dynamo::explain {

/// A target as a user would type it: up to three decimals.
[[nodiscard]] std::string target_text(double ms);
/// `463 ms`, `49.7 ms`.
[[nodiscard]] std::string ms_text(double ms);
/// Both as `readable`, or with as many decimals, up to three, as tell them apart: `50.02` and `50.00`.
[[nodiscard]] std::pair<std::string, std::string> told_apart(double value, double limit);
/// `21 %`; `< 1 %` instead of zero.
[[nodiscard]] std::string percent_text(double percent);
/// `21 % less`, `1 % more`, `the same`, `28 times the`; ` throughput` or the like follows.
[[nodiscard]] std::string change_text(double percent);
/// `TTFT`, `ITL`, `request latency` of a target's name in the document.
[[nodiscard]] std::string title_of(std::string_view target);

/// `agg 2 x tp4, batch 160` or `disagg 2 x (1P tp2 + 1D tp2)`, and ` (vllm)` where several backends were searched.
[[nodiscard]] std::string choice_text(const Evidence& evidence, const Pick& pick);
/// What a comparison needs of a pick.
[[nodiscard]] Value choice_value(const Evidence& evidence, const Pick& pick);

/// Percent by which `value` is above `base`; negative = below.
[[nodiscard]] inline double percent_more(double value, double base) { return base > 0 ? (value / base - 1.0) * 100.0 : 0.0; }
/// Percent of `whole` that `kept` leaves out.
[[nodiscard]] inline double percent_lost(double kept, double whole) { return whole > 0 ? (1.0 - kept / whole) * 100.0 : 0.0; }

}  // namespace dynamo::explain
