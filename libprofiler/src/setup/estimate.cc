#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "decide/provenance.h"
#include "dynamo/profiler/setup.h"
#include "pick/pickers.h"
#include "search/compose.h"
#include "search/explicit.h"
#include "search/layouts.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

search::Scenario scenario_of(const ValidatedRequest& request, const Setup& setup, const ProfileOptions& options) {
  search::Scenario s;
  s.model = &request.model;
  s.system = request.system;
  s.backend = request.backends.front();
  s.version = request.perf_version;
  s.database = options.database;
  s.quant.kv = setup.kv_cache;
  s.quant.gemm = setup.weights;
  s.isl = static_cast<int>(request.isl);
  s.osl = static_cast<int>(request.osl);
  s.total_gpus = gpus_of(setup);
  s.context_parallel = false;
  return s;
}

Diagnostics problem(DiagnosticCode code, std::string rule, const std::string& role, std::string reason, std::string hint = {}) {
  return one_error(code, std::move(rule), "the " + role + " worker " + std::move(reason), std::move(hint));
}

/// Expert sizes that were left open follow from the width, as the backend would set them.
Parallelism settled(Parallelism p, const ModelSpec& model) {
  if (!model.states_expert_layout()) {
    p.moe_tp = p.moe_ep = 1;
    return p;
  }
  const int width = p.tp * p.dp * p.cp;
  if (p.moe_tp == 0 && p.moe_ep == 0) p.moe_ep = p.dp > 1 ? width : 1;
  if (p.moe_ep == 0) p.moe_ep = std::max(1, width / p.moe_tp);
  if (p.moe_tp == 0) p.moe_tp = std::max(1, width / p.moe_ep);
  return p;
}

std::string sizes_text(const Parallelism& p) {
  return "tp " + std::to_string(p.tp) + " x dp " + std::to_string(p.dp) + " and moe-tp " + std::to_string(p.moe_tp) + " x moe-ep " +
         std::to_string(p.moe_ep);
}

std::optional<Diagnostics> layout_mistake(const Parallelism& p, const ModelSpec& model, Backend backend, const std::string& role) {
  if (model.states_expert_layout() && p.tp * p.dp * p.cp != p.moe_tp * p.moe_ep) {
    return problem(DiagnosticCode::kInvalid, "setup.experts", role, "has " + sizes_text(p) + ", which must be equal",
                   "experts and attention share the same GPUs of a worker");
  }
  if (!model.is_moe() && p.dp > 1) {
    return problem(DiagnosticCode::kInvalid, "setup.replicas", role, "has attention replicas (dp), which only a model with experts shares",
                   "use more workers instead");
  }
  if (std::string why = search::layout_problem(p, backend); !why.empty()) {
    return problem(DiagnosticCode::kUnsupported, "setup.layout", role, "cannot be started: " + why);
  }
  return std::nullopt;
}

Diagnostics not_estimated(const perf::Error& error, const std::string& role) {
  const bool data = error.kind == perf::ErrorKind::kMissingData || error.kind == perf::ErrorKind::kNoTables;
  return problem(DiagnosticCode::kUnsupported, data ? "setup.data" : "setup.build", role, "cannot be predicted: " + error.message,
                 data ? "--database-mode auto also answers where nothing was measured" : "");
}

std::string gib(double value) { return fixed(value, 1) + " GiB"; }

Diagnostics does_not_fit(const search::DropLog::Break& broken, const Parallelism& p, int batch, bool moe, const std::string& role) {
  const bool kv = broken.reason == DropReason::kKvCache;
  return problem(DiagnosticCode::kUnsupported, "setup.fit", role,
                 "does not fit: " + p.label(moe) + " at batch " + std::to_string(batch) + " needs " + gib(broken.value) +
                     (kv ? " of KV cache" : "") + " per GPU and has " + gib(broken.limit),
                 "smaller batch, shorter sequences, more GPUs a worker, or GPUs with more memory");
}

/// The batch that was asked for, or the largest that fits. `try_batch` answers one batch.
template <typename Answer>
std::expected<Answer, Diagnostics> at_batch(const WorkerSetup& worker, const Parallelism& layout, bool moe, const std::string& role,
                                            const std::function<perf::Result<Answer>(int)>& try_batch) {
  constexpr int kMostSequences = 512;
  std::vector<int> batches;
  for (int batch = kMostSequences; batch > 1; batch = batch * 3 / 4) batches.push_back(batch);
  batches.push_back(1);
  if (worker.batch) batches = {*worker.batch};
  Diagnostics last;
  for (const int batch : batches) {
    auto answer = try_batch(batch);
    if (!answer) return std::unexpected(not_estimated(answer.error(), role));
    if (!answer->does_not_fit) return std::move(*answer);
    last = does_not_fit(*answer->does_not_fit, layout, batch, moe, role);
  }
  return std::unexpected(std::move(last));
}

