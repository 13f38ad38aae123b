#include <array>
#include <vector>

#include "cases/worker_case.h"
#include "search/compose.h"
#include "search/factors.h"
#include "search/roles.h"
#include "search/rounding.h"

namespace dynamo::cases {

namespace {

/// One pool: its role, its layout and its operating point.
struct Pool {
  perf::Role role = perf::Role::kPrefill;
  Parallelism layout;
  int batch = 1;
  int workers = 1;
};

/// `c` gets what is said of this role alone.
Pool read_pool(Arguments& args, WorkerCase& c, const std::string& role) {
  Pool pool;
  pool.role = role == "prefill" ? perf::Role::kPrefill : perf::Role::kDecode;
  pool.layout = read_layout(args, c.model, role + "_");
  pool.batch = args.required_integer(role + "_batch_size", 1);
  pool.workers = args.required_integer(role + "_num_workers", 1);
  if (const auto own = args.optional_number(role + "_free_gpu_memory_fraction"); own.has_value()) c.load.kv_fraction = own;
  if (const auto own = args.optional_integer(role + "_max_seq_len", 1); own.has_value()) c.load.max_seq_len = own;
  return pool;
}

perf::Result<BuiltWorker> build_pool(const WorkerCase& c, const CaseContext& context, const Pool& pool) {
  const bool prefill = pool.role == perf::Role::kPrefill;
  return build_worker(c, context, pool.layout, pool.role, 0.0, perf::PhaseNeeds{.prefill = prefill, .decode = !prefill});
}

perf::Result<perf::StaticPoint> run_pool(const WorkerCase& c, const Pool& pool, const BuiltWorker& built) {
  const bool prefill = pool.role == perf::Role::kPrefill;
  return built.engine.run_static(c.load, pool.batch, prefill ? perf::StaticMode::kContext : perf::StaticMode::kGeneration,
                                 prefill ? search::kPrefillLatencyFactor : search::kDecodeLatencyFactor);
}

std::optional<CaseError> memory_error(const WorkerCase& c, const Pool& pool, const perf::StaticPoint& point) {
  if (!point.oom && !point.kv_oom) return std::nullopt;
  const char* role = pool.role == perf::Role::kPrefill ? "prefill" : "decode";
  return CaseError{"out_of_memory", "OOM: " + c.model.id + " does not fit the memory of " + c.system->name + " as " + role +
                                        " worker with layout " + pool.layout.label(c.model.is_moe())};
}

search::RoleRow row_of_pool(const WorkerCase& c, const Pool& pool, const BuiltWorker& built, const perf::StaticPoint& point) {
  const WorkerEstimate worker{.parallel = pool.layout, .quant = built.engine.quant(), .backend = c.backend,
                              .version = built.database.version(), .system = c.system->name, .batch = pool.batch, .memory = {}};
  return search::finish_row(worker, pool.role, point, 1.0 + c.nextn_accepted.value_or(0.0), c.load.osl);
}

struct RunPool {
  BuiltWorker built;
  search::RoleRow row;
};

/// Both pools, in the order in which the reference finds mistakes: layouts of both, data of both, memory of both.
std::expected<std::array<RunPool, 2>, CaseError> run_pools(const std::array<const WorkerCase*, 2>& cases,
                                                           const std::array<const Pool*, 2>& pools, const CaseContext& context) {
  std::vector<BuiltWorker> built;
  for (std::size_t i = 0; i < 2; ++i) {
    auto worker = build_pool(*cases[i], context, *pools[i]);
    if (!worker.has_value()) return std::unexpected(case_error(worker.error()));
    built.push_back(std::move(*worker));
  }
  std::array<perf::StaticPoint, 2> points;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto point = run_pool(*cases[i], *pools[i], built[i]);
    if (!point.has_value()) return std::unexpected(case_error(point.error()));
    points[i] = *point;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (auto error = memory_error(*cases[i], *pools[i], points[i])) return std::unexpected(std::move(*error));
  }
  const auto finish = [&](std::size_t i) {
    search::RoleRow row = row_of_pool(*cases[i], *pools[i], built[i], points[i]);
    return RunPool{std::move(built[i]), std::move(row)};
  };
  return std::array{finish(0), finish(1)};
}

void set_pool(Value& row, const std::string& p, const Pool& pool, const RunPool& run, const ModelSpec& model, bool with_cp) {
  set_layout(row, p, pool.layout, model, with_cp);
  set_formats(row, p, run.built.engine.quant());
  row.set(p + "memory", run.row.worker.memory_gib);
  row.set(p + "version", run.built.database.version());
}

void set_batch(Value& row, const std::string& p, const Pool& pool) {
  row.set(p + "bs", pool.batch);
  row.set(p + "global_bs", pool.batch * pool.layout.dp);
  row.set(p + "workers", pool.workers);
}

}  // namespace

Answer answer_disagg(const Value& in, const CaseContext& context) {
  Arguments args(in);
  WorkerCase c = read_worker_case(args, context);
  if (args.text("mode", "disagg") != "disagg") args.complain("mode must be disagg");
  WorkerCase decode_case = c;
  if (const SystemSpec* other = args.system("decode_system_name"); other != nullptr) decode_case.system = other;
  const Pool prefill = read_pool(args, c, "prefill");
  const Pool decode = read_pool(args, decode_case, "decode");
  if (auto problems = args.problems()) return std::unexpected(*problems);

  const auto pools = run_pools({&c, &decode_case}, {&prefill, &decode}, context);
  if (!pools.has_value()) return std::unexpected(pools.error());
  const RunPool* p = &(*pools)[0];
  const RunPool* d = &(*pools)[1];
  Estimate unit = search::compose(p->row, prefill.workers, d->row, decode.workers, c.load.osl);
  const double seq_per_s_gpu = search::round3(unit.seq_per_s / unit.gpus);
  search::round_row(unit);

  Value row{Object{}};
  row.set("concurrency", unit.concurrency);
  row.set("request_rate", unit.seq_per_s);
  set_batch(row, "(p)", prefill);
  set_batch(row, "(d)", decode);
  row.set("ttft", unit.ttft_ms);
  row.set("tpot", unit.tpot_ms);
  row.set("request_latency", unit.request_latency_ms);
  row.set("encoder_latency", 0);
  row.set("seq/s", unit.seq_per_s);
  row.set("seq/s/gpu", seq_per_s_gpu);
  row.set("tokens/s", unit.tokens_per_s);
  row.set("tokens/s/gpu", unit.tokens_per_s_gpu);
  row.set("tokens/s/user", unit.tokens_per_s_user);
  row.set("(p)seq/s/worker", p->row.worker.seq_per_s);
  row.set("(d)seq/s/worker", d->row.worker.seq_per_s);
  row.set("num_total_gpus", unit.gpus);
  set_pool(row, "(p)", prefill, *p, c.model, true);
  set_pool(row, "(d)", decode, *d, c.model, false);
  Value out{Object{}};
  out.set("row", std::move(row));
  out.set("prefill_ops", operators_value(p->built.engine.context_times(c.load, prefill.batch, search::kPrefillLatencyFactor)));
  if (c.load.osl > 1) {
    out.set("decode_ops",
            operators_value(d->built.engine.generation_times(c.load, decode.batch, search::kDecodeLatencyFactor)));
  }
  return out;
}

}  // namespace dynamo::cases
