#include "dynamo/profiler/plots.h"
#include "plots/charts.h"

namespace dynamo {
namespace {

void add(std::vector<PlotFile>& files, const std::string& name, const plots::Chart& chart) {
  plots::Rendered rendered = plots::render(chart);
  files.push_back({name + ".png", std::move(rendered.png)});
  files.push_back({name + ".svg", std::move(rendered.svg)});
}

}  // namespace

std::vector<PlotFile> plot_files(const ValidatedRequest& request, const Estimate& unit, const Curves& curves, const EngineSweep& sweep) {
  const std::string prefill = "selected_prefill_interpolation/", decode = "selected_decode_interpolation/";
  std::vector<PlotFile> files;
  add(files, prefill + "prefill_ttft_interpolation", plots::prefill_ttft_chart(request, unit, curves.prefill));
  add(files, prefill + "prefill_throughput_interpolation", plots::prefill_throughput_chart(request, unit, curves.prefill));
  add(files, decode + "decode_itl_interpolation", plots::decode_itl_chart(request, unit, curves.decode));
  add(files, decode + "decode_throughput_interpolation", plots::decode_throughput_chart(request, unit, curves.decode));
  if (!sweep.prefill.empty()) add(files, "prefill_performance", plots::prefill_sweep_chart(request, unit, sweep));
  if (!sweep.decode.empty()) add(files, "decode_performance", plots::decode_sweep_chart(request, unit, sweep));
  return files;
}

}  // namespace dynamo
