#pragma once

#include "dynamo/profiler/facts.h"

namespace dynamo::perf {

/// Bytes that one sequence of `seq_len` tokens holds on one rank, for models whose cache is not a list of tokens alone.

/// DeepSeek-V4: the window, compressed entries and what the compressors keep between steps.
[[nodiscard]] double compressed_cache_bytes(const ModelSpec& model, KvQuant kv, int seq_len);

}  // namespace dynamo::perf
