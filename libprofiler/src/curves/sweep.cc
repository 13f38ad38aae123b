#include <algorithm>
#include <cmath>
#include <set>

#include "curves/grids.h"
#include "dynamo/profiler/curves.h"
#include "search/worker_engine.h"

namespace dynamo {
namespace {

using perf::Engine;
using perf::StaticMode;
using perf::Workload;

constexpr double kBytesPerGib = 1024.0 * 1024.0 * 1024.0;
/// The planner interpolates prefill with a cubic through at least four points.
constexpr std::size_t kFewestPrefillPoints = 4;

/// Microseconds are as fine as any measurement.
double round3(double value) { return std::nearbyint(value * 1000.0) / 1000.0; }

Diagnostics failure(std::string reason, std::string hint) {
  return one_error(DiagnosticCode::kUnsupported, "curves.points", std::move(reason), std::move(hint));
}

search::Scenario scenario_of(const ValidatedRequest& request, const CurveOptions& options) {
  search::Scenario scenario;
  scenario.model = &request.model;
  scenario.system = request.system;
  scenario.database = options.database;
  return scenario;
}

Workload load_of(int isl, int osl) { return {.isl = isl, .osl = osl, .prefix = 0, .kv_fraction = {}, .max_seq_len = {}}; }

/// Why the last point that could not be evaluated could not.
std::string reason_of(const std::string& last_error) { return last_error.empty() ? "" : ": " + last_error; }

std::expected<PrefillCurve, Diagnostics> sweep_prefill(const Engine& engine, int context, int granularity) {
  PrefillCurve curve;
  std::string last_error;
  const double gpus = engine.parallel().gpus();
  for (const int isl : curves::prefill_grid(context, granularity)) {
    const auto point = engine.run_static(load_of(isl, 1), 1, StaticMode::kContext);
    if (!point) {
      last_error = point.error().message;
      continue;
    }
    const double ttft = round3(point->ttft_ms);
    if (!(ttft > 0)) continue;
    curve.isl.push_back(isl);
    curve.ttft_ms.push_back(ttft);
    curve.tokens_per_s_gpu.push_back(round3(isl * engine.parallel().dp * engine.parallel().pp / ttft * 1000.0 / gpus));
  }
  if (curve.isl.size() >= kFewestPrefillPoints) return curve;
  return std::unexpected(failure("the prefill engine can be evaluated at " + std::to_string(curve.isl.size()) +
                                     " prompt lengths, a planner needs 4" + reason_of(last_error),
                                 "a larger prefill granularity gives more points"));
}

/// Tokens that the KV caches of all attention replicas hold.
std::int64_t kv_tokens(const Engine& engine, int batch, const Workload& load) {
  const auto point = engine.run_static(load, std::max(1, batch), StaticMode::kGeneration);
  const int tokens = load.isl + load.osl;
  const double bytes = engine.kv_bytes_per_seq(tokens);
  if (!point || !(bytes > 0)) return 0;
  const double sequences = point->kv_budget_gib * kBytesPerGib / bytes;
  return sequences > 0 ? static_cast<std::int64_t>(sequences * tokens) * engine.parallel().dp : 0;
}

/// Appends one context length; false when the caches have no room for it.
bool sweep_context_length(const Engine& engine, int isl, int granularity, DecodeCurve& curve, std::string& last_error) {
  const int dp = engine.parallel().dp;
  const std::int64_t capacity = curve.max_kv_tokens / (isl + curves::kDecodeOsl);
  const auto loads = curves::concurrency_grid(dp, capacity, granularity);
  const double context = isl + curves::kDecodeOsl / 2;
  for (const std::int64_t requests : loads) {
    const auto point = engine.run_static(load_of(isl, curves::kDecodeOsl), static_cast<int>(requests / dp), StaticMode::kGeneration);
    if (!point) {
      last_error = point.error().message;
      continue;
    }
    const double itl = round3(point->tpot_ms);
    if (!(itl > 0)) continue;
    curve.kv_usage.push_back(context * static_cast<double>(requests) / static_cast<double>(curve.max_kv_tokens));
    curve.context_length.push_back(context);
    curve.itl_ms.push_back(itl);
    curve.tokens_per_s_gpu.push_back(
        round3(static_cast<double>(requests) * engine.parallel().pp * 1000.0 / itl / engine.parallel().gpus()));
  }
  return !loads.empty();
}

/// A planner interpolates over a plane: points of one context length, or of one load only, span none.
bool spans_a_plane(const DecodeCurve& curve) {
  const std::set<double> contexts(curve.context_length.begin(), curve.context_length.end());
  return contexts.size() > 1 && curve.context_length.size() > contexts.size();
}

std::expected<DecodeCurve, Diagnostics> sweep_decode(const Engine& engine, std::int64_t max_kv_tokens, int context,
                                                     int granularity) {
  DecodeCurve curve;
  curve.max_kv_tokens = max_kv_tokens;
  std::string last_error;
  // A cache smaller than the longest context is swept as far as it reaches.
  const auto reach = std::min<std::int64_t>(context, max_kv_tokens / engine.parallel().dp);
  for (const int isl : curves::decode_grid(static_cast<int>(reach), granularity)) {
    if (!sweep_context_length(engine, isl, granularity, curve, last_error)) break;
  }
  if (spans_a_plane(curve)) return curve;
  return std::unexpected(failure("the decode engine holds " + std::to_string(max_kv_tokens) +
                                     " tokens in its KV cache, too few for a planner to interpolate between loads and context "
                                     "lengths" + reason_of(last_error),
                                 "GPUs with more memory, more of them per engine or a quantised checkpoint leave more"));
}

Diagnostics cannot_build(std::string_view role, const perf::Error& error) {
  return failure("the " + std::string(role) + " engine cannot be evaluated: " + error.message,
                 "`kubectl dynamo tables list` shows what was measured");
}

}  // namespace

std::expected<Curves, Diagnostics> sweep_curves(const ValidatedRequest& request, const Estimate& unit,
                                                const TableStore& tables, const CurveOptions& options) {
  if (unit.mode != ServingMode::kDisaggregated) {
    return std::unexpected(failure("an aggregated engine has no curves of prefill and decode alone",
                                   "another backend, more GPUs or relaxed targets may leave a layout with prefill and decode apart"));
  }
  const search::Scenario scenario = scenario_of(request, options);
  const auto prefill = search::worker_engine(unit.prefill, {.prefill = true, .decode = false}, scenario, tables);
  if (!prefill) return std::unexpected(cannot_build("prefill", prefill.error()));
  const auto decode = search::worker_engine(unit.decode, {}, scenario, tables);
  if (!decode) return std::unexpected(cannot_build("decode", decode.error()));

  const int context = curves::sweep_context(request.isl, request.osl);
  auto prefill_curve = sweep_prefill(*prefill, context, options.prefill_points);
  if (!prefill_curve) return std::unexpected(std::move(prefill_curve.error()));
  const std::int64_t capacity =
      kv_tokens(*decode, unit.decode.batch, load_of(static_cast<int>(request.isl), static_cast<int>(request.osl)));
  auto decode_curve = sweep_decode(*decode, capacity, context, options.decode_points);
  if (!decode_curve) return std::unexpected(std::move(decode_curve.error()));
  return Curves{std::move(*prefill_curve), std::move(*decode_curve)};
}

}  // namespace dynamo
