#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "perf/interp/grid_query.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/sparse_attention.h"
#include "perf/roofline_sparse.h"

namespace dynamo::perf {

/// Which of a layer's two kinds: it chooses the tokens to read, or takes over the choice of a layer before it.
enum class SparseLayer { kChooses, kTakesOver };

/// The two ways SGLang runs sparse attention; other frameworks have one, whose rows are found under either name.
enum class SparseKernel { kTrtllm, kFlashMla };

enum class SparsePhase { kPrefill, kDecode };

struct SparseRoof {
  SparseRoofline roofline;
  std::optional<Error> error;   ///< a format that the GPU has no rate for
};
[[nodiscard]] SparseRoof sparse_roof(const Database::Impl& database, const ModelSpec& model, const SparseAttentionConfig& config,
                                     SparsePhase phase);

/// Rows of a kind of layer, those of the other kernel where that one has none.
[[nodiscard]] Result<const Slice*> sparse_rows(const Database::Impl& database, SparsePhase phase, SparseLayer layer,
                                               SparseKernel kernel, const ModelSpec& model, const SparseAttentionConfig& config);

/// Share of the layers that choose for themselves. SGLang alone was measured without an indexer; where no such rows exist, and
/// for the others, every layer counts as choosing.
[[nodiscard]] double choosing_share(const Database::Impl& database, SparsePhase phase, const ModelSpec& model);

}  // namespace dynamo::perf
