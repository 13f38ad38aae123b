#pragma once

#include <optional>

#include "perf/interp/utilisation_grid.h"
#include "perf/operators/moe_tables.h"

namespace dynamo::perf {

/// Efficiencies over the token count that an estimate for experts rests on.
struct ExpertsReference {
  UtilisationGrid utilisation;
  double scale = 1.0;               ///< typical efficiency of the wanted format relative to the measured one
  std::optional<Error> error;       ///< the GPU lacks the format that was measured
};

/// That slice's own efficiencies.
[[nodiscard]] ExpertsReference reference_of_slice(const Database::Impl& database, const ExpertsSlice& slice);

/// The nearest measurement: the shape itself, else the nearest shape in its format, else in a format of the same profile, else in
/// the format of the nearest profile.
[[nodiscard]] ExpertsReference reference_for(const Database::Impl& database, const ExpertsTable& table, const ExpertsShape& wanted);

}  // namespace dynamo::perf
