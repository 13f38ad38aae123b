#include <algorithm>
#include <cmath>

#include "cases/worker_case.h"
#include "decide/searches.h"
#include "dynamo/profiler/serving_limit.h"
#include "search/rounding.h"
#include "search/session.h"

namespace dynamo::cases {

namespace {

using search::round3;

struct PicksCase {
  std::string flow;
  ModelSpec model;
  decision::Plan plan;
};

std::vector<Backend> backends_of(Arguments& args) {
  const std::string name = args.text("backend", "trtllm");
  if (name == "auto") return {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};
  const auto backend = backend_from_name(name);
  if (!backend.has_value()) args.complain("backend must be trtllm, sglang, vllm or auto, not \"" + name + "\"");
  return {backend.value_or(Backend::kTrtllm)};
}

void read_target(Arguments& args, decision::Plan& plan) {
  search::Scenario& s = plan.scenario;
  s.ttft_ms = args.number("ttft", 2000);
  s.tpot_ms = args.number("tpot", 30);
  s.request_latency_ms = args.optional_number("request_latency");
  plan.target = {.total_gpus = s.total_gpus, .ttft_ms = s.ttft_ms, .tpot_ms = s.tpot_ms,
                 .request_latency_ms = s.request_latency_ms, .request_rate = args.optional_number("target_request_rate"),
                 .concurrency = args.optional_number("target_concurrency"), .top_n = 5, .reference_order = true};
  if (plan.target.request_rate && plan.target.concurrency) {
    args.complain("target_request_rate and target_concurrency cannot both be set");
  }
}

PicksCase read_case(Arguments& args, const CaseContext& context) {
  PicksCase c;
  c.flow = args.text("flow", "default");
  const bool sizing = c.flow == "recommend";
  if (auto model = args.model("model_path", context.models); model.has_value()) c.model = *model;
  search::Scenario& s = c.plan.scenario;
  s.system = args.required_system("system");
  s.decode_system = args.system("decode_system");
  for (const SystemSpec* system : {s.system, s.decode_system}) {
    if (system == nullptr) continue;
    if (const auto limit = serving_limit(c.model, *system)) args.complain("model_path: " + limit->reason);
  }
  c.plan.backends = backends_of(args);
  s.version = args.text("backend_version", "current");
  s.database = args.database_mode(sizing ? DatabaseMode::kHybrid : DatabaseMode::kSilicon);
  s.isl = args.integer("isl", 4000, 1);
  s.osl = args.integer("osl", 1000, 1);
  s.prefix = args.integer("prefix", 0, 0);
  if (!sizing) s.total_gpus = args.integer("total_gpus", 8, 1);
  s.nextn = args.integer("nextn", 0, 0);
  s.nextn_accepted = args.number("nextn_accepted", 0);
  s.kv_fraction = args.optional_number("free_gpu_memory_fraction");
  s.max_seq_len = args.optional_integer("max_seq_len", 1);
  s.chunked_prefill = args.flag("enable_chunked_prefill", false);
  read_target(args, c.plan);
  if (args.flag("strict_sla", false)) c.plan.target.reference_order = false;
  if (c.flow != "default" && c.flow != "load_match" && c.flow != "autoscale" && !sizing) {
    args.complain("flow must be default, load_match, autoscale or recommend, not \"" + c.flow + "\"");
  }
  if (sizing && !c.plan.target.request_rate && !c.plan.target.concurrency) {
    args.complain("flow recommend needs target_request_rate or target_concurrency");
  }
  return c;
}

void set_worker(Value& row, const std::string& p, const WorkerEstimate& w, bool with_cp) {
  row.set(p + "tp", w.parallel.tp);
  row.set(p + "pp", w.parallel.pp);
  row.set(p + "dp", w.parallel.dp);
  row.set(p + "moe_tp", w.parallel.moe_tp);
  row.set(p + "moe_ep", w.parallel.moe_ep);
  if (with_cp) row.set(p + "cp", w.parallel.cp);
  std::string label = "tp" + std::to_string(w.parallel.tp) + "pp" + std::to_string(w.parallel.pp) + "dp" +
                      std::to_string(w.parallel.dp) + "etp" + std::to_string(w.parallel.moe_tp) + "ep" +
                      std::to_string(w.parallel.moe_ep);
  if (w.parallel.cp > 1) label += "cp" + std::to_string(w.parallel.cp);
  row.set(p + "parallel", label);
  set_formats(row, p, w.quant);
  row.set(p + "memory", round3(w.memory_gib));
}

void set_identity(Value& row, const std::string& p, const WorkerEstimate& w) {
  row.set(p + "backend", std::string(name_of(w.backend)));
  row.set(p + "version", w.version);
  row.set(p + "system", w.system);
}

void set_rates(Value& row, const Estimate& u) {
  row.set("ttft", round3(u.ttft_ms));
  row.set("tpot", round3(u.tpot_ms));
  row.set("request_latency", round3(u.request_latency_ms));
  row.set("encoder_latency", 0);
  row.set("seq/s", round3(u.seq_per_s));
  row.set("seq/s/gpu", round3(u.seq_per_s / u.gpus));
  row.set("tokens/s", round3(u.tokens_per_s));
  row.set("tokens/s/gpu", round3(u.tokens_per_s_gpu));
  row.set("tokens/s/user", round3(u.tokens_per_s_user));
}

void set_batches(Value& row, const std::string& p, const WorkerEstimate& w, int workers) {
  row.set(p + "bs", w.batch);
  row.set(p + "global_bs", w.batch * w.parallel.dp);
  if (workers > 0) row.set(p + "workers", workers);
}

Value row_of(const Pick& pick, bool load) {
  const Estimate& u = pick.unit;
  Value row{Object{}};
  row.set("concurrency", u.concurrency);
  if (u.mode == ServingMode::kAggregated) {
    set_batches(row, "", u.decode, 0);
    set_rates(row, u);
    row.set("num_total_gpus", u.gpus);
    set_worker(row, "", u.decode, true);
    row.set("balance_score", round3(u.balance_score));
    row.set("num_ctx_reqs", u.num_ctx_reqs);
    row.set("num_gen_reqs", u.num_gen_reqs);
    row.set("num_tokens", u.num_tokens);
    row.set("ctx_tokens", u.ctx_tokens);
    row.set("gen_tokens", u.gen_tokens);
    set_identity(row, "", u.decode);
  } else {
    set_batches(row, "(p)", u.prefill, u.prefill_workers);
    set_batches(row, "(d)", u.decode, u.decode_workers);
    set_rates(row, u);
    row.set("(p)seq/s/worker", u.prefill.seq_per_s);
    row.set("(d)seq/s/worker", u.decode.seq_per_s);
    row.set("num_total_gpus", u.gpus);
    set_worker(row, "(p)", u.prefill, true);
    set_identity(row, "(p)", u.prefill);
    set_worker(row, "(d)", u.decode, false);
    set_identity(row, "(d)", u.decode);
  }
  row.set("tokens/s/gpu_cluster", pick.tokens_per_s_gpu_cluster);
  if (load) {
    row.set("replicas_needed", pick.replicas);
    row.set("total_gpus_needed", pick.gpus_used);
    if (pick.load_served_percent < 100) row.set("load_served_pct", std::nearbyint(pick.load_served_percent * 10) / 10);
  }
  return row;
}

Value rows_of(const std::vector<Pick>& picks, bool load) {
  Value rows{Array{}};
  for (const Pick& pick : picks) rows.push(row_of(pick, load));
  return rows;
}

std::string failures_of(const std::vector<decision::Searched>& searches) {
  std::string text;
  for (const auto& s : searches) {
    if (!s.outcome.summary.error.empty()) text += (text.empty() ? "" : "; ") + s.outcome.summary.error;
  }
  if (!text.empty()) return text;
  const bool full = std::ranges::any_of(searches, [](const auto& s) { return s.outcome.memory_bound; });
  return full ? "no layout fits into the memory of its GPUs" : "no layout met the targets";
}

Answer answer_autoscale(const PicksCase& c, const CaseContext& context) {
  // The reference passes the widest ITL of its ladder to this flow instead of the target.
  constexpr double kReferenceTpotMs = 295;
  pick::Target target = c.plan.target;
  target.tpot_ms = kReferenceTpotMs;
  // This flow alone tells a format without kernels from a search without a result.
  for (const perf::Role role : {perf::Role::kPrefill, perf::Role::kDecode}) {
    const auto session = search::open_session(c.plan.scenario, context.tables, role);
    const bool unserved = !session && session.error().kind == perf::ErrorKind::kUnsupportedQuant;
    if (unserved) return std::unexpected(case_error(session.error()));
  }
  const search::RoleOutcome roles = search::search_roles(c.plan.scenario, context.tables);
  const pick::Ranking ranking = pick::pick_autoscale(roles.prefill, roles.decode, target, c.plan.scenario.osl);
  if (ranking.picks.empty()) {
    return std::unexpected(CaseError{"no_result", roles.summary.error.empty() ? "no engine fits" : roles.summary.error});
  }
  Value out{Object{}};
  out.set("chosen", "disagg");
  Value best{Object{}};
  best.set("disagg", rows_of(ranking.picks, false));
  out.set("best", std::move(best));
  return out;
}

Answer answer_search(const PicksCase& c, const CaseContext& context) {
  const bool load = c.plan.target.request_rate || c.plan.target.concurrency;
  const auto searches = c.flow == "recommend" ? decision::run_sizing(c.plan, context.tables)
                                              : decision::run_searches(c.plan, context.tables);
  Value throughputs{Object{}};
  Value best{Object{}};
  Value candidates{Object{}};
  std::string chosen;
  double chosen_throughput = -1;
  for (const ServingMode mode : {ServingMode::kAggregated, ServingMode::kDisaggregated}) {
    const pick::Ranking ranking = decision::merged(searches, mode, c.plan.target);
    if (ranking.picks.empty()) continue;
    const std::string name = mode == ServingMode::kAggregated ? "agg" : "disagg";
    throughputs.set(name, ranking.best_throughput);
    best.set(name, rows_of(ranking.picks, load));
    if (ranking.best_throughput > chosen_throughput) {
      chosen = name;
      chosen_throughput = ranking.best_throughput;
    }
  }
  for (const auto& s : searches) {
    const std::string name = (s.mode == ServingMode::kAggregated ? "agg_" : "disagg_") + std::string(name_of(s.backend));
    if (!s.outcome.rows.empty()) candidates.set(name, static_cast<std::int64_t>(s.outcome.rows.size()));
  }
  if (chosen.empty()) return std::unexpected(CaseError{"no_result", failures_of(searches)});
  Value out{Object{}};
  out.set("chosen", chosen);
  out.set("best_throughputs", std::move(throughputs));
  out.set("best", std::move(best));
  out.set("candidates", std::move(candidates));
  return out;
}

}  // namespace

Answer answer_picks(const Value& in, const CaseContext& context) {
  Arguments args(in);
  PicksCase c = read_case(args, context);
  if (auto problems = args.problems()) return std::unexpected(*problems);
  c.plan.scenario.model = &c.model;
  c.plan.scenario.backend = c.plan.backends.front();
  return c.flow == "autoscale" ? answer_autoscale(c, context) : answer_search(c, context);
}

}  // namespace dynamo::cases
