#include "dynamo/profiler/document_io.h"
#include "emit/backends/backend_traits.h"
#include "emit/backends/engine_args.h"

namespace dynamo::emit {
namespace {

constexpr int kTokensPerBlock = 32;

Value kv_cache_config(const EngineContext& context) {
  Value config;
  config.set("dtype", context.kv_dtype);
  config.set("tokens_per_block", kTokensPerBlock);
  // Also a flag; repeated because the override replaces the whole section in some releases.
  config.set("free_gpu_memory_fraction", context.worker->limits.memory_fraction);
  return config;
}

Value cuda_graph_config(int batch) {
  Value config;
  config.set("enable_padding", true);
  config.set("max_batch_size", batch);
  return config;
}

Value cache_transceiver_config(int tokens) {
  Value config;
  config.set("backend", "DEFAULT");
  config.set("max_tokens_in_buffer", tokens);
  return config;
}

std::string engine_overrides(const EngineContext& context) {
  const WorkerPlan& worker = *context.worker;
  Value overrides;
  if (worker.role != Role::kAggregated) {
    // A whole sequence must pass at once.
    overrides.set("cache_transceiver_config",
                  cache_transceiver_config(round_up(worker.limits.sequence_tokens, kTokensPerBlock)));
  }
  if (worker.role != Role::kPrefill) overrides.set("cuda_graph_config", cuda_graph_config(worker.limits.batch));
  overrides.set("disable_overlap_scheduler", worker.role == Role::kPrefill);
  overrides.set("enable_chunked_prefill", true);
  overrides.set("kv_cache_config", kv_cache_config(context));
  if (context.request->trust_remote_code) overrides.set("trust_remote_code", true);
  return write_json(overrides);
}

}  // namespace

std::vector<std::string> trtllm_args(const EngineContext& context) {
  const FlagNames& names = traits_of(Backend::kTrtllm).flags;
  const WorkerPlan& worker = *context.worker;
  const Parallelism& parallel = worker.engine.parallel;
  const bool moe = context.request->model.is_moe();
  const bool attention_dp = moe && parallel.dp > 1;
  ArgList args;
  args.flag(names.model, context.location.model_path)
      .flag(names.served_name, context.request->model_name)
      // With attention replicas the tensor width spans them all: the engine divides it again.
      .flag(names.tensor_parallel, attention_dp ? parallel.tp * parallel.dp : parallel.tp)
      .flag(names.pipeline_parallel, parallel.pp);
  if (moe) args.flag(names.expert_parallel, parallel.moe_ep);
  if (attention_dp) args.flag(names.data_parallel);
  args.flag(names.batch, worker.limits.batch)
      .flag(names.step_tokens, round_up(worker.limits.step_tokens, kTokensPerBlock))
      .flag(names.sequence, worker.limits.sequence_tokens)
      .flag(names.memory_fraction, worker.limits.memory_fraction)
      .flag("--override-engine-args", engine_overrides(context));
  if (worker.role != Role::kAggregated) args.flag(names.disaggregation, name_of(worker.role));
  return args.take();
}

}  // namespace dynamo::emit
