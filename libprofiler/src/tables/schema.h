#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::tables {

/// How one part of a slice's key comes out of a row.
enum class KeyRule {
  kColumn,       ///< the column as it is, text or number
  kLane,         ///< text; `default` where it is empty or the column is absent
  kKvHeads,      ///< `num_key_value_heads`, 0 where it equals `num_heads`
  kOptional,     ///< number; 0 where the column is absent
  kConstant,     ///< `column` itself
  kNativeHeads,  ///< attention heads of the unsharded model that column `model` names
  kMoeDtype,     ///< `moe_dtype`, renamed where the kernel decides the effective format
  kShortDtype,   ///< the column, with fp8 where it names a variant of fp8
  kShardedHeads, ///< `num_heads` of one rank times `tp_size`: the heads of the unsharded model
};

/// Which rows a table takes.
enum class RowRule {
  kAll,
  kNoAwqGptq,        ///< not `gemm_dtype` awq or gptq
  kNoEager,          ///< not those whose `kernel_source` or `backend` ends in `_eager`, except on b60
  kNoLowLatency,     ///< not those of the low-latency MoE kernel
  kOnlyLowLatency,   ///< only those
  kSparseTrtllm,     ///< sparse attention as a server runs it on TensorRT-LLM's kernels
  kSparseFlashMla,   ///< likewise on FlashMLA's
};

struct KeyPart {
  KeyRule rule = KeyRule::kColumn;
  std::string_view column;
};

/// An axis; where `plus` is given the coordinate is the sum of both columns.
struct AxisPart {
  std::string_view column;
  std::string_view plus = {};
};

/// How the rows of one kind of file become a table.
struct TableSchema {
  std::string_view name;      ///< of the table
  std::string_view stem;      ///< of the file, without `_perf.parquet`
  std::span<const KeyPart> keys;
  std::span<const AxisPart> axes;             ///< outermost first
  std::span<const std::string_view> values;   ///< in the order of Grid::values
  RowRule rows = RowRule::kAll;
  bool sites = false;         ///< axes are m, n, k and the grid becomes (site, m)
  bool last_row_wins = false; ///< of equal coordinates inside one file; across files the first file wins always
};

[[nodiscard]] std::span<const TableSchema> known_schemas();

/// A schema with its own text: a known one, or one derived from a file's columns.
struct Plan {
  struct Key {
    KeyRule rule;
    std::string column;
  };
  struct Axis {
    std::string column, plus;
  };
  std::string name, stem;
  std::vector<Key> keys;
  std::vector<Axis> axes;
  std::vector<std::string> values;
  RowRule rows = RowRule::kAll;
  bool sites = false;
  bool last_row_wins = false;
  bool derived = false;       ///< from a file's columns; a later file may lack some of them
};

[[nodiscard]] Plan plan_for(const TableSchema& schema);
/// Plans for a stem that has known schemas: usually one, two for `moe`; none when the stem is unknown.
[[nodiscard]] std::vector<Plan> known_plans(std::string_view stem);

/// Attention heads of the models whose whole-block MLA measurements exist; 0 = unknown model.
[[nodiscard]] int native_heads(std::string_view model);
/// The effective format of an MoE row.
[[nodiscard]] std::string_view effective_moe_dtype(std::string_view dtype, std::string_view kernel_source);

}  // namespace dynamo::tables
