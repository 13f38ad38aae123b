#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/layout_sizes.h"
#include "dynamo/profiler/parallelism.h"
#include "perf/engine.h"

namespace dynamo::search {

/// The sizes that a worker's dimensions may take; ascending.
struct LayoutLists {
  std::vector<int> gpus, tp, pp, dp, moe_tp, moe_ep, cp;
};

/// The reference's defaults for a model on a system and backend in one role. `total_gpus` only unlocks the pipeline-parallel
/// lists of large models; it does not cut the lists.
[[nodiscard]] LayoutLists default_lists(const ModelSpec& model,
                                        const SystemSpec& system,
                                        Backend backend,
                                        perf::Role role,
                                        int total_gpus);

/// Adds the sizes worth trying where experts over several nodes were measured, with `widths` GPUs; none = no change.
void widen(LayoutLists& lists, Backend backend, perf::Role role, const std::vector<int>& widths);

/// Leaves only the sizes asked for, also those the reference would not try, and workers of any width.
void restrict_to(const LayoutSizes& sizes, LayoutLists& lists);

/// Every combination that the backend can run, in the order tp, pp, dp, moe_tp, moe_ep, cp (outermost first).
[[nodiscard]] std::vector<Parallelism> enumerate_layouts(const LayoutLists& lists, bool moe, Backend backend);

/// Why no engine of this backend could be started with the layout; empty = it could.
[[nodiscard]] std::string layout_problem(const Parallelism& layout, Backend backend);

/// The reference's spelling, e.g. `tp4pp1dp1etp1ep1`; decides the order in which layouts are compared.
[[nodiscard]] std::string reference_label(const Parallelism& layout);

}  // namespace dynamo::search
