#include "cases/worker_case.h"

#include <algorithm>
#include <cmath>

namespace dynamo::cases {

/// Tokens. Every decode step of a stride is evaluated, so an absurd length would keep the program busy for hours.
constexpr int kLongestAnswer = 1'048'576;

WorkerCase read_worker_case(Arguments& args, const CaseContext& context) {
  WorkerCase c;
  if (auto model = args.model("model_path", context.models); model.has_value()) c.model = *model;
  c.system = args.required_system("system_name");
  c.backend = args.backend("backend_name");
  c.version = args.text("backend_version", "current");
  c.mode = args.database_mode();
  c.quant = args.quant();
  c.load.isl = args.integer("isl", 1024, 0);
  c.load.osl = args.integer("osl", 1024, 0);
  if (c.load.osl > kLongestAnswer) args.complain("osl must be at most " + std::to_string(kLongestAnswer));
  c.load.prefix = args.integer("prefix", 0, 0);
  c.load.kv_fraction = args.optional_number("free_gpu_memory_fraction");
  c.load.max_seq_len = args.optional_integer("max_seq_len", 1);
  c.nextn = args.integer("nextn", 0, 0);
  c.nextn_accepted = args.optional_number("nextn_accepted");
  if (c.nextn > 0 && !c.nextn_accepted.has_value()) args.complain("nextn needs nextn_accepted");
  if (c.nextn_accepted.has_value() && !(*c.nextn_accepted >= 0 && *c.nextn_accepted <= c.nextn)) {
    args.complain("nextn_accepted must lie between 0 and nextn");
  }
  return c;
}

perf::ImageLoad read_images(Arguments& args) {
  constexpr int kMostPixels = 65'536;   // an edge
  constexpr int kMostImages = 4'096;
  perf::ImageLoad images{.height = args.integer("image_height", 0), .width = args.integer("image_width", 0),
                         .count = args.integer("num_images", 1)};
  if (images.height > kMostPixels || images.width > kMostPixels || images.count > kMostImages) {
    args.complain("image_height and image_width must be at most 65536, num_images at most 4096");
    return {};
  }
  return images;
}

Parallelism read_layout(Arguments& args, const ModelSpec& model, const std::string& prefix, ExpertSizes sizes) {
  const auto size = [&](std::string_view name, int low) {
    const auto shared = args.optional_integer(name, low);
    return prefix.empty() ? shared : args.optional_integer(prefix + std::string(name), low).or_else([&] { return shared; });
  };
  Parallelism p;
  p.tp = size("tp_size", 1).value_or(1);
  p.pp = size("pp_size", 1).value_or(1);
  // Dense models have no use for MoE sizes nor attention replicas; measured rows spell that as 0.
  const int low = model.states_expert_layout() ? 1 : 0;
  p.dp = std::max(size("attention_dp_size", low).value_or(1), 1);
  if (prefix != "decode_") p.cp = size("cp_size", 1).value_or(1);
  const auto moe_tp = size("moe_tp_size", low);
  const auto moe_ep = size("moe_ep_size", low);
  if (!model.states_expert_layout()) return p;
  const bool unstated = !moe_tp.has_value() && !moe_ep.has_value();
  if (unstated && sizes == ExpertSizes::kOneByDefault) return p;
  if (unstated) {
    args.complain(prefix + "moe_tp_size or " + prefix + "moe_ep_size is required for a model with experts");
  }
  const int width = p.tp * p.dp * p.cp;
  p.moe_ep = moe_ep.value_or(moe_tp.has_value() ? width / *moe_tp : 1);
  p.moe_tp = moe_tp.value_or(width / p.moe_ep);
  return p;
}

perf::Result<BuiltWorker> build_worker(const WorkerCase& c, const CaseContext& context, const Parallelism& layout,
                                       perf::Role role, double accepted, std::optional<perf::PhaseNeeds> needs) {
  auto database = perf::Database::open(context.tables, *c.system, c.backend, c.version, c.mode);
  if (!database.has_value()) return std::unexpected(database.error());
  perf::Result<perf::ExpertExchange> exchange{};
  if (needs.has_value()) {
    const auto formats = database->resolve_quant(c.model, perf::Role::kDecode, c.quant);   // of the experts, the same in all roles
    if (!formats.has_value()) return std::unexpected(formats.error());
    exchange = perf::resolve_exchange(*database, c.model, formats->moe, layout, *needs, perf::ExchangePolicy::kWhereNeeded);
    if (!exchange.has_value()) return std::unexpected(exchange.error());
  }
  auto quant = perf::resolve_quant(*database, c.model, role, c.quant, *exchange);
  if (!quant.has_value()) return std::unexpected(quant.error());
  // A run of the reference forgets who chose the format of the dense weights as soon as a rule has looked at it.
  const bool looked_at = exchange->any() || quant->gemm == GemmQuant::kNvfp4Wo;
  if (c.forgets_gemm_origin && looked_at) quant->gemm_from_checkpoint = false;
  auto engine = perf::Engine::build(*database, c.model, *quant, layout, c.nextn, accepted, *exchange);
  if (!engine.has_value()) return std::unexpected(engine.error());
  return BuiltWorker{std::move(*database), std::move(*engine)};
}

std::string layout_label(const Parallelism& p, const ModelSpec& model) {
  const auto size = [&](int value) { return model.states_expert_layout() ? std::to_string(value) : std::string("None"); };
  std::string label = "tp" + std::to_string(p.tp) + "pp" + std::to_string(p.pp) + "dp" + std::to_string(p.dp) + "etp" +
                      size(p.moe_tp) + "ep" + size(p.moe_ep);
  if (p.cp > 1) label += "cp" + std::to_string(p.cp);
  return label;
}

void set_layout(Value& row, const std::string& prefix, const Parallelism& p, const ModelSpec& model, bool with_cp) {
  row.set(prefix + "tp", p.tp);
  row.set(prefix + "pp", p.pp);
  row.set(prefix + "dp", p.dp);
  row.set(prefix + "moe_tp", model.states_expert_layout() ? Value(p.moe_tp) : Value());
  row.set(prefix + "moe_ep", model.states_expert_layout() ? Value(p.moe_ep) : Value());
  if (with_cp) row.set(prefix + "cp", p.cp);
  row.set(prefix + "parallel", layout_label(p, model));
}

void set_formats(Value& row, const std::string& prefix, const QuantModes& quant) {
  row.set(prefix + "gemm", std::string(facts_of(quant.gemm).name));
  row.set(prefix + "kvcache", std::string(facts_of(quant.kv).name));
  row.set(prefix + "fmha", std::string(facts_of(quant.fmha).name));
  row.set(prefix + "moe", std::string(facts_of(quant.moe).name));
  row.set(prefix + "comm", std::string(facts_of(quant.comm).name));
}

void set_worker(Value& row, const BuiltWorker& built, const ModelSpec& model) {
  const Parallelism& p = built.engine.parallel();
  row.set("num_total_gpus", p.gpus());
  row.set("moe_tp", model.states_expert_layout() ? Value(p.moe_tp) : Value());
  row.set("moe_ep", model.states_expert_layout() ? Value(p.moe_ep) : Value());
  row.set("cp", p.cp);
  row.set("parallel", layout_label(p, model));
  set_formats(row, "", built.engine.quant());
  row.set("version", built.database.version());
}

Value operators_value(const std::vector<perf::OperatorTime>& times) {
  Value ops{Object{}};
  for (const perf::OperatorTime& time : times) ops.set(time.name, Array{Value(time.ms), Value(time.source)});
  return ops;
}

Value memory_value(const MemoryBreakdown& memory) {
  Value value{Object{}};
  value.set("total", memory.total_gib());
  value.set("weights", memory.weights_gib);
  value.set("activations", memory.activations_gib);
  value.set("kvcache", memory.kv_cache_gib);
  value.set("nccl", memory.nccl_gib);
  value.set("others", memory.others_gib);
  return value;
}

}  // namespace dynamo::cases
