#include "cases/worker_case.h"
#include "search/compose.h"
#include "search/factors.h"
#include "search/roles.h"
#include "search/rounding.h"

namespace dynamo::cases {

namespace {

constexpr const char* kOutOfMemory = "out_of_memory";

/// One pool: its layout and its operating point.
struct Pool {
  Parallelism layout;
  int batch = 1;
  int workers = 1;
};

/// `c` gets what is said of this role alone.
Pool read_pool(Arguments& args, WorkerCase& c, const std::string& role) {
  Pool pool;
  pool.layout = read_layout(args, c.model, role + "_");
  pool.batch = args.required_integer(role + "_batch_size", 1);
  pool.workers = args.required_integer(role + "_num_workers", 1);
  if (const auto own = args.optional_number(role + "_free_gpu_memory_fraction"); own.has_value()) c.load.kv_fraction = own;
  if (const auto own = args.optional_integer(role + "_max_seq_len", 1); own.has_value()) c.load.max_seq_len = own;
  return pool;
}

struct RunPool {
  BuiltWorker built;
  search::RoleRow row;
};

std::expected<RunPool, CaseError> run_pool(const WorkerCase& c, const CaseContext& context, const Pool& pool, perf::Role role) {
  const bool prefill = role == perf::Role::kPrefill;
  auto built = build_worker(c, context, pool.layout, role, 0.0, perf::PhaseNeeds{.prefill = prefill, .decode = !prefill});
  if (!built.has_value()) return std::unexpected(case_error(built.error()));
  const auto point = built->engine.run_static(c.load, pool.batch,
                                              prefill ? perf::StaticMode::kContext : perf::StaticMode::kGeneration,
                                              prefill ? search::kPrefillLatencyFactor : search::kDecodeLatencyFactor);
  if (!point.has_value()) return std::unexpected(case_error(point.error()));
  if (point->oom || point->kv_oom) {
    return std::unexpected(CaseError{kOutOfMemory, "OOM: " + c.model.id + " does not fit the memory of " + c.system->name +
                                                          " as " + (prefill ? "prefill" : "decode") + " worker with layout " +
                                                          pool.layout.label(c.model.is_moe())});
  }
  WorkerEstimate worker{.parallel = pool.layout, .quant = built->engine.quant(), .backend = c.backend,
                        .version = built->database.version(), .system = c.system->name, .batch = pool.batch, .memory = {}};
  search::RoleRow row = search::finish_row(worker, role, *point, 1.0 + c.nextn_accepted.value_or(0.0), c.load.osl);
  return RunPool{std::move(*built), std::move(row)};
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

  // Memory counts once both workers have been priced.
  const auto lacks_memory = [](const auto& pool) { return !pool.has_value() && pool.error().code == kOutOfMemory; };
  const auto p = run_pool(c, context, prefill, perf::Role::kPrefill);
  if (!p.has_value() && !lacks_memory(p)) return std::unexpected(p.error());
  const auto d = run_pool(decode_case, context, decode, perf::Role::kDecode);
  if (!d.has_value() && !lacks_memory(d)) return std::unexpected(d.error());
  if (!p.has_value()) return std::unexpected(p.error());
  if (!d.has_value()) return std::unexpected(d.error());
  const double ttft = p->row.point.ttft_ms * search::kTtftQueueing;
  Estimate unit = search::compose(p->row, ttft, prefill.workers, d->row, decode.workers, c.load.osl);
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
