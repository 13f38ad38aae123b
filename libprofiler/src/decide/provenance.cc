#include "decide/provenance.h"

#include <algorithm>

#include "facts/efficiency.h"
#include "tables/pack.h"

namespace dynamo::decision {

namespace {

/// Kernels that are usually measured may be estimated for so much of the time before a pick no longer counts as measured.
constexpr double kMeasuredTolerance = 0.01;

/// Operator time by origin.
struct Origins {
  double looked_up = 0, interpolated = 0, extrapolated = 0, modelled = 0, estimated = 0;

  [[nodiscard]] double total() const { return looked_up + interpolated + extrapolated + modelled; }
};

void add(Origins& sum, const std::vector<perf::OperatorTime>& times) {
  for (const perf::OperatorTime& time : times) {
    sum.looked_up += time.looked_up_ms;
    sum.interpolated += time.interpolated_ms;
    sum.extrapolated += time.extrapolated_ms;
    sum.modelled += time.modelled_ms;
    sum.estimated += time.unmeasured_ms;
  }
}

/// Times of a pick by kind of pass, and how often each runs for one answer.
struct Passes {
  Origins prefill, decode;   ///< aggregated: mixed steps and steps that only decode
  double prefill_runs = 1, decode_runs = 1;
};

Passes passes_of(const Estimate& unit, const search::UnitEngines& engines, const search::Scenario& scenario) {
  Passes passes;
  const perf::Workload load{.isl = scenario.isl, .osl = scenario.osl, .prefix = scenario.prefix, .kv_fraction = {},
                            .max_seq_len = {}};
  const auto& decode = engines.decode;
  if (!decode.has_value()) return passes;
  if (unit.mode == ServingMode::kAggregated) {
    add(passes.prefill, decode->mix_times(load, unit.decode.batch, unit.ctx_tokens));
    add(passes.decode, decode->genonly_times(load, unit.decode.batch, unit.ctx_tokens));
    if (const auto point = decode->run_aggregated(load, unit.decode.batch, unit.ctx_tokens); point.has_value()) {
      passes.prefill_runs = point->num_mix_steps;
      passes.decode_runs = point->num_genonly_steps;
    }
    return passes;
  }
  add(passes.decode, decode->generation_times(load, unit.decode.batch));
  if (const auto& prefill = engines.prefill; prefill && prefill->has_value()) {
    add(passes.prefill, (*prefill)->context_times(load, unit.prefill.batch));
  }
  return passes;
}

/// The published band of passes that are modelled throughout, narrowed to the share that was estimated.
Band band_of(std::string_view step, const Origins& pass) {
  const auto row = std::ranges::find(facts::kModelledBandRows, step, &facts::ModelledBandRow::step);
  if (row == facts::kModelledBandRows.end() || !(pass.total() > 0)) return {};
  const double share = pass.estimated / pass.total();
  return {1 + share * (row->low - 1), 1 + share * (row->high - 1)};
}

Band weighted(const Band& a, double weight_a, const Band& b, double weight_b) {
  const double sum = weight_a + weight_b;
  if (!(sum > 0)) return a;
  return {(a.low * weight_a + b.low * weight_b) / sum, (a.high * weight_a + b.high * weight_b) / sum};
}

/// Rates are limited by whichever worker is slower, so the worse of both bounds holds.
ErrorBand error_band_of(const Passes& passes, ServingMode mode) {
  const Band prefill = band_of("prefill", passes.prefill);
  const Band decode = band_of("decode", passes.decode);
  if (mode == ServingMode::kDisaggregated) {
    return {prefill, decode, {1 / std::max(prefill.high, decode.high), 1 / std::min(prefill.low, decode.low)}};
  }
  const Band steps = weighted(prefill, passes.prefill.total() * passes.prefill_runs, decode, passes.decode.total() * passes.decode_runs);
  return {prefill, steps, {1 / steps.high, 1 / steps.low}};
}

void append(std::vector<SuspectKernel>& to, std::string_view pass, const std::vector<perf::Suspect>& found) {
  for (const perf::Suspect& suspect : found) {
    to.push_back({std::string(pass), suspect.kernel, suspect.neighbours ? "neighbours" : "roofline", suspect.factor,
                  suspect.excess_share});
  }
}

std::vector<SuspectKernel> suspects_of(const Estimate& unit, const search::Scenario& scenario, const TableStore& tables) {
  std::vector<SuspectKernel> suspects;
  const perf::Workload load{.isl = scenario.isl, .osl = scenario.osl, .prefix = scenario.prefix, .kv_fraction = {},
                            .max_seq_len = {}};
  const bool aggregated = unit.mode == ServingMode::kAggregated;
  if (!aggregated) {
    const auto prefill = search::worker_watch(unit.prefill, {.prefill = true, .decode = false}, scenario, tables);
    if (prefill.has_value()) append(suspects, "prefill", prefill->in_prefill(load, unit.prefill.batch));
  }
  const auto decode = search::worker_watch(unit.decode, {}, scenario, tables);
  if (!decode.has_value()) return suspects;
  if (aggregated) append(suspects, "prefill", decode->in_mixed_step(load, unit.decode.batch, unit.ctx_tokens));
  append(suspects, "decode", decode->in_decode(load, unit.decode.batch));
  return suspects;
}

std::string tables_of(const Estimate& unit, const TableStore& tables) {
  const std::string backend(name_of(unit.decode.backend));
  const auto pack = tables.open(unit.decode.system, unit.decode.backend);
  if (!pack.has_value() || *pack == nullptr) return "no tables of " + unit.decode.system + " with " + backend;
  return (*pack)->release() + ", " + backend + " " + unit.decode.version;
}

}  // namespace

Provenance provenance_of(const Estimate& unit, const search::UnitEngines& engines, const search::Scenario& scenario,
                         const TableStore& tables) {
  const Passes passes = passes_of(unit, engines, scenario);
  Origins sum = passes.prefill;
  for (double Origins::*part : {&Origins::looked_up, &Origins::interpolated, &Origins::extrapolated, &Origins::modelled,
                                &Origins::estimated}) {
    sum.*part += passes.decode.*part;
  }
  const double total = sum.total() > 0 ? sum.total() : 1;
  Provenance out;
  out.looked_up = sum.looked_up / total;
  out.interpolated = sum.interpolated / total;
  out.extrapolated = sum.extrapolated / total;
  out.modelled = sum.modelled / total;
  out.estimated = sum.estimated / total;
  const bool roofline = scenario.database == DatabaseMode::kSol;
  out.tier = roofline || sum.estimated / total >= kMeasuredTolerance ? kTierModelled : kTierMeasured;
  out.tables = tables_of(unit, tables);
  out.suspects = suspects_of(unit, scenario, tables);
  // The band was measured for the modelled tier; a roofline without losses is a bound, not an estimate.
  if (!roofline && sum.estimated > 0) out.band = error_band_of(passes, unit.mode);
  return out;
}

}  // namespace dynamo::decision
