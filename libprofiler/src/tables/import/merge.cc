#include "tables/import/merge.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "tables/import/row_keys.h"

namespace dynamo::tables {
namespace {

/// Numbers the combinations of key codes of one file.
class SliceFinder {
 public:
  [[nodiscard]] bool add(CodedKey key) {
    const std::uint64_t size = std::max<std::uint64_t>(key.words.size(), 1);
    if (combinations_ > ~std::uint64_t{0} / size) return false;
    combinations_ *= size;
    keys_.push_back(std::move(key));
    return true;
  }

  [[nodiscard]] std::uint64_t combination(std::size_t row) const {
    std::uint64_t id = 0;
    for (const CodedKey& key : keys_) id = id * key.words.size() + key.codes[row];
    return id;
  }

  [[nodiscard]] std::string text(std::size_t row) const {
    std::string out;
    for (std::size_t i = 0; i < keys_.size(); ++i) out += (i == 0 ? "" : "|") + keys_[i].words[keys_[i].codes[row]];
    return out;
  }

 private:
  std::vector<CodedKey> keys_;
  std::uint64_t combinations_ = 1;
};

}  // namespace

std::uint32_t Merger::slice_of(const std::string& key) {
  const auto [at, fresh] = slice_index_.try_emplace(key, static_cast<std::uint32_t>(slices_.size()));
  if (fresh) slices_.push_back({key, {}, {}});
  return at->second;
}

std::expected<void, std::string> Merger::add(const ParquetFile& file, const std::vector<std::string>* kernels) {
  ColumnCache columns(file);
  const auto taken = accepted_rows(columns, plan_.rows, kernels, system_);
  if (!taken) return std::unexpected(taken.error());
  if (std::find(taken->begin(), taken->end(), true) == taken->end()) return {};
  SliceFinder finder;
  for (const Plan::Key& key : plan_.keys) {
    auto coded = code_key(columns, key, plan_.derived);
    if (!coded) return std::unexpected(coded.error());
    if (!finder.add(std::move(*coded))) return std::unexpected(std::string("the key columns have too many combinations"));
  }
  std::vector<std::vector<std::uint32_t>> axes;
  for (const Plan::Axis& axis : plan_.axes) {
    auto values = axis_values(columns, axis);
    if (!values) return std::unexpected(values.error());
    axes.push_back(std::move(*values));
  }
  std::vector<const Column*> values;
  for (const std::string& name : plan_.values) {
    const auto column = columns.get(name);
    if (!column) return std::unexpected(column.error());
    if ((*column)->type != ParquetType::kDouble) return std::unexpected("column " + name + " holds no measurements");
    values.push_back(*column);
  }
  std::unordered_map<std::uint64_t, std::uint32_t> slice_of_combination;
  std::uint64_t last = ~std::uint64_t{0};
  std::uint32_t slice = 0;
  for (std::size_t i = 0; i < file.rows(); ++i) {
    const std::size_t row = plan_.last_row_wins ? file.rows() - 1 - i : i;
    if (!(*taken)[row]) continue;
    if (const std::uint64_t id = finder.combination(row); id != last || slices_.empty()) {
      const auto found = slice_of_combination.find(id);
      slice = found != slice_of_combination.end() ? found->second : slice_of(finder.text(row));
      slice_of_combination.emplace(id, slice);
      last = id;
    }
    Rows& rows = slices_[slice];
    Point point;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) point.at[axis] = axes[axis][row];
    point.row = static_cast<std::uint32_t>(rows.points.size());
    rows.points.push_back(point);
    for (const Column* column : values) rows.values.push_back(column->doubles[row]);
  }
  return {};
}

void Merger::add_row(const std::string& key, const std::vector<std::uint32_t>& coordinates, const std::vector<double>& values) {
  Rows& rows = slices_[slice_of(key)];
  Point point;
  std::copy(coordinates.begin(), coordinates.end(), point.at.begin());
  point.row = static_cast<std::uint32_t>(rows.points.size());
  rows.points.push_back(point);
  rows.values.insert(rows.values.end(), values.begin(), values.end());
}

std::vector<Merger::Point> Merger::distinct(std::vector<Point> points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.at != b.at ? a.at < b.at : a.row < b.row; });
  points.erase(std::unique(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.at == b.at; }),
               points.end());
  return points;
}

void Merger::place_on_sites(std::vector<Point>& points, SliceData& slice) const {
  // The walk of the accepted rows nested m, n, k, each level in first-seen order.
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.row < b.row; });
  std::unordered_map<std::uint32_t, std::uint32_t> first_m;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> first_mn;
  struct Step {
    std::uint32_t m, n, row;
    std::size_t point;
  };
  std::vector<Step> walk;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto [m, n, k, unused] = points[i].at;
    const std::uint32_t row = points[i].row;
    walk.push_back({first_m.try_emplace(m, row).first->second, first_mn.try_emplace({m, n}, row).first->second, row, i});
  }
  std::sort(walk.begin(), walk.end(),
            [](const Step& a, const Step& b) { return std::tie(a.m, a.n, a.row) < std::tie(b.m, b.n, b.row); });
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> site_of;
  for (const Step& step : walk) {
    auto& at = points[step.point].at;
    const auto [found, fresh] = site_of.try_emplace({at[1], at[2]}, static_cast<std::uint32_t>(site_of.size()));
    if (fresh) {
      slice.site[0].push_back(at[1]);
      slice.site[1].push_back(at[2]);
    }
    at = {found->second, at[0], 0, 0};
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.at < b.at; });
}

SliceData Merger::build(Rows& rows) const {
  SliceData slice;
  slice.key = std::move(rows.key);
  std::vector<Point> points = distinct(std::move(rows.points));
  if (plan_.sites) place_on_sites(points, slice);
  const std::size_t rank = plan_.sites ? 2 : std::max<std::size_t>(plan_.axes.size(), 1);
  slice.keys.resize(rank);
  slice.offsets.assign(rank, {0});
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::size_t level = 0;  // the outermost level at which this point differs from the one before
    while (i > 0 && level + 1 < rank && points[i].at[level] == points[i - 1].at[level]) ++level;
    for (; level < rank; ++level) {
      slice.keys[level].push_back(points[i].at[level]);
      if (level + 1 < rank) slice.offsets[level + 1].push_back(0);
    }
    for (std::size_t l = 1; l < rank; ++l) slice.offsets[l].back() = static_cast<std::uint32_t>(slice.keys[l].size());
  }
  slice.offsets[0].push_back(static_cast<std::uint32_t>(slice.keys[0].size()));
  const std::size_t columns = plan_.values.size();
  slice.values.resize(columns);
  for (std::size_t column = 0; column < columns; ++column) {
    slice.values[column].reserve(points.size());
    for (const Point& point : points) slice.values[column].push_back(rows.values[point.row * columns + column]);
  }
  return slice;
}

TableData Merger::finish() {
  TableData table;
  table.name = plan_.name;
  table.rank = plan_.sites ? 2 : static_cast<int>(std::max<std::size_t>(plan_.axes.size(), 1));
  for (Rows& rows : slices_) table.slices.push_back(build(rows));
  slices_.clear();
  slice_index_.clear();
  return table;
}

}  // namespace dynamo::tables
