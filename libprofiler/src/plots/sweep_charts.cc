#include <algorithm>
#include <string>

#include "plots/charts.h"
#include "text/number_text.h"

namespace dynamo::plots {
namespace {

constexpr std::size_t kLines = 7;   ///< as many as there are colours

std::string who(const ValidatedRequest& request, const WorkerEstimate& worker) {
  return request.model_name + " on " + worker.system + ", " + std::string(name_of(worker.backend)) + ", ISL " +
         grouped(request.isl) + ", OSL " + grouped(request.osl);
}

std::string gpus(int count) { return std::to_string(count) + (count == 1 ? " GPU" : " GPUs"); }

Point point_of(const EnginePoint& engine) { return {engine.latency_ms, engine.tokens_per_s_gpu}; }

}  // namespace

Chart prefill_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep) {
  Chart chart;
  chart.title = "Prefill candidates: throughput over time to first token";
  chart.subtitle = who(request, unit.prefill) + "; before queueing";
  chart.x_axis = "Time to first token (ms)";
  chart.y_axis = "Prompt tokens per second and GPU";
  Series series{"one layout each", {}, false};
  for (const EnginePoint& engine : sweep.prefill) {
    series.points.push_back(point_of(engine));
    series.points.back().label = engine.layout + ", " + gpus(engine.gpus);
    if (engine.parallel == unit.prefill.parallel) chart.pick = Point{engine.latency_ms, engine.tokens_per_s_gpu, "pick: " + engine.layout};
  }
  chart.series.push_back(std::move(series));
  if (request.ttft_ms) chart.limits.push_back({true, *request.ttft_ms, "TTFT target " + significant(*request.ttft_ms, 4) + " ms"});
  return chart;
}

Chart decode_sweep_chart(const ValidatedRequest& request, const Estimate& unit, const EngineSweep& sweep) {
  Chart chart;
  chart.title = "Decode candidates: throughput over inter-token latency";
  chart.subtitle = who(request, unit.decode) + "; a line per layout, a point per number of requests";
  chart.x_axis = "Inter-token latency (ms)";
  chart.y_axis = "Output tokens per second and GPU";
  for (const EnginePoint& engine : sweep.decode) {
    const std::string name = engine.layout + ", " + gpus(engine.gpus);
    auto line = std::ranges::find(chart.series, name, &Series::name);
    if (line == chart.series.end()) line = chart.series.insert(line, Series{name, {}});
    line->points.push_back(point_of(engine));
    if (engine.parallel == unit.decode.parallel && engine.batch == unit.decode.batch) {
      chart.pick = Point{engine.latency_ms, engine.tokens_per_s_gpu, "pick: " + engine.layout + ", batch " + std::to_string(engine.batch)};
    }
  }
  std::ranges::stable_sort(chart.series, std::ranges::greater{}, [](const Series& s) { return std::ranges::max(s.points, {}, &Point::y).y; });
  const std::string picked = unit.decode.parallel.label(request.model.is_moe()) + ", " + gpus(unit.decode.parallel.gpus());
  const auto own = std::ranges::find(chart.series, picked, &Series::name);
  if (own != chart.series.end()) std::rotate(chart.series.begin(), own, own + 1);
  if (chart.series.size() > kLines) chart.series.resize(kLines);
  for (Series& series : chart.series) std::ranges::stable_sort(series.points, {}, &Point::x);
  if (request.itl_ms) {
    chart.limits.push_back({true, *request.itl_ms, "ITL target " + significant(*request.itl_ms, 4) + " ms"});
    // What lies far beyond the target is no choice.
    for (Series& series : chart.series) std::erase_if(series.points, [&](const Point& p) { return p.x > 3 * *request.itl_ms; });
    std::erase_if(chart.series, [](const Series& series) { return series.points.empty(); });
  }
  return chart;
}

}  // namespace dynamo::plots
