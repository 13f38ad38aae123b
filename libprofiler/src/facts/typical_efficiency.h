#pragma once

#include <span>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/quantization.h"

/// What kernels usually reach of their roofline, against each other (data/efficiency/typical.yaml).
namespace dynamo::facts {

struct FormatShare {
  double bytes_per_element = 0;
  double compute_multiple = 0;   ///< rate against bf16
  double share = 0;
};

struct FormatSharesRow {
  double usual = 0;              ///< of a format without a row
  std::span<const FormatShare> shares = {};
};

struct HeadWidthShare {
  double width = 0;              ///< elements, ascending
  double share = 0;              ///< against width 128
};

struct HeadWidthSharesRow {
  std::string_view backend = {};
  std::span<const HeadWidthShare> shares = {};
};

enum class ProductKind { kGemm, kExperts };
[[nodiscard]] double typical_share(ProductKind kind, const QuantFacts& format);
/// Of prefill attention; between rows linear in log2 of the width, beyond them held.
[[nodiscard]] double typical_head_width_share(Backend backend, int head_dim);

/// In the order of ProductKind.
extern const std::span<const FormatSharesRow> kFormatSharesRows;
extern const std::span<const HeadWidthSharesRow> kHeadWidthSharesRows;

}  // namespace dynamo::facts
