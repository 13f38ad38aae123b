#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// The best answer there is for a model on a GPU with a backend. kNaive: layouts are chosen by memory alone.
enum class SupportTier { kMeasured, kModelled, kNaive };
/// As in `Provenance::tier`, but for `naive`.
[[nodiscard]] std::string_view name_of(SupportTier tier);

struct Support {
  SupportTier tier = SupportTier::kNaive;
  std::string version;   ///< of the tables of this GPU and backend; empty = there are none
  std::string reason;    ///< why it is not measured; empty = it is
};

/// Measured: some layout that a search tries is answered by tables alone, prefill and decode. Modelled: some is answered when
/// missing kernels are estimated. Memory does not count. `version` is a slot or a literal.
[[nodiscard]] Support support_of(const ModelSpec& model, const SystemSpec& system, Backend backend, const TableStore& tables,
                                 std::string_view version = "current");

struct SupportCell {
  const ModelSpec* model = nullptr;
  const SystemSpec* system = nullptr;
  Backend backend = Backend::kTrtllm;
  Support support;
};

struct SupportQuery {
  std::vector<const ModelSpec*> models;
  std::vector<const SystemSpec*> systems;
  std::vector<Backend> backends;
  std::string version = "current";
  unsigned threads = 0;   ///< 0 = one per core
};

/// Every combination, models outermost, backends innermost.
[[nodiscard]] std::vector<SupportCell> support_matrix(const SupportQuery& query, const TableStore& tables);

}  // namespace dynamo
