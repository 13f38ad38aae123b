#pragma once

#include "dynamo/profiler/facts.h"

namespace dynamo::perf {

/// Bytes that one sequence of `seq_len` tokens holds on one rank, for models whose cache is not a list of tokens alone.

/// Kimi-K3: latent values of the layers that attend, states of the rest; with drafting also the draft model's cache.
[[nodiscard]] double kimi_cache_bytes(const ModelSpec& model, KvQuant kv, Backend backend, int tp, bool drafting, int seq_len);

/// DeepSeek-V4: the window, compressed entries and what the compressors keep between steps.
[[nodiscard]] double compressed_cache_bytes(const ModelSpec& model, KvQuant kv, int seq_len);

}  // namespace dynamo::perf
