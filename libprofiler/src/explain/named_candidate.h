#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/facts.h"

namespace dynamo::explain {

/// One kind of worker of a candidate as a user names it.
struct NamedWorker {
  std::string role;          ///< agg, prefill, decode; empty = not said
  std::string layout;
  int workers = 0;           ///< 0 = not said
  int batch = 0;             ///< 0 = not said
};

struct NamedCandidate {
  std::vector<NamedWorker> parts;   ///< one, or prefill and decode
  std::optional<Backend> backend;
  std::string unknown;              ///< a word that is neither count nor layout
};

/// Reads `agg tp8 batch 64`, `prefill tp2 x1 + decode tp4 x2` and what `explain` itself prints, such as `disagg 2 x (1P tp2 + 1D tp2)`.
/// Never fails: what makes no sense is left for the caller to refuse.
[[nodiscard]] NamedCandidate read_candidate(const std::string& text);

}  // namespace dynamo::explain
