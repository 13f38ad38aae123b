#pragma once

#include "pick/pickers.h"
#include "search/search.h"

namespace dynamo::decision {

/// Factors on the TTFT (or end-to-end) limit of a search: under `before` everything is known.
struct Widths {
  double before = 1, now = 1;
};

/// Whether a search under wider limits can show a row that is nearer to the targets than `distance`, seen from all that it
/// evaluated: among the rows of two widths, only a point that the wider one lets in makes a difference. False is certain.
[[nodiscard]] bool may_come_closer(const search::Evaluations& kept, const search::Scenario& scenario, const pick::Target& target,
                                   const Widths& widths, double distance);

}  // namespace dynamo::decision
