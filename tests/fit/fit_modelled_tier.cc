#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "perf/database_impl.h"
#include "perf/graph.h"
#include "perf/phase.h"

/// Fits data/efficiency/kernels.yaml from the packs in $DYNAMO_TABLES and measures, leaving one GPU out at a time, how far
/// modelled steps are from measured ones. The data file goes to stdout, the error table (Markdown) to stderr.
namespace dynamo::perf {
namespace {

constexpr double kBinWidth = 4;   ///< ratio of neighbouring rooflines
constexpr std::size_t kClasses = facts::kKernelClassNames.size();

struct Sample { std::string system; KernelClass kernel; double roof_ms, measured_ms; };
struct Worker { const SystemSpec* system; Backend backend; const ModelSpec* model; QuantModes quant; Parallelism parallel; };
struct Step { Worker worker; bool prefill; int batch, length; double measured_ms; };

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 1;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

/// Median over GPUs of each GPU's median, by class and bin of the roofline, so that no GPU counts for its number of rows.
std::vector<std::vector<EfficiencyPoint>> fit(const std::vector<Sample>& samples, const std::string& without) {
  std::vector<std::map<int, std::map<std::string, std::vector<double>>>> bins(kClasses);
  for (const Sample& s : samples) {
    if (s.system == without) continue;
    const int bin = static_cast<int>(std::lround(std::log(s.roof_ms) / std::log(kBinWidth)));
    const double ratio = s.measured_ms / s.roof_ms;
    bins[static_cast<std::size_t>(s.kernel)][bin][s.system].push_back(ratio);
    bins[static_cast<std::size_t>(KernelClass::kOther)][bin][s.system].push_back(ratio);
  }
  std::vector<std::vector<EfficiencyPoint>> points(kClasses);
  for (std::size_t k = 0; k < kClasses; ++k) {
    for (const auto& [bin, systems] : bins[k]) {
      std::vector<double> medians;
      for (const auto& [system, ratios] : systems) medians.push_back(quantile(ratios, 0.5));
      points[k].push_back({std::pow(kBinWidth, bin), quantile(medians, 0.5)});
    }
  }
  for (auto& own : points) {
    if (own.empty()) own = points[static_cast<std::size_t>(KernelClass::kOther)];
  }
  return points;
}

Result<Timing> time_of(const Graph& graph, const Step& step) {
  return step.prefill ? context_pass(graph, step.batch, step.length, 0) : generation_step(graph, step.batch, step.length);
}

std::vector<Parallelism> layouts_of(const ModelSpec& model) {
  std::vector<Parallelism> layouts;
  for (const int n : {1, 2, 4, 8}) {
    Parallelism p;
    p.tp = n;
    if (model.is_moe()) p.moe_ep = n;
    layouts.push_back(p);
  }
  return layouts;
}

void measure(const Database& database, const Worker& worker, std::vector<Step>& steps) {
  auto graph = build_graph({database.impl(), *worker.model, worker.quant, worker.parallel, 0, {}});
  if (!graph.has_value()) return;
  for (const bool prefill : {true, false}) {
    for (const int batch : prefill ? std::vector{1, 4} : std::vector{1, 8, 32, 128}) {
      for (const int length : {1024, 4096}) {
        Step step{worker, prefill, batch, length, 0};
        const Result<Timing> time = time_of(*graph, step);
        if (!time.has_value() || !(time->ms > 0)) continue;
        step.measured_ms = time->ms;
        steps.push_back(step);
      }
    }
  }
}

void collect(const TableStore& store, std::vector<Sample>& samples, std::vector<Step>& steps) {
  for (const SystemSpec& system : all_systems()) {
    for (const Backend backend : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm}) {
      auto opened = Database::open(store, system, backend, "current", DatabaseMode::kSilicon);
      if (!opened.has_value()) continue;
      auto impl = std::make_shared<Database::Impl>(opened->impl());
      impl->observe = [&](KernelClass kernel, double roof, double ms) {
        if (roof > 0 && ms > 0) samples.push_back({system.name, kernel, roof, ms});
      };
      const Database database(impl);
      for (const std::string& id : known_models()) {
        const ModelSpec* model = find_model(id);
        const auto quant = database.resolve_quant(*model, Role::kAggregated, {});
        if (!quant.has_value()) continue;
        for (const Parallelism& p : layouts_of(*model)) measure(database, {&system, backend, model, *quant, p}, steps);
      }
    }
  }
}

struct Errors { std::vector<double> ratio[2]; };   ///< measured over modelled: decode, prefill

Errors errors_without(const std::string& system, const std::vector<Step>& steps, const std::vector<Sample>& samples) {
  const Efficiency efficiency(fit(samples, system));
  Errors errors;
  for (const Step& step : steps) {
    if (step.worker.system->name != system) continue;
    auto impl = std::make_shared<Database::Impl>();
    impl->system = *step.worker.system;
    impl->backend = step.worker.backend;
    impl->version = "estimate";
    impl->mode = DatabaseMode::kAuto;
    impl->efficiency = efficiency;
    auto graph = build_graph({*impl, *step.worker.model, step.worker.quant, step.worker.parallel, 0, {}});
    if (!graph.has_value()) continue;
    const Result<Timing> time = time_of(*graph, step);
    if (time.has_value() && time->ms > 0) errors.ratio[step.prefill ? 1 : 0].push_back(step.measured_ms / time->ms);
  }
  return errors;
}

double median_error(const std::vector<double>& ratios, double q) {
  std::vector<double> errors;
  for (const double ratio : ratios) errors.push_back(std::abs(1 / ratio - 1) * 100);
  return quantile(errors, q);
}

int run(const char* directory) {
  const TableStore store{directory};
  std::vector<Sample> samples;
  std::vector<Step> steps;
  collect(store, samples, steps);
  std::printf("source: \"Fitted by tests/fit/fit_modelled_tier.cc on aiconfigurator-core 0.12.0\"\n");
  std::printf("measured_over_roofline_by_roofline_ms:\n");
  const auto points = fit(samples, "");
  for (std::size_t k = 0; k < kClasses; ++k) {
    std::printf("  %s: [", std::string(facts::kKernelClassNames[k]).c_str());
    for (std::size_t i = 0; i < points[k].size(); ++i) {
      std::printf("%s[%.4g, %.4g]", i == 0 ? "" : ", ", points[k][i].roofline_ms, points[k][i].measured_over_roofline);
    }
    std::printf("]\n");
  }
  Errors all;
  std::fprintf(stderr, "| GPU left out | steps | prefill median / p90 %% | decode median / p90 %% |\n|---|---|---|---|\n");
  for (const SystemSpec& system : all_systems()) {
    const Errors e = errors_without(system.name, steps, samples);
    if (e.ratio[0].empty() && e.ratio[1].empty()) continue;
    for (int i : {0, 1}) all.ratio[i].insert(all.ratio[i].end(), e.ratio[i].begin(), e.ratio[i].end());
    std::fprintf(stderr, "| %s | %zu | %.0f / %.0f | %.0f / %.0f |\n", system.name.c_str(), e.ratio[0].size() + e.ratio[1].size(),
                 median_error(e.ratio[1], 0.5), median_error(e.ratio[1], 0.9), median_error(e.ratio[0], 0.5),
                 median_error(e.ratio[0], 0.9));
  }
  std::printf("band_measured_over_modelled:\n  prefill: [%.3g, %.3g]\n  decode: [%.3g, %.3g]\n", quantile(all.ratio[1], 0.1),
              quantile(all.ratio[1], 0.9), quantile(all.ratio[0], 0.1), quantile(all.ratio[0], 0.9));
  return 0;
}

}  // namespace
}  // namespace dynamo::perf

int main() {
  const char* directory = std::getenv("DYNAMO_TABLES");
  if (directory == nullptr) {
    std::fprintf(stderr, "set DYNAMO_TABLES to the directory of the packs\n");
    return 2;
  }
  return dynamo::perf::run(directory);
}
