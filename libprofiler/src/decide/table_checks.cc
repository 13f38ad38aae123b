#include "decide/table_checks.h"

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

Diagnostics check_tables(const ValidatedRequest& request, const TableStore& tables) {
  Diagnostics found;
  Diagnostics unknown_version;
  bool version_known = false;
  for (const Backend backend : request.backends) {
    const auto pack = tables.open(request.system->name, backend);
    if (!pack.has_value()) {
      found.append(pack.error());
      continue;
    }
    if (*pack == nullptr) continue;
    const auto version = (*pack)->resolve_version(request.perf_version);
    if (version.has_value()) {
      version_known = true;
      check(**pack, *version, found);
    } else {
      unknown_version.append(version.error());
    }
  }
  if (!version_known) found.append(unknown_version);
  return found;
}

}  // namespace dynamo::decision
