#include "emit/backends/engine_args.h"

namespace dynamo::emit {
namespace {

constexpr int kPageMultiple = 64;  ///< chunks must be whole pages; the largest page any attention kernel asks for

void add_limits(ArgBuilder& args, const EngineContext& context) {
  using enum facts::FlagMeaning;
  const EngineLimits& limits = context.worker->limits;
  const int tokens = round_up(limits.step_tokens, kPageMultiple);
  // Requests and chunks are given for all attention replicas together, prefill tokens and graphs for one.
  const int replicas = context.worker->engine.parallel.dp;
  args.add(kMemoryFraction, limits.memory_fraction)
      .add(kContextLength, limits.sequence_tokens)
      .add(kMaxBatch, limits.batch * replicas)
      .add(kChunkTokens, tokens * replicas);
  if (context.worker->role != Role::kDecode)
    args.add(kMaxTokens, tokens);
  args.add(kMixedChunk).add(kMaxGraphBatch, limits.batch);
}

}  // namespace

std::vector<std::string> sglang_args(const EngineContext& context) {
  using enum facts::FlagMeaning;
  const ValidatedRequest& request = *context.request;
  const Parallelism& parallel = context.worker->engine.parallel;
  ArgBuilder args(Backend::kSglang, context);
  args.add(kModel, context.location.model_path)
      .add(kServedName, request.model_name)
      .add(kTensorParallel, context.tensor_width())
      .add(kPipelineParallel, parallel.pp)
      .add(kDataParallel, parallel.dp);
  if (context.is_moe())
    args.add(kExpertParallel, parallel.moe_ep);
  args.add_if(context.attention_dp(), kAttentionDataParallel);
  if (quantised_on_load(context))
    args.add(kQuantization, "fp8");
  args.add(kKvDtype, context.kv_dtype);
  add_limits(args, context);
  args.add_if(request.trust_remote_code, kTrustRemoteCode);
  if (context.worker->role != Role::kAggregated) {
    args.add(kDisaggregation).add(kKvTransfer).add(kKvTransferPort).add(kListenHost);
  }
  return args.take();
}

}  // namespace dynamo::emit
