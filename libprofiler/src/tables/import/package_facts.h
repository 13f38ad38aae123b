#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::tables {

struct SlotEntry {
  std::string current;
  std::optional<std::string> previous;
};

/// `query_versions.yaml`.
struct QueryVersions {
  std::map<std::string, SlotEntry> defaults;                           ///< by backend
  std::map<std::string, std::map<std::string, SlotEntry>> overrides;   ///< by system, then backend
};

/// One line of a `reuse.yaml`: table stem with `_perf` and the version that donates it.
struct Reuse {
  std::string table;
  std::string from_version;
};

/// One group of `perf_data_reuse_manifest.yaml` that a resolver may use.
struct ShareGroup {
  std::string file;           ///< e.g. `mla_bmm_perf.parquet`
  std::string kernel_source;
  std::vector<std::string> frameworks;
};

/// Versions of the collective libraries in `<system>.yaml`.
struct SystemLibraries {
  std::string data_dir;       ///< e.g. `data/h200_sxm`
  std::string nccl, oneccl;
};

// Readers of the package's own YAML files; errors are reasons without the path.
[[nodiscard]] std::expected<QueryVersions, std::string> parse_query_versions(std::string_view text);
[[nodiscard]] std::expected<std::vector<Reuse>, std::string> parse_reuse(std::string_view text);
[[nodiscard]] std::expected<std::vector<ShareGroup>, std::string> parse_share_groups(std::string_view text);
[[nodiscard]] std::expected<SystemLibraries, std::string> parse_system(std::string_view text);

}  // namespace dynamo::tables
