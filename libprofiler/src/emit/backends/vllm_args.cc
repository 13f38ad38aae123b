#include "emit/backends/backend_traits.h"
#include "emit/backends/engine_args.h"

namespace dynamo::emit {
namespace {

constexpr RuntimeVersion kFirstWithMode{1, 0};   ///< older runtimes have one switch per role
constexpr std::string_view kNixl = R"({"kv_connector":"NixlConnector","kv_role":"kv_both"})";

void add_role(ArgList& args, const EngineContext& context) {
  const Role role = context.worker->role;
  if (role == Role::kAggregated) return;
  if (context.runtime && *context.runtime < kFirstWithMode) {
    args.flag(role == Role::kPrefill ? "--is-prefill-worker" : "--is-decode-worker");
  } else {
    args.flag(traits_of(Backend::kVllm).flags.disaggregation, name_of(role));
  }
  args.flag("--kv-transfer-config", kNixl);
}

/// The checkpoint says how it is quantised; only formats it does not say are asked for.
void add_quantization(ArgList& args, const EngineContext& context) {
  if (!context.request->model.quant.algorithm.empty()) return;
  if (context.worker->engine.quant.gemm == GemmQuant::kFp8) args.flag("--quantization", "fp8");
}

}  // namespace

std::vector<std::string> vllm_args(const EngineContext& context) {
  const FlagNames& names = traits_of(Backend::kVllm).flags;
  const EngineLimits& limits = context.worker->limits;
  const Parallelism& parallel = context.worker->engine.parallel;
  ArgList args;
  args.flag(names.model, context.location.model_path)
      .flag(names.served_name, context.request->model_name)
      .flag(names.tensor_parallel, parallel.tp)
      .flag(names.pipeline_parallel, parallel.pp)
      .flag(names.data_parallel, parallel.dp);
  if (context.request->model.is_moe() && parallel.moe_ep > 1) args.flag(names.expert_parallel);
  add_quantization(args, context);
  args.flag(names.kv_dtype, context.kv_dtype)
      .flag(names.memory_fraction, limits.memory_fraction)
      .flag(names.sequence, limits.sequence_tokens)
      .flag(names.batch, limits.batch)
      .flag(names.step_tokens, limits.step_tokens)
      .flag("--enable-chunked-prefill");
  if (context.request->trust_remote_code) args.flag("--trust-remote-code");
  add_role(args, context);
  return args.take();
}

}  // namespace dynamo::emit