/// An engine's token limit holds the decoding sequences too, and is rounded up to blocks.
int prefill_tokens(const WorkerSetup& worker, int batch, int isl) {
  constexpr int kLargestBlock = 64;
  if (worker.step_tokens) return *worker.step_tokens;
  if (!worker.token_limit) return isl;
  const int room = std::max(1, *worker.token_limit - batch);
  for (const int planned : search::context_budgets(isl, false)) {
    if (planned <= room && room - planned < kLargestBlock) return planned;
  }
  return room;
}

struct Evaluator {
  const ValidatedRequest& request;
  const Setup& setup;
  const TableStore& tables;
  search::Scenario scenario;

  [[nodiscard]] bool moe() const { return request.model.is_moe(); }

  std::expected<search::Session, Diagnostics> open(perf::Role role, const std::string& name, const Parallelism& layout) const {
    if (auto mistake = layout_mistake(layout, request.model, scenario.backend, name)) return std::unexpected(std::move(*mistake));
    auto session = search::open_session(scenario, tables, role);
    if (!session) return std::unexpected(not_estimated(session.error(), name));
    return std::move(*session);
  }

  std::expected<Estimate, Diagnostics> aggregated() {
    const Parallelism layout = settled(setup.decode.parallel, request.model);
    scenario.kv_fraction = setup.decode.memory_fraction;
    const auto session = open(perf::Role::kAggregated, "aggregated", layout);
    if (!session) return std::unexpected(session.error());
    auto answer = at_batch<search::AggregatedAnswer>(setup.decode, layout, moe(), "aggregated", [&](int batch) {
      return search::evaluate_aggregated(scenario, *session, layout, batch, prefill_tokens(setup.decode, batch, scenario.isl));
    });
    if (!answer) return std::unexpected(answer.error());
    return answer->row;
  }

  std::expected<search::RoleRow, Diagnostics> role(const WorkerSetup& worker, perf::Role role, const std::string& name) {
    const Parallelism layout = settled(worker.parallel, request.model);
    scenario.kv_fraction = worker.memory_fraction;
    const auto session = open(role, name, layout);
    if (!session) return std::unexpected(session.error());
    auto answer = at_batch<search::RoleAnswer>(worker, layout, moe(), name, [&](int batch) {
      return search::evaluate_role(scenario, *session, layout, batch);
    });
    if (!answer) return std::unexpected(answer.error());
    return answer->row;
  }

  std::expected<Estimate, Diagnostics> disaggregated(int units) {
    WorkerSetup prefill_setup = *setup.prefill;
    if (!prefill_setup.batch) prefill_setup.batch = 1;   // one prompt at a time, as a search does
    auto prefill = role(prefill_setup, perf::Role::kPrefill, "prefill");
    auto decode = role(setup.decode, perf::Role::kDecode, "decode");
    if (!prefill || !decode) {
      Diagnostics problems = prefill ? Diagnostics() : prefill.error();
      if (!decode) problems.append(decode.error());
      return std::unexpected(std::move(problems));
    }
    return search::compose_unit(*prefill, setup.prefill->workers / units, *decode, setup.decode.workers / units, scenario.osl);
  }
};

}  // namespace

int gpus_of(const Setup& setup) {
  const int decode = setup.decode.parallel.gpus() * setup.decode.workers;
  return decode + (setup.prefill ? setup.prefill->parallel.gpus() * setup.prefill->workers : 0);
}

std::expected<PickReport, Diagnostics> estimate_setup(const ValidatedRequest& request, const Setup& setup, const TableStore& tables,
                                                      const ProfileOptions& options) {
  Evaluator evaluator{request, setup, tables, scenario_of(request, setup, options)};
  const int units = setup.prefill ? std::gcd(setup.prefill->workers, setup.decode.workers) : setup.decode.workers;
  auto unit = setup.prefill ? evaluator.disaggregated(units) : evaluator.aggregated();
  if (!unit) return std::unexpected(std::move(unit.error()));
  const pick::Target target{.total_gpus = 0, .ttft_ms = request.ttft_ms, .tpot_ms = request.itl_ms,
                            .request_latency_ms = request.e2e_ms, .request_rate = {}, .concurrency = {}};
  PickReport report;
  Pick pick;
  pick.unit = std::move(*unit);
  pick.replicas = units;
  pick.gpus_used = pick.unit.gpus * units;
  pick.tokens_per_s_gpu_cluster = pick.unit.tokens_per_s_gpu;
  report.sla_met = pick::violation(pick.unit, target) == 0;
  report.provenance = decision::provenance_of(pick.unit, search::unit_engines(pick.unit, evaluator.scenario, tables), evaluator.scenario, tables);
  report.chosen = pick;
  report.ranked = {pick};
  (setup.prefill ? report.disaggregated : report.aggregated) = {pick};
  return report;
}

}  // namespace dynamo
