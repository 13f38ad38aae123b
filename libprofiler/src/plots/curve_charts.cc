#include <cmath>
#include <string>

#include "plots/charts.h"
#include "text/number_text.h"

namespace dynamo::plots {
namespace {

std::string engine(const ValidatedRequest& request, const WorkerEstimate& worker) {
  return request.model_name + " on " + worker.system + ", " + std::string(name_of(worker.backend)) + " " +
         worker.parallel.label(request.model.is_moe());
}

std::string ms(double value) { return significant(value, 4) + " ms"; }

/// A curve through `points` at `x`.
double at(const std::vector<Point>& points, double x) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (x > points[i].x) continue;
    const Point &a = points[i - 1], &b = points[i];
    return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : b.y;
  }
  return points.empty() ? 0 : points.back().y;
}

Chart over_prompts(const ValidatedRequest& request, const Estimate& unit, const PrefillCurve& curve,
                   const std::vector<double>& values) {
  Chart chart;
  chart.subtitle = engine(request, unit.prefill) + ", one prompt per attention replica";
  chart.x_axis = "Input sequence length (tokens)";
  Series series{"prefill engine", {}};
  for (std::size_t i = 0; i < values.size(); ++i) series.points.push_back({static_cast<double>(curve.isl[i]), values[i]});
  const auto isl = static_cast<double>(request.isl);
  const double y = at(series.points, isl);
  chart.pick = Point{isl, y, "requested ISL " + grouped(request.isl) + ": "};
  chart.series.push_back(std::move(series));
  return chart;
}

/// One line for every context length.
Chart over_load(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve, const std::vector<double>& values) {
  Chart chart;
  chart.subtitle = engine(request, unit.decode) + ", KV cache of " + grouped(curve.max_kv_tokens) + " tokens";
  chart.x_axis = "KV cache in use (%)";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == 0 || curve.context_length[i] != curve.context_length[i - 1]) {
      chart.series.push_back({"context " + grouped(curve.context_length[i], 0) + " tokens", {}});
    }
    chart.series.back().points.push_back({100 * curve.kv_usage[i], values[i]});
  }
  return chart;
}

/// The pick's load on the line of the nearest context length.
void mark_load(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve, Chart& chart) {
  const double context = static_cast<double>(request.isl) + static_cast<double>(request.osl) / 2;
  const double requests = unit.decode.batch * unit.decode.parallel.dp;
  const double usage = 100 * requests * context / static_cast<double>(curve.max_kv_tokens);
  double nearest = 0;
  const Series* line = nullptr;
  for (std::size_t i = 0, s = 0; i < curve.context_length.size() && s < chart.series.size(); i += chart.series[s].points.size(), ++s) {
    const double distance = std::abs(curve.context_length[i] - context);
    if (line != nullptr && distance >= nearest) continue;
    nearest = distance;
    line = &chart.series[s];
  }
  if (line == nullptr) return;
  chart.pick = Point{usage, at(line->points, usage), "pick: " + grouped(requests, 0) + " requests"};
}

}  // namespace

Chart prefill_ttft_chart(const ValidatedRequest& request, const Estimate& unit, const PrefillCurve& curve) {
  Chart chart = over_prompts(request, unit, curve, curve.ttft_ms);
  chart.title = "Prefill: time to first token over prompt length";
  chart.y_axis = "Time to first token (ms)";
  chart.pick->label += ms(chart.pick->y);
  if (request.ttft_ms) chart.limits.push_back({false, *request.ttft_ms, "TTFT target " + ms(*request.ttft_ms)});
  return chart;
}

Chart prefill_throughput_chart(const ValidatedRequest& request, const Estimate& unit, const PrefillCurve& curve) {
  Chart chart = over_prompts(request, unit, curve, curve.tokens_per_s_gpu);
  chart.title = "Prefill: throughput over prompt length";
  chart.y_axis = "Prompt tokens per second and GPU";
  chart.pick->label += grouped(chart.pick->y, 0);
  return chart;
}

Chart decode_itl_chart(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve) {
  Chart chart = over_load(request, unit, curve, curve.itl_ms);
  chart.title = "Decode: inter-token latency over load";
  chart.y_axis = "Inter-token latency (ms)";
  if (request.itl_ms) chart.limits.push_back({false, *request.itl_ms, "ITL target " + ms(*request.itl_ms)});
  mark_load(request, unit, curve, chart);
  return chart;
}

Chart decode_throughput_chart(const ValidatedRequest& request, const Estimate& unit, const DecodeCurve& curve) {
  Chart chart = over_load(request, unit, curve, curve.tokens_per_s_gpu);
  chart.title = "Decode: throughput over load";
  chart.y_axis = "Output tokens per second and GPU";
  mark_load(request, unit, curve, chart);
  return chart;
}

}  // namespace dynamo::plots
