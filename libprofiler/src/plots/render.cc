#include <cairo/cairo-svg.h>
#include <cairo/cairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>

#include "plots/chart.h"
#include "text/number_text.h"

namespace dynamo::plots {
namespace {

// Sizes in points of the SVG; the PNG has twice as many pixels.
constexpr double kWidth = 920, kHeight = 560, kPngScale = 2;
constexpr double kLeft = 84, kRight = 270, kTop = 74, kBottom = 66;
constexpr double kFont = 13, kSmallFont = 12, kTitleFont = 18;

struct Colour {
  double r, g, b;
};
/// Told apart by people who see few colours, too (Okabe and Ito's order, without yellow).
constexpr std::array<Colour, 7> kColours = {{{0.00, 0.45, 0.70}, {0.90, 0.62, 0.00}, {0.00, 0.62, 0.45}, {0.80, 0.47, 0.65},
                                             {0.34, 0.71, 0.91}, {0.55, 0.35, 0.17}, {0.35, 0.35, 0.35}}};
constexpr Colour kInk = {0.13, 0.13, 0.13}, kGrid = {0.88, 0.88, 0.88}, kTarget = {0.84, 0.15, 0.16};

enum class Anchor { kStart, kMiddle, kEnd };

std::string number(double value, double step) { return grouped(value, step >= 1 ? 0 : step >= 0.1 ? 1 : 2); }

class Drawing {
 public:
  Drawing(cairo_t* cairo, const Chart& chart) : c_(cairo), chart_(chart) {
    double most_x = 0, most_y = 0;
    const auto reach = [&](const Point& p) {
      most_x = std::max(most_x, p.x);
      most_y = std::max(most_y, p.y);
    };
    for (const Series& series : chart.series) std::ranges::for_each(series.points, reach);
    if (chart.pick) reach(*chart.pick);
    // A target far away would flatten everything else; it is named at the edge instead.
    for (const Limit& limit : chart.limits) {
      double& most = limit.on_x ? most_x : most_y;
      if (limit.value < 2 * most) most = std::max(most, limit.value);
    }
    x_ticks_ = ticks(most_x);
    y_ticks_ = ticks(most_y * 1.04);
  }

  void draw() {
    colour({1, 1, 1});
    cairo_paint(c_);
    font(kTitleFont, true);
    colour(kInk);
    text(kLeft, 32, chart_.title, Anchor::kStart);
    font(kFont, false);
    colour(kColours.back());
    text(kLeft, 54, chart_.subtitle, Anchor::kStart);
    draw_axes();
    for (std::size_t i = 0; i < chart_.series.size(); ++i) draw_series(chart_.series[i], kColours[i % kColours.size()]);
    for (const Limit& limit : chart_.limits) draw_limit(limit);
    if (chart_.pick) draw_pick(*chart_.pick);
    draw_legend();
  }

 private:
  [[nodiscard]] double right() const { return kWidth - kRight; }
  [[nodiscard]] double bottom() const { return kHeight - kBottom; }
  [[nodiscard]] double x_of(double x) const { return kLeft + (right() - kLeft) * x / x_ticks_.back(); }
  [[nodiscard]] double y_of(double y) const { return bottom() - (bottom() - kTop) * y / y_ticks_.back(); }

  void colour(Colour colour) { cairo_set_source_rgb(c_, colour.r, colour.g, colour.b); }

  void font(double size, bool bold) {
    cairo_select_font_face(c_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c_, size);
  }

  void text(double x, double y, const std::string& words, Anchor anchor) {
    cairo_text_extents_t extents;
    cairo_text_extents(c_, words.c_str(), &extents);
    const double shift = anchor == Anchor::kStart ? 0 : anchor == Anchor::kMiddle ? extents.x_advance / 2 : extents.x_advance;
    cairo_move_to(c_, x - shift, y);
    cairo_show_text(c_, words.c_str());
  }

  void line(double x1, double y1, double x2, double y2, double width) {
    cairo_set_line_width(c_, width);
    cairo_move_to(c_, x1, y1);
    cairo_line_to(c_, x2, y2);
    cairo_stroke(c_);
  }

  void dot(double x, double y, double radius) {
    cairo_new_path(c_);
    cairo_arc(c_, x, y, radius, 0, 2 * M_PI);
    cairo_fill(c_);
  }

