#pragma once

#include "search/search.h"

namespace dynamo::search {

/// Prefill workers in front of decode workers, matched in rate. `ttft_ms` is the prefill worker's with queueing. Not rounded.
[[nodiscard]] Estimate compose(const RoleRow& prefill, double ttft_ms, int prefill_workers, const RoleRow& decode,
                               int decode_workers, int osl);

/// All reported numbers to three decimals.
void round_row(Estimate& row);

}  // namespace dynamo::search
