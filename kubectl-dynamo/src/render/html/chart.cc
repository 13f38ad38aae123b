#include "render/html/chart.h"

#include <algorithm>
#include <cmath>

#include "render/html/markup.h"
#include "render/numbers.h"
#include "render/tree.h"

namespace dynamo::cli {
namespace {

// Units of the view box.
constexpr double kWidth = 860, kHeight = 400, kLeft = 64, kRight = 20, kTop = 16, kBottom = 46;
constexpr int kTicks = 5;

/// 1, 2 or 5 times a power of ten, so that about `kTicks` steps span `most`.
double tick_step(double most) {
  const double rough = most / kTicks;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

struct Scale {
  double most_x = 1, most_y = 1;
  [[nodiscard]] double x(double value) const { return kLeft + value / most_x * (kWidth - kLeft - kRight); }
  [[nodiscard]] double y(double value) const { return kHeight - kBottom - value / most_y * (kHeight - kTop - kBottom); }
};

std::string at(double value) { return fixed(value, 1); }

std::string line(const std::string& kind, double x0, double y0, double x1, double y1) {
  return "<line class=\"" + kind + "\" x1=\"" + at(x0) + "\" y1=\"" + at(y0) + "\" x2=\"" + at(x1) + "\" y2=\"" + at(y1) + "\"/>";
}

std::string label(const std::string& kind, double x, double y, const std::string& text) {
  return "<text class=\"" + kind + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\">" + escaped(text) + "</text>";
}

double user_rate(const Value& point) { return number_at(point, {"tokensPerSecondPerUser"}); }
double gpu_rate(const Value& point) { return number_at(point, {"tokensPerSecondPerGpu"}); }

Scale scale_of(const Value& explanation) {
  double most_x = 0, most_y = 0;
  for (const Value& point : array_at(explanation, {"points"})) {
    most_x = std::max(most_x, user_rate(point));
    most_y = std::max(most_y, gpu_rate(point));
  }
  constexpr double kHeadroom = 1.04;
  return {std::max(most_x, 1e-9) * kHeadroom, std::max(most_y, 1e-9) * kHeadroom};
}

std::string grid(const Scale& scale) {
  std::string out;
  for (double v = 0; v <= scale.most_y; v += tick_step(scale.most_y)) {
    out += line("grid", kLeft, scale.y(v), kWidth - kRight, scale.y(v)) + label("tick end", kLeft - 8, scale.y(v) + 4, plain(v));
  }
  for (double v = 0; v <= scale.most_x; v += tick_step(scale.most_x)) {
    out += label("tick mid", scale.x(v), kHeight - kBottom + 18, plain(v));
  }
  out += line("axis", kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom);
  out += label("title mid", (kLeft + kWidth - kRight) / 2, kHeight - 6, "tokens/s per user (faster answers to the right)");
  return out + "<text class=\"title mid\" transform=\"translate(14," + at((kTop + kHeight - kBottom) / 2) +
         ") rotate(-90)\">tokens/s per GPU</text>";
}

/// The ITL target is a rate per user: everything left of it is too slow.
std::string target_line(const Value& explanation, const Scale& scale) {
  constexpr double kMsPerSecond = 1000;
  const double itl = number_at(explanation, {"request", "itlMs"});
  if (!(itl > 0) || kMsPerSecond / itl > scale.most_x) return {};
  const double x = scale.x(kMsPerSecond / itl);
  return line("target", x, kTop, x, kHeight - kBottom) + label("note", x + 5, kTop + 11, "ITL " + plain(itl) + " ms");
}

std::string frontier(const Value& explanation, const std::string& mode, const Scale& scale) {
  std::string points;
  for (const Value& point : array_at(explanation, {"points"})) {
    if (!flag_at(point, {"frontier"}) || text_at(point, {"servingMode"}) != mode) continue;
    points += (points.empty() ? "" : " ") + at(scale.x(user_rate(point))) + "," + at(scale.y(gpu_rate(point)));
  }
  return points.empty() ? points : "<polyline class=\"front " + mode + "\" points=\"" + points + "\"/>";
}

std::string tip_of(const Value& point) {
  return text_at(point, {"servingMode"}) + " " + text_at(point, {"layout"}) + "\nbatch " +
         std::to_string(integer_at(point, {"batch"})) + ", " + std::to_string(integer_at(point, {"gpus"})) + " GPUs, " +
         text_at(point, {"backend"}) + "\n" + readable(gpu_rate(point)) + " tok/s per GPU\n" + readable(user_rate(point)) +
         " tok/s per user\nTTFT " + readable(number_at(point, {"ttftMs"})) + " ms, ITL " + readable(number_at(point, {"itlMs"})) + " ms" +
         (flag_at(point, {"meets"}) ? "" : "\nmisses the targets");
}

std::string dots(const Value& explanation, const Scale& scale) {
  std::string out;
  for (const Value& point : array_at(explanation, {"points"})) {
    const bool front = flag_at(point, {"frontier"});
    out += "<circle class=\"dot " + text_at(point, {"servingMode"}) + (flag_at(point, {"meets"}) ? "" : " miss") + (front ? " best" : "") + "\" cx=\"" +
           at(scale.x(user_rate(point))) + "\" cy=\"" + at(scale.y(gpu_rate(point))) + "\" r=\"" + (front ? "4" : "2.5") +
           "\" data-tip=\"" + escaped(tip_of(point)) + "\"/>\n";
  }
  return out;
}

std::string pick_mark(const Value& explanation, const Scale& scale) {
  if (!has_number(explanation, {"pick", "tokensPerSecondPerUser"})) return {};
  const Value& pick = *explanation.find("pick");
  const double x = scale.x(user_rate(pick)), y = scale.y(gpu_rate(pick));
  const bool left = x > kWidth * 0.7;
  return "<circle class=\"pick\" cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"8\"/>" +
         label(left ? "picklabel end" : "picklabel", x + (left ? -13 : 13), y - 7, "pick: " + text_at(pick, {"layout"}));
}

}  // namespace

std::string pareto_svg(const Value& explanation) {
  if (array_at(explanation, {"points"}).empty()) return {};
  const Scale scale = scale_of(explanation);
  std::string out = "<svg id=\"pareto\" viewBox=\"0 0 " + fixed(kWidth, 0) + " " + fixed(kHeight, 0) +
                    "\" role=\"img\" tabindex=\"0\" aria-label=\"Tokens per second per user against tokens per second per GPU\">\n";
  out += grid(scale) + "\n" + target_line(explanation, scale) + "\n";
  out += frontier(explanation, "aggregated", scale) + "\n" + frontier(explanation, "disaggregated", scale) + "\n";
  out += dots(explanation, scale) + pick_mark(explanation, scale) + "\n</svg>\n";
  return out;
}

}  // namespace dynamo::cli
