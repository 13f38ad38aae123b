#include <algorithm>
#include <optional>
#include <string>

#include "plots/charts.h"
#include "text/number_text.h"

namespace dynamo::plots {
namespace {

constexpr std::size_t kColoured = 7;   ///< as many series as there are colours
constexpr double kFarBeyond = 3;       ///< times a target: what lies further is no choice

std::string who(const ValidatedRequest& request, const WorkerEstimate& worker) {
  return request.model_name + " on " + worker.system + ", " + std::string(name_of(worker.backend)) + ", ISL " +
         grouped(request.isl) + ", OSL " + grouped(request.osl);
}

std::string gpus(int count) { return std::to_string(count) + (count == 1 ? " GPU" : " GPUs"); }

Point point_of(const EnginePoint& engine) { return {engine.latency_ms, engine.tokens_per_s_gpu}; }

std::string name_of_layout(const std::string& layout, int count) { return layout + ", " + gpus(count); }

/// The series of a layout, made when it is met for the first time.
Series& series_of(Chart& chart, const EnginePoint& engine, bool joined) {
  const std::string name = name_of_layout(engine.layout, engine.gpus);
  const auto found = std::ranges::find(chart.series, name, &Series::name);
  return found != chart.series.end() ? *found : chart.series.emplace_back(Series{name, {}, joined});
}

/// The picked layout first, then by throughput.
void put_best_first(Chart& chart, const WorkerEstimate& picked, bool moe) {
  std::ranges::stable_sort(chart.series, std::ranges::greater{}, [](const Series& s) { return std::ranges::max(s.points, {}, &Point::y).y; });
  const std::string name = name_of_layout(picked.parallel.label(moe), picked.parallel.gpus());
  const auto own = std::ranges::find(chart.series, name, &Series::name);
  if (own != chart.series.end()) std::rotate(chart.series.begin(), own, own + 1);
}

void limit_latency(Chart& chart, std::optional<double> target_ms, const std::string& name) {
  if (!target_ms) return;
  chart.limits.push_back({true, *target_ms, name + " target " + significant(*target_ms, 4) + " ms"});
  for (Series& series : chart.series) std::erase_if(series.points, [&](const Point& p) { return p.x > kFarBeyond * *target_ms; });
  std::erase_if(chart.series, [](const Series& series) { return series.points.empty(); });
}

/// Those that are left without a colour of their own, as one.
void gather_rest(Chart& chart) {
  if (chart.series.size() <= kColoured) return;
  Series rest{std::to_string(chart.series.size() - (kColoured - 1)) + " more layouts", {}, false};
  for (std::size_t i = kColoured - 1; i < chart.series.size(); ++i) {
    rest.points.insert(rest.points.end(), chart.series[i].points.begin(), chart.series[i].points.end());
  }
  chart.series.resize(kColoured - 1);
  chart.series.push_back(std::move(rest));
}

}  // namespace

Chart prefill_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep) {
  Chart chart;
  chart.title = "Prefill candidates: throughput over time to first token";
  chart.subtitle = who(request, unit.prefill) + "; before queueing";
  chart.x_axis = "Time to first token (ms)";
  chart.y_axis = "Prompt tokens per second and GPU";
  for (const EnginePoint& engine : sweep.prefill) {
    series_of(chart, engine, false).points.push_back(point_of(engine));
    if (engine.parallel == unit.prefill.parallel) chart.pick = Point{engine.latency_ms, engine.tokens_per_s_gpu, "pick: " + engine.layout};
  }
  put_best_first(chart, unit.prefill, request.model.is_moe());
  limit_latency(chart, request.ttft_ms, "TTFT");
  gather_rest(chart);
  return chart;
}

Chart decode_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep) {
  Chart chart;
  chart.title = "Decode candidates: throughput over inter-token latency";
  chart.subtitle = who(request, unit.decode) + "; a line per layout, a point per number of requests";
  chart.x_axis = "Inter-token latency (ms)";
  chart.y_axis = "Output tokens per second and GPU";
  for (const EnginePoint& engine : sweep.decode) {
    series_of(chart, engine, true).points.push_back(point_of(engine));
    if (engine.parallel == unit.decode.parallel && engine.batch == unit.decode.batch) {
      chart.pick = Point{engine.latency_ms, engine.tokens_per_s_gpu, "pick: " + engine.layout + ", batch " + std::to_string(engine.batch)};
    }
  }
  put_best_first(chart, unit.decode, request.model.is_moe());
  if (chart.series.size() > kColoured) chart.series.resize(kColoured);
  for (Series& series : chart.series) std::ranges::stable_sort(series.points, {}, &Point::x);
  limit_latency(chart, request.itl_ms, "ITL");
  return chart;
}

}  // namespace dynamo::plots
