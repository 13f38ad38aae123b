#include "perf/operators/timing.h"

namespace dynamo::perf {

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kSilicon: return "silicon";
    case Source::kEmpirical: return "empirical";
    case Source::kSol: return "sol";
    case Source::kEstimated: return "estimated";
    case Source::kMixed: return "mixed";
    case Source::kModelled: return "modelled";
  }
  return "";
}

Timing Timing::measured(const Found& found) {
  Timing timing{found.ms, Source::kSilicon, {}};
  switch (found.method) {
    case Method::kLookedUp: timing.shares.looked_up = found.ms; break;
    case Method::kInterpolated: timing.shares.interpolated = found.ms; break;
    case Method::kExtrapolated: timing.shares.extrapolated = found.ms; break;
  }
  return timing;
}

Timing Timing::modelled(double ms, Source source) {
  Timing timing{ms, source, {}};
  timing.shares.modelled = ms;
  if (source == Source::kModelled) timing.shares.unmeasured = ms;
  return timing;
}

Timing Timing::plus(const Timing& other) const {
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

Timing Timing::scaled(double factor) const {
  return {ms * factor,
          source,
          {shares.looked_up * factor, shares.interpolated * factor, shares.extrapolated * factor, shares.modelled * factor,
           shares.unmeasured * factor}};
}

}  // namespace dynamo::perf
