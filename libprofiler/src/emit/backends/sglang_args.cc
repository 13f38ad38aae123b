#include "emit/backends/backend_traits.h"
#include "emit/backends/engine_args.h"

namespace dynamo::emit {
namespace {

constexpr int kBootstrapPort = 12345;
constexpr int kPageMultiple = 64;   ///< chunks must be whole pages; the largest page any attention kernel asks for

void add_parallel(ArgList& args, const Parallelism& parallel, bool moe) {
  const FlagNames& names = traits_of(Backend::kSglang).flags;
  // With attention replicas the tensor width spans them all: SGLang divides it again.
  const bool attention_dp = moe && parallel.dp > 1;
  args.flag(names.tensor_parallel, attention_dp ? parallel.tp * parallel.dp : parallel.tp)
      .flag(names.pipeline_parallel, parallel.pp)
      .flag(names.data_parallel, parallel.dp);
  if (moe) args.flag(names.expert_parallel, parallel.moe_ep);
  if (attention_dp) args.flag("--enable-dp-attention");
}

void add_limits(ArgList& args, const EngineContext& context) {
  const FlagNames& names = traits_of(Backend::kSglang).flags;
  const WorkerPlan& worker = *context.worker;
  const EngineLimits& limits = worker.limits;
  // Requests and chunks are given for all attention replicas together, prefill tokens and graphs for one.
  const int replicas = worker.engine.parallel.dp;
  args.flag(names.memory_fraction, limits.memory_fraction)
      .flag(names.sequence, limits.sequence_tokens)
      .flag(names.batch, limits.batch * replicas);
  if (worker.role != Role::kDecode) {
    const int tokens = round_up(limits.step_tokens, kPageMultiple);
    args.flag("--chunked-prefill-size", tokens * replicas).flag(names.step_tokens, tokens);
  }
  if (worker.role == Role::kAggregated) args.flag("--enable-mixed-chunk");
  if (worker.role != Role::kPrefill) args.flag("--cuda-graph-max-bs", limits.batch);
}

void add_role(ArgList& args, const EngineContext& context) {
  const Role role = context.worker->role;
  if (role == Role::kAggregated) return;
  args.flag(traits_of(Backend::kSglang).flags.disaggregation, name_of(role))
      .flag("--disaggregation-transfer-backend", "nixl")
      .flag("--disaggregation-bootstrap-port", kBootstrapPort)
      .flag("--host", "0.0.0.0");
}

}  // namespace

std::vector<std::string> sglang_args(const EngineContext& context) {
  const FlagNames& names = traits_of(Backend::kSglang).flags;
  const WorkerEstimate& engine = context.worker->engine;
  ArgList args;
  args.flag(names.model, context.location.model_path).flag(names.served_name, context.request->model_name);
  add_parallel(args, engine.parallel, context.request->model.is_moe());
  if (context.request->model.quant.algorithm.empty() && engine.quant.gemm == GemmQuant::kFp8) args.flag("--quantization", "fp8");
  args.flag(names.kv_dtype, context.kv_dtype);
  add_limits(args, context);
  if (context.request->trust_remote_code) args.flag("--trust-remote-code");
  add_role(args, context);
  return args.take();
}

}  // namespace dynamo::emit
