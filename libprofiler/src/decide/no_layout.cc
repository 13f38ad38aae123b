#include "decide/no_layout.h"

#include <algorithm>
#include <cmath>

#include "dynamo/profiler/emit.h"

namespace dynamo::decision {
namespace {

/// Why a search had no row: its own error, else what stopped its first layout.
std::string failure_of(const SearchSummary& summary) {
  if (!summary.error.empty()) return summary.error;
  const auto told = std::ranges::find_if(summary.dropped, [](const Infeasible& drop) { return !drop.detail.empty(); });
  return told == summary.dropped.end() ? std::string() : told->detail;
}

std::string failures_of(const std::vector<SearchSummary>& searches) {
  std::string text;
  for (const SearchSummary& summary : searches) {
    const std::string failure = failure_of(summary);
    const std::string line = std::string(name_of(summary.backend)) + ": " + failure;
    if (!failure.empty() && text.find(line) == std::string::npos) text += (text.empty() ? "" : "; ") + line;
  }
  return text;
}

/// The layout that came nearest to fitting the memory, when memory is what stopped the model.
const Infeasible* nearest_memory_miss(const std::vector<SearchSummary>& searches) {
  const Infeasible* nearest = nullptr;
  for (const SearchSummary& summary : searches) {
    for (const Infeasible& drop : summary.dropped) {
      const bool memory = drop.reason == DropReason::kMemory || drop.reason == DropReason::kKvCache;
      if (memory && (nearest == nullptr || drop.value - drop.limit < nearest->value - nearest->limit)) nearest = &drop;
    }
  }
  return nearest;
}

std::string gib(double value) { return std::to_string(static_cast<std::int64_t>(std::ceil(value))) + " GiB"; }

Diagnostics does_not_fit(const ValidatedRequest& request, const Infeasible& miss, const PickReport& naive) {
  const bool kv = miss.reason == DropReason::kKvCache;
  Diagnostics diagnostics;
  diagnostics.add({.severity = Severity::kError, .code = DiagnosticCode::kUnsupported, .rule = "model.fit",
                   .path = "spec.hardware", .bad_value = {},
                   .reason = request.model_name + " does not fit: the nearest layout, " +
                             miss.parallel.label(request.model.is_moe()) + " at batch " + std::to_string(std::max(miss.batch, 1)) +
                             ", needs " + gib(miss.value) + (kv ? " of KV cache" : "") + " per GPU and has " + gib(miss.limit),
                   .hint = "use more GPUs, GPUs with more memory, a quantised checkpoint or shorter sequences; weights alone " +
                           std::string("fit from ") + std::to_string(naive.chosen->unit.gpus) + " GPUs",
                   .source = {}, .mark = {}});
  return diagnostics;
}

}  // namespace

std::expected<PickReport, Diagnostics> without_layout(const ValidatedRequest& request, std::vector<SearchSummary> searches) {
  auto naive = naive_pick(request);
  if (!naive.has_value()) return std::unexpected(naive.error());
  if (const Infeasible* miss = nearest_memory_miss(searches); miss != nullptr) {
    return std::unexpected(does_not_fit(request, *miss, *naive));
  }
  naive->provenance.tables = failures_of(searches);
  naive->searches = std::move(searches);
  return naive;
}

}  // namespace dynamo::decision
