#pragma once

#include "perf/operators/mla.h"

namespace dynamo::perf {

/// The whole attention block of a latent-attention layer, projections included, measured as one.
struct MlaModuleConfig {
  MlaConfig attention;
  int native_heads = 0;                        ///< of the unsharded model; other models' rows stand in where it has none
  GemmQuant gemm = GemmQuant::kBfloat16;       ///< of all projections
};

/// Never estimated by a hybrid database: the block's own kernels are the better stand-in. Holds no weights; its projections do.
OperatorPtr make_mla_context_module(std::string name, double scale, const Database::Impl& database,
                                    const MlaModuleConfig& config);
OperatorPtr make_mla_generation_module(std::string name, double scale, const Database::Impl& database,
                                       const MlaModuleConfig& config);

/// The slice whose key is `prefix` and a native head count: that of `native_heads`, else the only one, else the most heads below,
/// else the fewest. nullptr without any.
[[nodiscard]] const Slice* native_slice(const Table& table, std::string_view prefix, int native_heads);

}  // namespace dynamo::perf
