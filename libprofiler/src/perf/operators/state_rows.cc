#include "perf/operators/state_rows.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string_view>

namespace dynamo::perf {

namespace {

constexpr std::string_view kConvolutionFn = "causal_conv1d_fn";
constexpr std::string_view kConvolutionUpdate = "causal_conv1d_update";

std::string joined(std::initializer_list<int> numbers) {
  std::string text;
  for (const int number : numbers) text += "|" + std::to_string(number);
  return text;
}

const char* phase_key(bool context) { return context ? "|context" : "|generation"; }

/// Names under which frameworks recorded the same kernel, as rows of one table.
std::span<const std::string_view> recorded_names(const GdnShape& shape) {
  static constexpr std::string_view kConvolution[] = {kConvolutionFn};
  static constexpr std::string_view kConvolutionStep[] = {kConvolutionUpdate};
  static constexpr std::string_view kScan[] = {"chunk_gated_delta_rule"};
  static constexpr std::string_view kDecode[] = {"fused_sigmoid_gating_delta_rule_update", "fused_recurrent_gated_delta_rule",
                                                 "fused_recurrent_gated_delta_rule_packed_decode"};
  if (shape.step == StateStep::kConvolution) return shape.context ? kConvolution : kConvolutionStep;
  if (shape.context) return kScan;
  return kDecode;
}

/// Kernels that a framework runs instead, where they were measured; at most one may be.
std::span<const std::string_view> preferred_names(const Database::Impl& database, const GdnShape& shape) {
  static constexpr std::string_view kVllmScan[] = {"chunk_gated_delta_rule_flashinfer", "chunk_gated_delta_rule_triton",
                                                   "chunk_gated_delta_rule_cutedsl"};
  static constexpr std::string_view kFlashInfer[] = {"flashinfer_gated_delta_rule_decode"};
  if (shape.step != StateStep::kRecurrence) return {};
  if (database.backend == Backend::kVllm && database.version == "0.24.0" && shape.context) return kVllmScan;
  const bool blackwell = database.system.sm_version / 10 == 10;
  if (database.backend == Backend::kSglang && blackwell && shape.bf16_state && !shape.context) return kFlashInfer;
  return {};
}

}  // namespace

Result<StateRows> gdn_rows(const Database::Impl& database, const GdnShape& shape) {
  const auto table = database.table("gdn");
  if (!table.has_value()) return std::unexpected(table.error());
  if (*table == nullptr) return StateRows{};
  const std::string rest = phase_key(shape.context) + joined({shape.hidden, shape.conv_kernel, shape.key_heads, shape.key_head_dim,
                                                              shape.value_heads, shape.value_head_dim});
  const auto rows_of = [&](std::span<const std::string_view> names) {
    StateRows rows;
    for (const std::string_view name : names) {
      const Slice* slice = (*table)->find(std::string(name) + rest);
      if (slice != nullptr && slice->grid.points() > 0) rows.push_back(slice);
    }
    return rows;
  };
  const StateRows preferred = rows_of(preferred_names(database, shape));
  if (preferred.size() > 1) return StateRows{};
  if (!preferred.empty()) return preferred;
  StateRows rows = rows_of(recorded_names(shape));
  std::ranges::sort(rows);   // in the order in which the merged table first shows them
  return rows;
}

Result<StateRows> mamba_rows(const Database::Impl& database, const MambaShape& shape) {
  // The reference never reads its decode rows, so decode is priced by traffic there.
  if (!shape.context) return StateRows{};
  const auto table = database.table("mamba2");
  if (!table.has_value()) return std::unexpected(table.error());
  if (*table == nullptr) return StateRows{};
  const std::string kernel(shape.step == StateStep::kConvolution ? kConvolutionFn : "mamba_chunk_scan_combined");
  const std::string of_width = kernel + phase_key(true) + joined({shape.hidden}) + "|";
  const std::string key = kernel + phase_key(true) + joined({shape.hidden, shape.state_size, shape.conv_kernel, shape.heads,
                                                             shape.head_dim, shape.groups, shape.chunk});
  const Slice* own = (*table)->find(key);
  if (own != nullptr) return StateRows{own};
  for (const Slice& slice : (*table)->slices) {
    if (slice.key.starts_with(of_width)) return StateRows{&slice};
  }
  return StateRows{};
}

}  // namespace dynamo::perf
