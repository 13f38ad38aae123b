#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tables/import/parquet.h"
#include "tables/schema.h"
#include "tables/table_codec.h"

namespace dynamo::tables {

/// Collects the rows of a table's sources in priority order. The first row of a coordinate wins, where the plan says so the last
/// row of the first file that has it.
class Merger {
 public:
  Merger(const Plan& plan, std::string_view system) : plan_(plan), system_(system) {}

  /// `kernels` restricts the source to rows with one of these kernels; nullptr = all rows.
  [[nodiscard]] std::expected<void, std::string> add(const ParquetFile& file, const std::vector<std::string>* kernels);
  /// For rows that are at hand; coordinates and values in the order of the plan.
  void add_row(const std::string& key, const std::vector<std::uint32_t>& coordinates, const std::vector<double>& values);

  /// The merged table; the merger is empty afterwards.
  [[nodiscard]] TableData finish();

 private:
  struct Point {
    std::array<std::uint32_t, 4> at{};
    std::uint32_t row = 0;  ///< ordinal inside the slice, in order of arrival
  };
  struct Rows {
    std::string key;
    std::vector<Point> points;
    std::vector<double> values;  ///< row-major
  };

  std::uint32_t slice_of(const std::string& key);
  [[nodiscard]] static std::vector<Point> distinct(std::vector<Point> points);
  [[nodiscard]] SliceData build(Rows& rows) const;
  void place_on_sites(std::vector<Point>& points, SliceData& slice) const;

  const Plan& plan_;
  std::string_view system_;
  std::vector<Rows> slices_;
  std::unordered_map<std::string, std::uint32_t> slice_index_;
};

}  // namespace dynamo::tables
