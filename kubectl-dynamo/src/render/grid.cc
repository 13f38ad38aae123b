#include "render/grid.h"

#include <algorithm>

#include "render/style.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 18;     ///< a last column with less room goes to a line of its own
constexpr std::size_t kOwnLineIndent = 6;

std::string padded(const std::string& cell, std::size_t width, bool right) {
  const std::size_t used = columns(cell);
  const std::string blanks(used < width ? width - used : 0, ' ');
  return right ? blanks + cell : cell + blanks;
}

}  // namespace

std::vector<std::size_t> Grid::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(columns(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::size_t last_start = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) last_start += widths[i] + kGap;
  if (width == 0 || last_start <= width) return widths;
  const auto widest = std::max_element(widths.begin(), widths.end() - 1);
  const std::size_t excess = last_start + kNarrowest - width;
  *widest = std::max(kNarrowest, *widest - std::min(*widest, excess));
  return widths;
}

std::vector<std::string> Grid::lines(std::size_t width) const {
  const std::vector<std::size_t> widths = this->widths(width);
  std::size_t last_start = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) last_start += widths[i] + kGap;

  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::vector<std::string> out;
  const auto add_line = [&](const std::vector<std::string>& row) {
    std::string line;
    std::size_t start = 0;   // of the next cell
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      start += widths[i] + kGap;
      line += padded(row[i], widths[i], columns_[i].right);
      line += columns(row[i]) > widths[i] ? "\n" + std::string(start, ' ') : std::string(kGap, ' ');
    }
    const std::string& last = row.back();
    if (width == 0 || last_start + columns(last) <= width) {
      line += columns_.back().right ? padded(last, widths.back(), true) : last;
    } else if (last_start + kNarrowest > width) {
      line.erase(line.find_last_not_of(' ') + 1);
      if (!last.empty() && !out.empty()) line += "\n" + wrap(last, width, kOwnLineIndent, kOwnLineIndent);
    } else {
      line += wrap(last, width, last_start, last_start).substr(last_start);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.push_back(line);
  };
  add_line(titles);
  for (const auto& row : rows_) add_line(row);
  return out;
}

}  // namespace dynamo::cli
