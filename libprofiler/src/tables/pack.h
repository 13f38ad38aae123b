#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// The measured points of one categorical key as a ragged tree over up to four integer axes, outermost first.
///
/// Level `l` lists the child keys of every node of level `l - 1`, ascending inside each node. The children of node `i` of level
/// `l - 1` are `keys[l][offsets[l][i] .. offsets[l][i + 1])`; level 0 has one parent, so `offsets[0] = {0, n}`. A node of the last
/// level is a point: `values[c][i]` is its value in column `c`. All spans point into the mapped file.
struct Grid {
  int rank = 0;
  std::array<std::span<const std::uint32_t>, 4> keys;
  std::array<std::span<const std::uint32_t>, 4> offsets;
  std::vector<std::span<const double>> values;
  /// Only for tables of scattered sites (gemm): level 0 is then the site number, and these are the site's coordinates, in the
  /// order in which a walk of the merged rows nested m, n, k (each level in first-seen order) first meets the site.
  std::array<std::span<const std::uint32_t>, 2> site;

  [[nodiscard]] std::size_t points() const { return values.empty() ? 0 : values[0].size(); }
};

/// One categorical key of a table and its points.
struct Slice {
  /// Key columns joined with '|', in the order of the table's schema: e.g. context_attention
  /// `lane|attn_dtype|kv_cache_dtype|n_kv'|head_dim|window`.
  std::string_view key;
  Grid grid;
  std::uint32_t rows = 0;      ///< points, after the merge
};

/// One merged table of one version. Slices stand in the order in which the merged rows first show their key.
struct Table {
  std::string_view name;       ///< file stem without `_perf`, e.g. `gemm`
  std::vector<Slice> slices;
  std::vector<std::uint32_t> by_key;  ///< numbers of the slices in the order of their keys; without it `find` is linear
  [[nodiscard]] const Slice* find(std::string_view key) const;
};

/// kMerged = rows of all sources in priority order (SILICON, HYBRID); kPrimary = only the version's own file (EMPIRICAL, SOL, and
/// the question which attention lanes a version itself measured).
enum class Sources { kMerged, kPrimary };

/// One pack file: all version slots of one (system, backend). Opening maps the file and checks header, directory and sizes;
/// a table's own checksum is checked when it is first asked for.
class Pack {
 public:
  static std::expected<std::unique_ptr<Pack>, Diagnostics> open(const std::filesystem::path& file);
  ~Pack();

  [[nodiscard]] const std::string& system() const;
  [[nodiscard]] const std::string& backend() const;
  [[nodiscard]] const std::string& release() const;
  [[nodiscard]] const VersionSlots& slots() const;

  /// `current`, `previous`, `next` or a literal that is in a slot → the literal; otherwise a diagnostic that lists the slots.
  [[nodiscard]] std::expected<std::string, Diagnostics> resolve_version(std::string_view wanted) const;

  /// nullptr when that version has no rows of the table; an error when its bytes are damaged. Thread-safe; the table is decoded
  /// once and stays valid as long as the pack.
  [[nodiscard]] std::expected<const Table*, Diagnostics> table(std::string_view version,
                                                               std::string_view name,
                                                               Sources sources) const;

 private:
  Pack();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo
