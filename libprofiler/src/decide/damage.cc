#include "decide/damage.h"

#include <array>

#include "tables/pack.h"

namespace dynamo::decision {

namespace {

/// What the search reads of every pack.
constexpr std::array<std::string_view, 7> kTablesRead = {"gemm", "computescale", "scale_matrix", "context_attention",
                                                         "generation_attention", "custom_allreduce", "nccl"};

void check(const Pack& pack, const std::string& version, Diagnostics& found) {
  for (const std::string_view name : kTablesRead) {
    if (const auto table = pack.table(version, name, Sources::kMerged); !table.has_value()) found.append(table.error());
  }
}

}  // namespace

Diagnostics damaged_tables(const ValidatedRequest& request, const TableStore& tables) {
  Diagnostics found;
  for (const Backend backend : request.backends) {
    const auto pack = tables.open(request.system->name, backend);
    if (!pack.has_value()) {
      found.append(pack.error());
    } else if (*pack != nullptr) {
      if (const auto version = (*pack)->resolve_version(request.perf_version); version.has_value()) check(**pack, *version, found);
    }
  }
  return found;
}

}  // namespace dynamo::decision
