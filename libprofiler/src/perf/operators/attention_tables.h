#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf/operators/attention.h"

namespace dynamo::perf {

/// A KV head count of 0 in the tables marks multi-head attention: as many KV heads as query heads.
[[nodiscard]] inline int kv_heads_key(const AttentionConfig& config) {
  return config.heads == config.kv_heads ? 0 : config.kv_heads;
}

/// The rows that answer an attention query: the first kernel lane, in the database's order, that measured the configuration.
class AttentionTable {
 public:
  /// `table` is context_attention or generation_attention, `format_key` the leading format columns, e.g. `fp8|fp8`.
  AttentionTable(const Database::Impl& database, std::string table, std::string format_key);

  [[nodiscard]] const std::optional<Error>& damaged() const { return damaged_; }
  /// nullptr when no lane measured it.
  [[nodiscard]] const Slice* find(int kv_heads_key, int head_dim, int window) const;
  /// Rows whose efficiency can stand for that of a shape.
  struct StandIn {
    const Slice* slice = nullptr;
    int head_dim = 0, window = 0;   ///< of the rows
  };
  /// The nearest first: the shape's own rows, those of another head width, then both without its window.
  [[nodiscard]] std::vector<StandIn> stand_ins(const AttentionConfig& config) const;
  /// Whether any lane has a slice of these formats.
  [[nodiscard]] bool has_format() const;

 private:
  /// A lane's rows for the head width nearest to `head_dim` (128 if measured).
  [[nodiscard]] std::optional<StandIn> other_width(int kv_heads_key, int head_dim, int window) const;

  const Table* table_ = nullptr;
  std::string format_key_;
  std::vector<std::string> lanes_;
  std::optional<Error> damaged_;
};

}  // namespace dynamo::perf
