#include "emit/backends/engine_args.h"

namespace dynamo::emit {
namespace {

constexpr int kTokensPerBlock = 32;  ///< limits in tokens are given in whole blocks

void add_settings(ArgBuilder& args, const EngineContext& context) {
  using enum facts::FlagMeaning;
  const EngineLimits& limits = context.worker->limits;
  if (context.worker->role != Role::kAggregated) {
    // A whole sequence must pass at once.
    args.add(kKvTransfer).add(kKvTransferTokens, round_up(limits.sequence_tokens, kTokensPerBlock));
  }
  if (context.worker->role != Role::kPrefill) {
    args.override_setting("cuda_graph_config.enable_padding", true).add(kMaxGraphBatch, limits.batch);
  }
  args.add(kOverlapSchedulerOff)
      .add(kChunkedPrefill)
      .add(kKvDtype, context.kv_dtype)
      .add(kBlockTokens)
      // Also a flag; repeated because the override replaces the whole section in some releases.
      .override_setting("kv_cache_config.free_gpu_memory_fraction", limits.memory_fraction)
      .add_if(context.request->trust_remote_code, kTrustRemoteCode);
}

}  // namespace

std::vector<std::string> trtllm_args(const EngineContext& context) {
  using enum facts::FlagMeaning;
  const WorkerPlan& worker = *context.worker;
  ArgBuilder args(Backend::kTrtllm, context);
  args.add(kModel, context.location.model_path)
      .add(kServedName, context.request->model_name)
      .add(kTensorParallel, context.tensor_width())
      .add(kPipelineParallel, worker.engine.parallel.pp);
  if (context.is_moe())
    args.add(kExpertParallel, worker.engine.parallel.moe_ep);
  args.add_if(context.attention_dp(), kAttentionDataParallel)
      .add(kMaxBatch, worker.limits.batch)
      .add(kMaxTokens, round_up(worker.limits.step_tokens, kTokensPerBlock))
      .add(kContextLength, worker.limits.sequence_tokens)
      .add(kMemoryFraction, worker.limits.memory_fraction);
  add_settings(args, context);
  if (worker.role != Role::kAggregated)
    args.add(kDisaggregation);
  return args.take();
}

}  // namespace dynamo::emit
