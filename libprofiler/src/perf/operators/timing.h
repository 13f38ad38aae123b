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
  Timing& operator+=(const Timing& other);
  [[nodiscard]] Timing plus(const Timing& other) const { return Timing(*this) += other; }
  Timing& operator*=(double factor);
  [[nodiscard]] Timing scaled(double factor) const { return Timing(*this) *= factor; }
};

// Inline: a step adds up dozens of them.

inline Timing Timing::measured(const Found& found) {
  const auto share = [&](Method method) { return found.method == method ? found.ms : 0.0; };
  return {found.ms,
          Source::kSilicon,
          {share(Method::kLookedUp), share(Method::kInterpolated), share(Method::kExtrapolated), 0, 0}};
}

inline Timing Timing::modelled(double ms, Source source) {
  return {ms, source, {0, 0, 0, ms, source == Source::kModelled ? ms : 0.0}};
}

inline Timing& Timing::operator+=(const Timing& other) {
  if (ms == 0) {
    source = other.source;
  } else if (other.ms != 0 && source != other.source) {
    source = Source::kMixed;
  }
  ms += other.ms;
  shares.looked_up += other.shares.looked_up;
  shares.interpolated += other.shares.interpolated;
  shares.extrapolated += other.shares.extrapolated;
  shares.modelled += other.shares.modelled;
  shares.unmeasured += other.shares.unmeasured;
  return *this;
}

inline Timing& Timing::operator*=(double factor) {
  ms *= factor;
  shares.looked_up *= factor;
  shares.interpolated *= factor;
  shares.extrapolated *= factor;
  shares.modelled *= factor;
  shares.unmeasured *= factor;
  return *this;
}

}  // namespace dynamo::perf
