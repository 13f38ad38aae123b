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

/// How a line is drawn: of every `period` dots of the way only the first, or in ASCII one letter in each cell.
struct Pen {
  int period;
  char letter;
};
constexpr Pen kSolid{1, 'o'}, kDotted{3, '.'};

/// A grid of braille dots, each cell of which also knows a letter for terminals that have none.
class Canvas {
 public:
  Canvas(double most_x, double most_y) : most_x_(most_x), most_y_(most_y) {}

  void draw(const std::vector<Point>& points, const Pen& pen) {
    int phase = 0;
    for (std::size_t i = 0; i < points.size(); ++i) line(points[i], points[std::min(i + 1, points.size() - 1)], pen, phase);
  }

  void mark(Point at) { mark_ = cell(column(at.x), row(at.y)); }

  [[nodiscard]] std::string text(int line, bool unicode) const {
    std::string out;
    for (int i = 0; i < kColumns; ++i) {
      const std::size_t at = static_cast<std::size_t>(line) * kColumns + static_cast<std::size_t>(i);
      if (at == mark_) {
        out += "*";
      } else if (!unicode) {
        out += letters_[at];
      } else if (dots_[at] == 0) {
        out += " ";
      } else {   // U+2800 + bits
        out += "\xE2";
        out += static_cast<char>(0xA0 + (dots_[at] >> 6));
        out += static_cast<char>(0x80 + (dots_[at] & 0x3F));
      }
    }
    return out.substr(0, out.find_last_not_of(' ') + 1);
  }

 private:
  void line(Point from, Point to, const Pen& pen, int& phase) {
    const int x0 = column(from.x), y0 = row(from.y), x1 = column(to.x), y1 = row(to.y);
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      const double share = static_cast<double>(i) / steps;
      const int x = x0 + static_cast<int>(std::lround(share * (x1 - x0))), y = y0 + static_cast<int>(std::lround(share * (y1 - y0)));
      const std::size_t at = cell(x, y);
      if (letters_[at] == ' ') letters_[at] = pen.letter;
      if (phase++ % pen.period == 0) dots_[at] |= kBits[y % 4][x % 2];
    }
  }

  static std::size_t cell(int x, int y) { return static_cast<std::size_t>(y / 4) * kColumns + static_cast<std::size_t>(x / 2); }
  [[nodiscard]] int column(double x) const { return std::clamp(static_cast<int>(std::lround(x / most_x_ * (kDotsX - 1))), 0, kDotsX - 1); }
  [[nodiscard]] int row(double y) const { return std::clamp(static_cast<int>(std::lround((1 - y / most_y_) * (kDotsY - 1))), 0, kDotsY - 1); }

  static constexpr unsigned kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  static constexpr std::size_t kCells = static_cast<std::size_t>(kColumns) * kRows;
  double most_x_, most_y_;
  std::vector<unsigned> dots_ = std::vector<unsigned>(kCells, 0u);
  std::string letters_ = std::string(kCells, ' ');
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

std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

}  // namespace

std::string render_pareto(const Value& report, const Style& style) {
  constexpr std::size_t kLabel = 9;
  const bool unicode = style.unicode();
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
  canvas.draw(aggregated, kSolid);
  canvas.draw(disaggregated, kDotted);
  const bool picked = has_number(report, {"chosen", "tokensPerSecondPerUser"});
  if (picked) canvas.mark({number_at(report, {"chosen", "tokensPerSecondPerUser"}), number_at(report, {"chosen", "tokensPerSecondPerGpu"})});
  std::string out = style(Ink::kBold, "PARETO") + "  tok/s per GPU (up) against tok/s per user (right)\n" + std::string(8, ' ') +
                    (unicode ? "aggregated solid, disaggregated dotted" : "o aggregated, . disaggregated") + (picked ? ", * the pick" : "") + "\n";
  for (int line = 0; line < kRows; ++line) {
    const double value = most_y * (1 - static_cast<double>(line) / (kRows - 1));
    const bool labelled = line == 0 || line == kRows - 1 || line == kRows / 2;
    const char* axis = !unicode ? (labelled ? " +" : " |") : labelled ? " ┤" : " │";
    out += right(labelled ? readable(value) : "", kLabel) + axis + canvas.text(line, unicode) + "\n";
  }
  std::string axis;
  for (int i = 0; i < kColumns; ++i) axis += unicode ? "─" : "-";
  out += std::string(kLabel, ' ') + (unicode ? " └" : " +") + axis + "\n";
  const std::string last = readable(most_x);
  return out + std::string(kLabel + 2, ' ') + "0" + right(last, kColumns - 1) + "\n";
}

}  // namespace dynamo::cli
