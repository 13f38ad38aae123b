#include "emit/backends/engine_args.h"

namespace dynamo::emit {

std::vector<std::string> vllm_args(const EngineContext& context) {
  using enum facts::FlagMeaning;
  const ValidatedRequest& request = *context.request;
  const WorkerEstimate& engine = context.worker->engine;
  const EngineLimits& limits = context.worker->limits;
  ArgBuilder args(Backend::kVllm, context);
  args.add(kModel, context.location.model_path)
      .add(kServedName, request.model_name)
      .add(kTensorParallel, engine.parallel.tp)
      .add(kPipelineParallel, engine.parallel.pp)
      .add(kDataParallel, engine.parallel.dp)
      .add_if(context.is_moe() && engine.parallel.moe_ep > 1, kExpertParallel);
  if (quantised_on_load(context))
    args.add(kQuantization, "fp8");
  // Sequences and tokens are counted per attention replica.
  args.add(kKvDtype, context.kv_dtype)
      .add(kMemoryFraction, limits.memory_fraction)
      .add(kContextLength, limits.sequence_tokens)
      .add(kMaxBatch, limits.batch)
      .add(kMaxTokens, limits.step_tokens)
      .add(kChunkedPrefill)
      .add_if(request.trust_remote_code, kTrustRemoteCode);
  if (context.worker->role != Role::kAggregated)
    args.add(kDisaggregation).add(kKvTransfer);
  return args.take();
}

}  // namespace dynamo::emit