  void draw_axes() {
    font(kSmallFont, false);
    for (const double y : y_ticks_) {
      colour(kGrid);
      line(kLeft, y_of(y), right(), y_of(y), 1);
      colour(kInk);
      text(kLeft - 8, y_of(y) + 4, number(y, y_ticks_[1]), Anchor::kEnd);
    }
    for (const double x : x_ticks_) {
      colour(kGrid);
      line(x_of(x), kTop, x_of(x), bottom(), 1);
      colour(kInk);
      text(x_of(x), bottom() + 18, number(x, x_ticks_[1]), Anchor::kMiddle);
    }
    line(kLeft, bottom(), right(), bottom(), 1.2);
    line(kLeft, kTop, kLeft, bottom(), 1.2);
    font(kFont, false);
    text((kLeft + right()) / 2, kHeight - 20, chart_.x_axis, Anchor::kMiddle);
    cairo_save(c_);
    cairo_translate(c_, 22, (kTop + bottom()) / 2);
    cairo_rotate(c_, -M_PI / 2);
    text(0, 0, chart_.y_axis, Anchor::kMiddle);
    cairo_restore(c_);
  }

  void draw_series(const Series& series, Colour ink) {
    colour(ink);
    if (series.joined) {
      cairo_set_line_width(c_, 2);
      cairo_new_path(c_);
      for (const Point& p : series.points) cairo_line_to(c_, x_of(p.x), y_of(p.y));
      cairo_stroke(c_);
    }
    for (const Point& p : series.points) dot(x_of(p.x), y_of(p.y), series.joined ? 3 : 4);
  }

  void draw_limit(const Limit& limit) {
    const bool inside = limit.value <= (limit.on_x ? x_ticks_ : y_ticks_).back();
    if (!inside) return;
    const std::array<double, 2> dashes = {7, 5};
    colour(kTarget);
    cairo_set_dash(c_, dashes.data(), 2, 0);
    if (limit.on_x) {
      line(x_of(limit.value), kTop, x_of(limit.value), bottom(), 1.6);
    } else {
      line(kLeft, y_of(limit.value), right(), y_of(limit.value), 1.6);
    }
    cairo_set_dash(c_, nullptr, 0, 0);
  }

  void draw_pick(const Point& pick) {
    colour(kTarget);
    cairo_set_line_width(c_, 2.2);
    cairo_new_path(c_);
    cairo_arc(c_, x_of(pick.x), y_of(pick.y), 8, 0, 2 * M_PI);
    cairo_stroke(c_);
  }

  void draw_legend() {
    const double x = right() + 22;
    double y = kTop + 8;
    font(kSmallFont, false);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      if (chart_.series[i].name.empty()) continue;
      colour(kColours[i % kColours.size()]);
      if (chart_.series[i].joined) line(x, y, x + 20, y, 2);
      dot(x + 10, y, 3.5);
      y = legend_text(x, y, chart_.series[i].name);
    }
    for (const Limit& limit : chart_.limits) {
      const bool inside = limit.value <= (limit.on_x ? x_ticks_ : y_ticks_).back();
      const std::array<double, 2> dashes = {5, 3};
      colour(kTarget);
      cairo_set_dash(c_, dashes.data(), 2, 0);
      line(x, y, x + 20, y, 1.6);
      cairo_set_dash(c_, nullptr, 0, 0);
      y = legend_text(x, y, limit.name + (inside ? "" : " (off chart)"));
    }
    if (!chart_.pick) return;
    colour(kTarget);
    cairo_set_line_width(c_, 2);
    cairo_new_path(c_);
    cairo_arc(c_, x + 10, y, 6, 0, 2 * M_PI);
    cairo_stroke(c_);
    legend_text(x, y, chart_.pick->label);
  }

  double legend_text(double x, double y, const std::string& words) {
    colour(kInk);
    text(x + 28, y + 4, words, Anchor::kStart);
    return y + 21;
  }

  cairo_t* c_;
  const Chart& chart_;
  std::vector<double> x_ticks_, y_ticks_;
};

cairo_status_t append(void* out, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

void draw_on(cairo_surface_t* surface, const Chart& chart, double scale) {
  const Context context(cairo_create(surface), cairo_destroy);
  cairo_scale(context.get(), scale, scale);
  Drawing(context.get(), chart).draw();
}

}  // namespace

Rendered render(const Chart& chart) {
  Rendered out;
  {
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(kWidth * kPngScale),
                                                     static_cast<int>(kHeight * kPngScale)),
                          cairo_surface_destroy);
    draw_on(surface.get(), chart, kPngScale);
    cairo_surface_write_to_png_stream(surface.get(), append, &out.png);
  }
  const Surface surface(cairo_svg_surface_create_for_stream(append, &out.svg, kWidth, kHeight), cairo_surface_destroy);
  draw_on(surface.get(), chart, 1);
  cairo_surface_finish(surface.get());
  return out;
}

}  // namespace dynamo::plots
