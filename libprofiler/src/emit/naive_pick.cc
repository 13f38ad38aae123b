#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "dynamo/profiler/emit.h"
#include "emit/engine_limits.h"
#include "emit/weights.h"

namespace dynamo {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
/// The guide's rule of thumb: weights plus half of that again for KV cache and activations.
constexpr double kHeadroom = 1.5;
constexpr int kMaxBatch = 128;
constexpr int kMinStepTokens = 2048, kMaxStepTokens = 8192;  ///< chunk sizes engines choose by themselves

/// What is known before a layout is chosen.
struct Fit {
  const ValidatedRequest& request;
  Backend backend;
  QuantModes quant;
  double weights = 0;  ///< bytes of the whole model

  [[nodiscard]] double sequence_tokens() const { return static_cast<double>(request.isl + request.osl); }
};

WorkerEstimate engine_of(const Fit& fit, const Parallelism& parallel) {
  WorkerEstimate engine;
  engine.parallel = parallel;
  engine.quant = fit.quant;
  engine.backend = fit.backend;
  engine.system = fit.request.system ? fit.request.system->name : std::string();
  return engine;
}

double communication_bytes(const SystemSpec* system, int gpus) {
  if (!system)
    return 0;
  return system->nccl_mem_bytes[gpus >= 8 ? 3 : gpus >= 4 ? 2 : gpus >= 2 ? 1 : 0];
}

/// Bytes that weights, runtime and communication leave for the KV cache of one GPU; negative = does not fit.
double kv_room(const Fit& fit, const Parallelism& p) {
  const SystemSpec* system = fit.request.system;
  const double other = system ? system->other_mem_bytes : 0;
  const double fraction =
      emit::modelled_memory_fraction(engine_of(fit, p), emit::Role::kAggregated, fit.request.vram_bytes);
  return fit.request.vram_bytes * fraction - fit.weights / p.gpus() - other - communication_bytes(system, p.gpus());
}

int batch_in(const Fit& fit, const Parallelism& p) {
  const double per_sequence =
      emit::kv_bytes_per_token(fit.request.model, fit.quant, p.tp, p.pp) * fit.sequence_tokens();
  if (per_sequence <= 0)
    return kMaxBatch;
  return static_cast<int>(std::clamp(std::floor(kv_room(fit, p) / per_sequence), 0.0, double{kMaxBatch}));
}

bool divides(const ModelSpec& model, int tp) {
  if (model.heads % tp != 0)
    return false;
  if (!model.is_moe())
    return model.intermediate % tp == 0;
  return model.experts % tp == 0 || model.moe_intermediate % tp == 0;
}

Parallelism layout(const ModelSpec& model, int tp, int pp) {
  Parallelism p;
  p.tp = tp;
  p.pp = pp;
  if (model.is_moe() && model.experts % tp == 0)
    p.moe_ep = tp;
  else
    p.moe_tp = tp;
  return p;
}

/// Layouts worth trying, fewest GPUs first: powers of two within a node, then whole nodes chained by layers.
std::vector<Parallelism> candidates(const Fit& fit) {
  const auto& request = fit.request;
  const int in_node = std::min(request.gpus_per_node, request.total_gpus);
  std::vector<Parallelism> all;
  int widest = 0;
  for (int tp = 1; tp <= in_node; tp *= 2) {
    if (!divides(request.model, tp))
      continue;
    all.push_back(layout(request.model, tp, 1));
    widest = tp;
  }
  if (widest != request.gpus_per_node)
    return all;
  for (int pp = 2; pp * widest <= request.total_gpus && pp <= request.model.layers; ++pp) {
    all.push_back(layout(request.model, widest, pp));
  }
  return all;
}

/// The first layout with the guide's headroom; failing that, the last one that can serve at least one request.
std::optional<Parallelism> smallest_fit(const Fit& fit) {
  std::optional<Parallelism> tight;
  for (const auto& p : candidates(fit)) {
    if (batch_in(fit, p) < 1)
      continue;
    if (kHeadroom * fit.weights <= p.gpus() * fit.request.vram_bytes)
      return p;
    tight = p;
  }
  return tight;
}

std::string gib_text(double bytes) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bytes / kGib, std::chars_format::fixed, 1).ptr;
  return std::string(text.data(), end) + " GiB";
}

