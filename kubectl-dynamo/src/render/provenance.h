#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

// Words for the `provenance` of a report or an explanation.

/// Tier, tables and shares: `measured tables (aiconfigurator-core 0.12.0, …), 97 % interpolated, 3 % modelled.`
[[nodiscard]] std::string provenance_text(const Value& document);

/// Between which numbers of `pick` 8 of 10 passes lie; empty where the document knows no band.
[[nodiscard]] std::string band_text(const Value& document, const Value& pick);

/// Which measured rows not to believe; empty = none.
[[nodiscard]] std::string suspects_text(const Value& document);

/// A share of 1 in percent, `< 1 %` rather than 0.
[[nodiscard]] std::string share_text(double share);

}  // namespace dynamo::cli
