#pragma once

#include <optional>
#include <string>

#include "perf/operators/compressed_attention.h"
#include "perf/operators/mla_kernel.h"
#include "perf/operators/selection_bias.h"

namespace dynamo::perf {

enum class CompressedPhase { kPrefill, kDecode };

/// The rows of a layer kind: the slice of `formats|heads of the model|heads of the rank`, each head count exact or the nearest
/// below, else the smallest.
[[nodiscard]] MlaRows compressed_rows(const Database::Impl& database, const CompressedAttentionConfig& config, CompressedPhase phase);

/// What to take off the measurements of a selecting layer of exactly this model; nothing for other layers.
[[nodiscard]] SelectionBias selection_bias(const Database::Impl& database, const CompressedAttentionConfig& config,
                                           CompressedPhase phase);

}  // namespace dynamo::perf
