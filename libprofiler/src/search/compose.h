#pragma once

#include "search/search.h"

namespace dynamo::search {

/// TTFT of a prefill worker with the queueing that a search counts on, ms.
[[nodiscard]] double queued_ttft(const RoleRow& row);

/// Prefill workers, with their queueing, in front of decode workers, matched in rate. Not rounded.
[[nodiscard]] Estimate compose(const RoleRow& prefill, int prefill_workers, const RoleRow& decode, int decode_workers, int osl);

/// The same as it is reported.
[[nodiscard]] Estimate compose_unit(const RoleRow& prefill, int prefill_workers, const RoleRow& decode, int decode_workers, int osl);

/// All reported numbers to three decimals.
void round_row(Estimate& row);

}  // namespace dynamo::search
