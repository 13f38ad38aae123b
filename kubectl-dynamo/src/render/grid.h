#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dynamo::cli {

/// Columns of text: each as wide as its widest cell, two blanks apart, no trailing blanks.
class Grid {
 public:
  struct Column {
    std::string title;
    bool right = false;
  };

  explicit Grid(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Where fewer lines are wider than `width` that way, only one blank stands before numbers. Lines that still are continue in the last
  /// column below, or indented where that column is too narrow; 0 = never break. Where even the other columns are wider, the widest of
  /// them gives way: its long cells have a line of their own, and what follows them continues below. The first line is the titles.
  [[nodiscard]] std::vector<std::string> lines(std::size_t width) const;

 private:
  /// Where each column starts.
  [[nodiscard]] std::vector<std::size_t> starts(const std::vector<std::size_t>& widths, bool tight) const;
  [[nodiscard]] std::vector<std::size_t> natural_widths() const;
  /// Of the rows, how many are wider than `width`.
  [[nodiscard]] std::ptrdiff_t broken(const std::vector<std::size_t>& starts, std::size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dynamo::cli
