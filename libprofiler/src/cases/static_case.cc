#include "cases/worker_case.h"

namespace dynamo::cases {

namespace {

std::optional<perf::StaticMode> mode_of(const std::string& text) {
  if (text == "static") return perf::StaticMode::kBoth;
  if (text == "static_ctx") return perf::StaticMode::kContext;
  if (text == "static_gen") return perf::StaticMode::kGeneration;
  return std::nullopt;
}

Value row_of(const perf::StaticPoint& point, const BuiltWorker& built, const WorkerCase& c) {
  Value row{Object{}};
  row.set("concurrency", point.concurrency);
  row.set("request_rate", 0);
  row.set("global_bs", point.concurrency);
  set_point(row, point);
  row.set("context_latency", point.context_ms);
  row.set("generation_latency", point.generation_ms);
  set_worker(row, built, c.model);
  return row;
}

}  // namespace

Answer answer_static(const Value& in, const CaseContext& context) {
  Arguments args(in);
  WorkerCase c = read_worker_case(args, context);
  c.load.images = read_images(args);
  const std::string mode_text = args.text("mode", "static");
  const auto mode = mode_of(mode_text);
  if (!mode.has_value()) args.complain("mode must be static, static_ctx or static_gen, not \"" + mode_text + "\"");
  const int batch = args.integer("batch_size", 128, 1);
  const int stride = args.integer("stride", 32, 1);
  const Parallelism layout = read_layout(args, c.model, "");
  if (auto problems = args.problems()) return std::unexpected(*problems);

  const perf::PhaseNeeds needs{.prefill = true, .decode = *mode != perf::StaticMode::kContext};
  const auto role = *mode == perf::StaticMode::kGeneration ? perf::Role::kDecode : perf::Role::kAggregated;
  const auto built = build_worker(c, context, layout, role, c.nextn_accepted.value_or(0.0), needs);
  if (!built.has_value()) return std::unexpected(case_error(built.error()));
  const auto point = built->engine.run_static(c.load, batch, *mode, 1.0, stride);
  if (!point.has_value()) return std::unexpected(case_error(point.error()));

  const int seq_len = c.load.max_seq_len.value_or(built->engine.prompt_tokens(c.load) + c.load.osl);
  Value out{Object{}};
  out.set("row", row_of(*point, *built, c));
  out.set("memory_gib", memory_value(point->memory));
  out.set("capacity_bytes", static_cast<std::int64_t>(c.system->mem_capacity_bytes));
  out.set("kv_bytes_per_seq", built->engine.kv_bytes_per_seq(seq_len));
  out.set("kv_seq_len", seq_len);
  out.set("oom", point->oom);
  out.set("kv_oom", point->kv_oom);
  if (point->encoder_ms > 0) out.set("encoder_ops", operators_value(built->engine.encoder_times(c.load, batch)));
  if (*mode != perf::StaticMode::kGeneration) out.set("context_ops", operators_value(built->engine.context_times(c.load, batch)));
  if (*mode != perf::StaticMode::kContext && c.load.osl > 1) {
    out.set("generation_ops", operators_value(built->engine.generation_times(c.load, batch, 1.0, stride)));
  }
  return out;
}

}  // namespace dynamo::cases
