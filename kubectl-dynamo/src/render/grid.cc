#include "render/grid.h"

#include <algorithm>

#include "render/style.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kGap = 2, kTightGap = 1;
constexpr std::size_t kNarrowest = 18;     ///< a last column with less room goes to a line of its own
constexpr std::size_t kOwnLineIndent = 6;

std::string padded(const std::string& cell, std::size_t width, bool right) {
  const std::size_t used = columns(cell);
  const std::string blanks(used < width ? width - used : 0, ' ');
  return right ? blanks + cell : cell + blanks;
}

}  // namespace

std::vector<std::size_t> Grid::natural_widths() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(columns(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  return widths;
}

std::vector<std::size_t> Grid::starts(const std::vector<std::size_t>& widths, bool tight) const {
  std::vector<std::size_t> starts(widths.size(), 0);
  for (std::size_t i = 1; i < widths.size(); ++i) starts[i] = starts[i - 1] + widths[i - 1] + (tight && columns_[i].right ? kTightGap : kGap);
  return starts;
}

std::ptrdiff_t Grid::broken(const std::vector<std::size_t>& starts, std::size_t width) const {
  return std::ranges::count_if(rows_, [&](const auto& row) { return !row.back().empty() && starts.back() + columns(row.back()) > width; });
}

std::vector<std::string> Grid::lines(std::size_t width) const {
  std::vector<std::size_t> widths = natural_widths();
  const bool tight = width > 0 && broken(starts(widths, true), width) < broken(starts(widths, false), width);
  std::vector<std::size_t> starts = this->starts(widths, tight);
  if (width > 0 && starts.back() > width) {
    const auto widest = std::max_element(widths.begin(), widths.end() - 1);
    const std::size_t excess = starts.back() + kNarrowest - width;
    *widest = std::max(kNarrowest, *widest - std::min(*widest, excess));
    starts = this->starts(widths, tight);
  }

  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::vector<std::string> out;
  const auto add_line = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += padded(row[i], widths[i], columns_[i].right);
      const std::size_t next = starts[i + 1];
      line += columns(row[i]) > widths[i] ? "\n" + std::string(next, ' ') : std::string(next - starts[i] - widths[i], ' ');
    }
    const std::string& last = row.back();
    if (width == 0 || starts.back() + columns(last) <= width) {
      line += columns_.back().right ? padded(last, widths.back(), true) : last;
    } else if (starts.back() + kNarrowest > width) {
      line.erase(line.find_last_not_of(' ') + 1);
      if (!last.empty() && !out.empty()) line += "\n" + wrap(last, width, kOwnLineIndent, kOwnLineIndent);
    } else {
      line += wrap(last, width, starts.back(), starts.back()).substr(starts.back());
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.push_back(line);
  };
  add_line(titles);
  for (const auto& row : rows_) add_line(row);
  return out;
}

}  // namespace dynamo::cli
