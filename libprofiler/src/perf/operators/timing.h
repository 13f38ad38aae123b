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

// Inline: a step adds up dozens of them.

inline Timing Timing::measured(const Found& found) {
  Timing timing{found.ms, Source::kSilicon, {}};
  switch (found.method) {
    case Method::kLookedUp: timing.shares.looked_up = found.ms; break;
    case Method::kInterpolated: timing.shares.interpolated = found.ms; break;
    case Method::kExtrapolated: timing.shares.extrapolated = found.ms; break;
  }
  return timing;
}

inline Timing Timing::modelled(double ms, Source source) {
  Timing timing{ms, source, {}};
  timing.shares.modelled = ms;
  if (source == Source::kModelled) timing.shares.unmeasured = ms;
  return timing;
}

inline Timing Timing::plus(const Timing& other) const {
  Timing sum{ms + other.ms,
             source,
             {shares.looked_up + other.shares.looked_up,
              shares.interpolated + other.shares.interpolated,
              shares.extrapolated + other.shares.extrapolated,
              shares.modelled + other.shares.modelled,
              shares.unmeasured + other.shares.unmeasured}};
  if (ms == 0) {
    sum.source = other.source;
  } else if (other.ms != 0 && source != other.source) {
    sum.source = Source::kMixed;
  }
  return sum;
}

inline Timing Timing::scaled(double factor) const {
  return {ms * factor,
          source,
          {shares.looked_up * factor, shares.interpolated * factor, shares.extrapolated * factor, shares.modelled * factor,
           shares.unmeasured * factor}};
}

}  // namespace dynamo::perf
