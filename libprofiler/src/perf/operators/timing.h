#pragma once

#include <expected>
#include <string_view>

#include "perf/engine.h"
#include "perf/interp/found.h"

namespace dynamo::perf {

/// Where a time comes from. Spellings are those of the reference answers.
enum class Source { kSilicon, kEmpirical, kSol, kEstimated, kMixed, kModelled };
[[nodiscard]] std::string_view name_of(Source source);

/// Milliseconds by how they were obtained.
struct Shares {
  double looked_up = 0, interpolated = 0, extrapolated = 0, modelled = 0;
  double unmeasured = 0;   ///< part of `modelled`: kernels that tables usually answer, estimated
};

/// The time of one operator or of a sum of operators.
struct Timing {
  double ms = 0;
  Source source = Source::kSilicon;
  Shares shares;

  static Timing measured(const Found& found);
  static Timing modelled(double ms, Source source);

  /// Sum; a zero has no say in the source, unlike sources become kMixed.
  [[nodiscard]] Timing plus(const Timing& other) const;
  [[nodiscard]] Timing scaled(double factor) const;
};

}  // namespace dynamo::perf
