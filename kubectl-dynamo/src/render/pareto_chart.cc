#include "render/pareto_chart.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

constexpr int kColumns = 62, kRows = 14;          // cells
constexpr int kDotsX = kColumns * 2, kDotsY = kRows * 4;

struct Point {
  double x = 0, y = 0;
};

/// A grid of braille dots with room for single letters.
class Canvas {
 public:
  Canvas(double most_x, double most_y) : most_x_(most_x), most_y_(most_y) {}

  void dot(int x, int y) {
    if (x < 0 || y < 0 || x >= kDotsX || y >= kDotsY) return;
    static constexpr unsigned kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cells_[cell(x / 2, y / 4)] |= kBits[y % 4][x % 2];
  }

  /// Of every `period` dots of the way only the first is drawn.
  void line(Point from, Point to, int period, int& phase) {
    const int x0 = column(from.x), y0 = row(from.y), x1 = column(to.x), y1 = row(to.y);
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      if (phase++ % period != 0) continue;
      const double share = static_cast<double>(i) / steps;
      dot(x0 + static_cast<int>(std::lround(share * (x1 - x0))), y0 + static_cast<int>(std::lround(share * (y1 - y0))));
    }
  }

  void mark(Point at) { mark_ = cell(column(at.x) / 2, row(at.y) / 4); }

  [[nodiscard]] std::string text(int line) const {
    std::string out;
    for (int i = 0; i < kColumns; ++i) {
      const std::size_t at = cell(i, line);
      if (at == mark_) {
        out += "*";
      } else if (cells_[at] == 0) {
        out += " ";
      } else {   // U+2800 + bits
        out += "\xE2";
        out += static_cast<char>(0xA0 + (cells_[at] >> 6));
        out += static_cast<char>(0x80 + (cells_[at] & 0x3F));
      }
    }
    return out.substr(0, out.find_last_not_of(' ') + 1);
  }

 private:
  static std::size_t cell(int x, int y) { return static_cast<std::size_t>(y) * kColumns + static_cast<std::size_t>(x); }
  [[nodiscard]] int column(double x) const { return std::clamp(static_cast<int>(std::lround(x / most_x_ * (kDotsX - 1))), 0, kDotsX - 1); }
  [[nodiscard]] int row(double y) const { return std::clamp(static_cast<int>(std::lround((1 - y / most_y_) * (kDotsY - 1))), 0, kDotsY - 1); }

  double most_x_, most_y_;
  std::vector<unsigned> cells_ = std::vector<unsigned>(static_cast<std::size_t>(kColumns) * kRows, 0u);
  std::size_t mark_ = static_cast<std::size_t>(-1);
};

std::vector<Point> frontier_of(const Value& report, std::string_view mode) {
  std::vector<Point> out;
  for (const Value& point : array_at(report, {"points"})) {
    if (!flag_at(point, {"frontier"}) || text_at(point, {"servingMode"}) != mode) continue;
    out.push_back({number_at(point, {"tokensPerSecondPerUser"}), number_at(point, {"tokensPerSecondPerGpu"})});
  }
  return out;
}

void draw(Canvas& canvas, const std::vector<Point>& points, int period) {
  int phase = 0;
  for (std::size_t i = 0; i < points.size(); ++i) canvas.line(points[i], points[std::min(i + 1, points.size() - 1)], period, phase);
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

std::string render_pareto(const Value& report, const Style& style) {
  constexpr int kSolid = 1, kDotted = 4;
  constexpr std::size_t kLabel = 9;
  const std::vector<Point> aggregated = frontier_of(report, "aggregated"), disaggregated = frontier_of(report, "disaggregated");
  double most_x = 0, most_y = 0;
  for (const std::vector<Point>* points : {&aggregated, &disaggregated}) {
    for (const Point& point : *points) {
      most_x = std::max(most_x, point.x);
      most_y = std::max(most_y, point.y);
    }
  }
  if (!(most_x > 0) || !(most_y > 0)) return {};
  Canvas canvas(most_x, most_y);
  draw(canvas, aggregated, kSolid);
  draw(canvas, disaggregated, kDotted);
  const bool picked = has_number(report, {"chosen", "tokensPerSecondPerUser"});
  if (picked) {
    canvas.mark({number_at(report, {"chosen", "tokensPerSecondPerUser"}), number_at(report, {"chosen", "tokensPerSecondPerGpu"})});
  }
  std::string out = style(Ink::kBold, "PARETO") + "  tok/s per GPU against tok/s per user: aggregated solid, disaggregated\n        dotted" +
                    (picked ? ", * the pick" : "") + "\n";
  for (int line = 0; line < kRows; ++line) {
    const double value = most_y * (1 - static_cast<double>(line) / (kRows - 1));
    const bool labelled = line == 0 || line == kRows - 1 || line == kRows / 2;
    out += right(labelled ? readable(value) : "", kLabel) + (labelled ? " ┤" : " │") + canvas.text(line) + "\n";
  }
  std::string axis;
  for (int i = 0; i < kColumns; ++i) axis += "─";
  out += std::string(kLabel, ' ') + " └" + axis + "\n";
  const std::string last = readable(most_x);
  return out + std::string(kLabel + 2, ' ') + "0" + right(last, kColumns - 1) + "\n";
}

}  // namespace dynamo::cli
