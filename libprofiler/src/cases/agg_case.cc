#include "cases/worker_case.h"

namespace dynamo::cases {

namespace {

Value row_of(const perf::AggregatedPoint& point, const BuiltWorker& built, const WorkerCase& c, int batch) {
  Value row{Object{}};
  row.set("concurrency", point.concurrency);
  row.set("request_rate", point.seq_per_s);
  row.set("global_bs", batch * built.engine.parallel().dp);
  set_point(row, point);
  set_worker(row, built, c.model);
  row.set("balance_score", point.balance_score);
  row.set("num_ctx_reqs", point.num_ctx_reqs);
  row.set("num_gen_reqs", point.num_gen_reqs);
  row.set("num_tokens", point.num_tokens);
  row.set("ctx_tokens", point.ctx_tokens);
  row.set("gen_tokens", point.gen_tokens);
  return row;
}

Value scheduling_of(const perf::AggregatedPoint& point, const WorkerCase& c, double tokens_per_step) {
  Value value{Object{}};
  value.set("num_mix_steps", point.num_mix_steps);
  value.set("num_genonly_steps", point.num_genonly_steps);
  value.set("mix_step_latency_ms", point.mix_step_ms);
  value.set("genonly_step_latency_ms", point.genonly_step_ms);
  value.set("mix_efficiency", 1);
  value.set("decode_iterations", point.decode_iterations);
  value.set("mix_context_tokens", point.ctx_tokens);
  value.set("mix_decode_requests", point.mix_decode_requests);
  value.set("mix_decode_query_tokens", point.mix_decode_requests * (c.nextn + 1));
  value.set("decode_tokens_per_iteration", tokens_per_step);
  return value;
}

}  // namespace

Answer answer_agg(const Value& in, const CaseContext& context) {
  Arguments args(in);
  WorkerCase c = read_worker_case(args, context);
  c.load.images = read_images(args);
  if (args.text("mode", "agg") != "agg") args.complain("mode must be agg");
  const int batch = args.integer("batch_size", 128, 1);
  const int ctx_tokens = args.integer("ctx_tokens", c.load.isl, 1);
  const Parallelism layout = read_layout(args, c.model, "");
  if (auto problems = args.problems()) return std::unexpected(*problems);

  const auto built = build_worker(c, context, layout, perf::Role::kAggregated, c.nextn_accepted.value_or(0.0));
  if (!built.has_value()) return std::unexpected(case_error(built.error()));
  const auto point = built->engine.run_aggregated(c.load, batch, ctx_tokens);
  if (!point.has_value()) return std::unexpected(case_error(point.error()));
  if (point->oom) {
    return std::unexpected(CaseError{"out_of_memory", "OOM: " + c.model.id + " does not fit the memory of " + c.system->name +
                                                          " with layout " + layout.label(c.model.is_moe())});
  }
  Value out{Object{}};
  out.set("row", row_of(*point, *built, c, batch));
  out.set("memory_gib", memory_value(point->memory));
  out.set("capacity_bytes", static_cast<std::int64_t>(c.system->mem_capacity_bytes));
  out.set("oom", point->oom);
  out.set("kv_oom", point->kv_oom);
  out.set("scheduling", scheduling_of(*point, c, 1.0 + c.nextn_accepted.value_or(0.0)));
  out.set("mix_ops", operators_value(built->engine.mix_times(c.load, batch, ctx_tokens)));
  out.set("genonly_ops", operators_value(built->engine.genonly_times(c.load, batch, ctx_tokens)));
  return out;
}

}  // namespace dynamo::cases
