#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dynamo::plots {

struct Point {
  double x = 0, y = 0;
  std::string label = {};   ///< in the legend, of a pick
};

/// Points of one kind, in the order in which a line joins them.
struct Series {
  std::string name;
  std::vector<Point> points;
  bool joined = true;
};

/// A target: a dashed line across the chart at one value of an axis.
struct Limit {
  bool on_x = false;
  double value = 0;
  std::string name;
};

/// One diagram. Both axes begin at zero, so that lengths can be compared.
struct Chart {
  std::string title;
  std::string subtitle;
  std::string x_axis, y_axis;   ///< with unit
  std::vector<Series> series;
  std::vector<Limit> limits;
  std::optional<Point> pick;    ///< what was chosen
};

struct Rendered {
  std::string png, svg;
};

/// Draws the chart. Nothing depends on the locale.
[[nodiscard]] Rendered render(const Chart& chart);

/// Round values that divide 0 … `most` into some five parts; the last is at or above `most`.
[[nodiscard]] std::vector<double> ticks(double most);

}  // namespace dynamo::plots
