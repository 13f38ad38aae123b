#pragma once

#include <span>

namespace dynamo::facts {

/// When measured rows are not to be believed (data/efficiency/sanity.yaml).
struct SanityRow {
  double times_more_work = 0;   ///< so many times the time of the same kernel with more work
  double times_usual = 0;       ///< so many times what the modelled tier expects of such a kernel
  double share_of_pass = 0;     ///< and the excess is that share of the pass's time
};

/// One row.
extern const std::span<const SanityRow> kSanityRows;

}  // namespace dynamo::facts
