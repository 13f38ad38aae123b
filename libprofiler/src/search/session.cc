#include "search/session.h"

#include <algorithm>

#include "perf/large_ep/resolve.h"
#include "search/layouts.h"
#include "search/rounding.h"

namespace dynamo::search {

namespace {

/// A search serves gpt-oss on Blackwell with TensorRT-LLM in the faster of its two expert formats unless the caller fixed one.
perf::QuantOverrides formats_for(const Scenario& scenario, const SystemSpec& system) {
  constexpr int kFirstBlackwellCapability = 100;
  perf::QuantOverrides formats = scenario.quant;
  const bool gpt_oss = scenario.model->architecture == "GptOssForCausalLM";
  if (gpt_oss && !formats.moe && scenario.backend == Backend::kTrtllm && system.sm_version >= kFirstBlackwellCapability) {
    formats.moe = MoeQuant::kW4a8Mxfp4Mxfp8;
  }
  return formats;
}

/// The memory of every worker is sized by its prefill operators, so those are needed in all roles.
perf::PhaseNeeds needs_of(perf::Role role) { return {.prefill = true, .decode = role != perf::Role::kPrefill}; }

std::vector<int> powers_of_two(int last) {
  std::vector<int> powers;
  for (int power = 1; power <= last; power *= 2) powers.push_back(power);
  return powers;
}

/// A layout that exchanges tokens with all-to-all kernels where those were measured beyond one node.
bool has_exchange(const Session& session, const ModelSpec& model) {
  return std::ranges::any_of(session.layouts, [&](const Parallelism& layout) {
    const auto exchange = perf::resolve_exchange(session.database, model, session.quant.moe, layout, needs_of(session.role),
                                                 perf::ExchangePolicy::kWhereMeasured);
    return exchange.has_value() && exchange->any();
  });
}

const SystemSpec& system_of(const Scenario& scenario, perf::Role role) {
  return role == perf::Role::kDecode && scenario.decode_system != nullptr ? *scenario.decode_system : *scenario.system;
}

}  // namespace

perf::Result<Session> open_session(const Scenario& scenario, const TableStore& tables, perf::Role role) {
  const auto database =
      perf::Database::open(tables, system_of(scenario, role), scenario.backend, scenario.version, scenario.database);
  if (!database) return std::unexpected(database.error());
  return open_session(scenario, *database, role);
}

perf::Result<Session> open_session(const Scenario& scenario, const perf::Database& database, perf::Role role) {
  const SystemSpec& system = system_of(scenario, role);
  auto quant = database.resolve_quant(*scenario.model, role, formats_for(scenario, system));
  if (!quant) return std::unexpected(quant.error());
  if (auto supported = database.check_quant(*quant, *scenario.model, role); !supported) {
    return std::unexpected(supported.error());
  }
  auto lists = default_lists(*scenario.model, system, scenario.backend, role,
                             scenario.unit_gpus.value_or(scenario.total_gpus));
  if (!scenario.context_parallel) lists.cp = {1};
  if (!scenario.dense_attention_dp && !scenario.model->is_moe()) lists.dp = {1};
  const auto widths = perf::measured_wide_widths(database, *scenario.model, quant->moe, needs_of(role));
  widen(lists, scenario.backend, role, widths);
  if (scenario.unit_gpus) lists.gpus = powers_of_two(scenario.total_gpus);
  if (scenario.sizes != nullptr) restrict_to(*scenario.sizes, lists);
  auto layouts = enumerate_layouts(lists, scenario.model->states_expert_layout(), scenario.backend);
  Session session{database, &system, role, *quant, std::move(layouts)};
  session.wide_experts = !widths.empty() && has_exchange(session, *scenario.model);
  return session;
}

perf::Result<perf::Engine> build_engine(const Scenario& scenario, const Session& session, const Parallelism& layout,
                                        double accepted) {
  const auto exchange = perf::resolve_exchange(session.database, *scenario.model, session.quant.moe, layout,
                                               needs_of(session.role), perf::ExchangePolicy::kWhereMeasured);
  if (!exchange) return std::unexpected(exchange.error());
  const QuantModes quant = perf::formats_beside(*exchange, scenario.backend, *scenario.model,
                                                formats_for(scenario, *session.system), session.quant);
  return perf::Engine::build(session.database, *scenario.model, quant, layout, scenario.nextn, accepted, *exchange);
}

std::expected<std::vector<Limits>, std::string> limit_ladder(const Scenario& scenario) {
  if (!scenario.request_latency_ms) return tpot_ladder(scenario.ttft_ms);
  if (scenario.osl <= 1) return std::unexpected("an end-to-end target needs more than one output token");
  return request_latency_ladder(*scenario.request_latency_ms, scenario.ttft_ms, scenario.osl);
}

perf::Workload workload_of(const Scenario& scenario) {
  return {scenario.isl, scenario.osl, scenario.prefix, scenario.kv_fraction, scenario.max_seq_len};
}

double tokens_per_step(const Scenario& scenario) {
  return scenario.nextn > 0 && scenario.nextn_accepted > 0 ? 1.0 + scenario.nextn_accepted : 1.0;
}

SearchSummary summary_of(const Scenario& scenario, ServingMode mode) {
  SearchSummary summary;
  summary.mode = mode;
  summary.backend = scenario.backend;
  summary.version = scenario.version;
  return summary;
}

WorkerEstimate worker_of(const Session& session, const Parallelism& layout, int batch) {
  WorkerEstimate worker;
  worker.parallel = layout;
  worker.quant = session.quant;
  worker.backend = session.database.backend();
  worker.version = session.database.version();
  worker.system = session.system->name;
  worker.batch = batch;
  return worker;
}

std::optional<DropLog::Break> layout_break(const Scenario& scenario, const Parallelism& layout) {
  if (layout.gpus() > scenario.total_gpus) {
    return DropLog::Break{DropReason::kBudget, static_cast<double>(layout.gpus()),
                          static_cast<double>(scenario.total_gpus), {}};
  }
  if (auto problem = layout_problem(layout, scenario.backend); !problem.empty()) {
    return DropLog::Break{DropReason::kModel, 0, 0, std::move(problem)};
  }
  return std::nullopt;
}

}  // namespace dynamo::search