Diagnostics does_not_fit(const Fit& fit) {
  const auto& request = fit.request;
  const auto all = candidates(fit);
  const int gpus = all.empty() ? 0 : all.back().gpus();
  const Parallelism widest = all.empty() ? Parallelism{} : all.back();
  const double kv =
      emit::kv_bytes_per_token(request.model, fit.quant, widest.tp, widest.pp) * fit.sequence_tokens() * gpus;
  Diagnostic problem;
  problem.code = DiagnosticCode::kUnsupported;
  problem.rule = "naive.does_not_fit";
  problem.path = "spec.hardware.totalGpus";
  problem.bad_value = std::to_string(request.total_gpus);
  problem.reason = "weights take " + gib_text(fit.weights) + ", a request " + gib_text(kv) + "; the largest worker, " +
                   std::to_string(gpus) + " x " + gib_text(request.vram_bytes) + ", holds " +
                   gib_text(std::max(0.0, gpus * (kv_room(fit, widest) + fit.weights / std::max(1, gpus))));
  const double per_gpu = kv_room(fit, widest) + fit.weights / std::max(1, gpus);
  if (per_gpu > 0) {
    problem.hint = "at least " + std::to_string(static_cast<int>(std::ceil((fit.weights + kv) / per_gpu))) +
                   " such GPUs, GPUs with more memory, or a quantised checkpoint";
  } else {
    problem.hint = "use GPUs with more memory";
  }
  Diagnostics problems;
  problems.add(std::move(problem));
  return problems;
}

MemoryBreakdown memory_of(const Fit& fit, const Parallelism& p, int batch) {
  MemoryBreakdown memory;
  memory.weights_gib = fit.weights / p.gpus() / kGib;
  memory.kv_cache_gib =
      emit::kv_bytes_per_token(fit.request.model, fit.quant, p.tp, p.pp) * fit.sequence_tokens() * batch / kGib;
  memory.nccl_gib = communication_bytes(fit.request.system, p.gpus()) / kGib;
  memory.others_gib = fit.request.system ? fit.request.system->other_mem_bytes / kGib : 0;
  return memory;
}

Estimate unit_of(const Fit& fit, const Parallelism& p) {
  Estimate unit;
  unit.mode = ServingMode::kAggregated;
  unit.decode = engine_of(fit, p);
  unit.decode.batch = batch_in(fit, p);
  unit.decode.memory = memory_of(fit, p, unit.decode.batch);
  unit.decode.memory_gib = unit.decode.memory.total_gib();
  unit.decode_workers = 1;
  unit.gpus = p.gpus();
  unit.concurrency = unit.decode.batch;
  unit.ctx_tokens = std::clamp(static_cast<int>(fit.request.isl), kMinStepTokens, kMaxStepTokens);
  return unit;
}

PickReport report_of(const ValidatedRequest& request, Estimate unit) {
  Pick pick;
  pick.replicas = request.picking == PickingMode::kAutoscale ? 1 : std::max(1, request.total_gpus / unit.gpus);
  pick.gpus_used = pick.replicas * unit.gpus;
  pick.unit = std::move(unit);
  PickReport report;
  report.mode = request.picking;
  report.chosen = pick;
  report.ranked = {pick};
  report.aggregated = {pick};
  report.sla_met = false;  // nothing was predicted, so nothing is promised
  report.provenance.modelled = 1;
  report.provenance.tier = "unverified";
  report.naive = true;
  return report;
}

}  // namespace

std::expected<PickReport, Diagnostics> naive_pick(const ValidatedRequest& request) {
  const auto quant = infer_quant(request.model);
  if (!quant)
    return std::unexpected(quant.error());
  Fit fit{request, request.backends.size() == 1 ? request.backends.front() : Backend::kVllm, *quant};
  fit.weights = emit::weight_bytes(request.model, *quant);
  const auto parallel = smallest_fit(fit);
  if (!parallel)
    return std::unexpected(does_not_fit(fit));
  return report_of(request, unit_of(fit, *parallel));
}

}  // namespace dynamo
