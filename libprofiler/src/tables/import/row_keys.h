#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tables/import/parquet.h"
#include "tables/schema.h"

namespace dynamo::tables {

/// The columns of one file, read once each.
class ColumnCache {
 public:
  explicit ColumnCache(const ParquetFile& file) : file_(file) {}

  [[nodiscard]] std::size_t rows() const { return file_.rows(); }
  [[nodiscard]] bool has(std::string_view name) const { return file_.has(name); }
  /// Valid as long as the cache.
  [[nodiscard]] std::expected<const Column*, std::string> get(std::string_view name);

 private:
  const ParquetFile& file_;
  std::vector<std::pair<std::string, std::unique_ptr<Column>>> columns_;
};

/// One part of the key for every row: an index into `words`.
struct CodedKey {
  std::vector<std::string> words;
  std::vector<std::uint32_t> codes;
};

[[nodiscard]] std::expected<CodedKey, std::string> code_key(ColumnCache& columns, const Plan::Key& key, bool derived);

/// Which rows the plan and the source take: true = taken.
[[nodiscard]] std::expected<std::vector<bool>, std::string> accepted_rows(ColumnCache& columns,
                                                                          RowRule rule,
                                                                          const std::vector<std::string>* kernels,
                                                                          std::string_view system);

/// The coordinates of an axis; negative and huge ones are errors.
[[nodiscard]] std::expected<std::vector<std::uint32_t>, std::string> axis_values(ColumnCache& columns,
                                                                                 const Plan::Axis& axis);

}  // namespace dynamo::tables
