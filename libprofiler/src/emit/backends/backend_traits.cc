#include "emit/backends/backend_traits.h"

#include <algorithm>

namespace dynamo::emit {
namespace {

BackendTraits vllm_traits() {
  BackendTraits traits;
  traits.runtime_image = "vllm-runtime";
  traits.module = "dynamo.vllm";
  traits.working_dir = "/workspace/examples/backends/vllm";
  traits.services = {"VllmDecodeWorker", "VllmPrefillWorker", "VllmDecodeWorker"};
  traits.flags = {.model = "--model",
                  .served_name = "--served-model-name",
                  .tensor_parallel = "--tensor-parallel-size",
                  .pipeline_parallel = "--pipeline-parallel-size",
                  .data_parallel = "--data-parallel-size",
                  .expert_parallel = "--enable-expert-parallel",
                  .batch = "--max-num-seqs",
                  .step_tokens = "--max-num-batched-tokens",
                  .sequence = "--max-model-len",
                  .memory_fraction = "--gpu-memory-utilization",
                  .kv_dtype = "--kv-cache-dtype",
                  .disaggregation = "--disaggregation-mode"};
  traits.kv_spellings = {{KvQuant::kBfloat16, "bfloat16"}, {KvQuant::kFp8, "fp8"}};
  return traits;
}

BackendTraits sglang_traits() {
  BackendTraits traits;
  traits.runtime_image = "sglang-runtime";
  traits.module = "dynamo.sglang";
  traits.working_dir = "/workspace/examples/backends/sglang";
  traits.services = {"decode", "prefill", "decode"};
  traits.flags = {.model = "--model-path",
                  .served_name = "--served-model-name",
                  .tensor_parallel = "--tensor-parallel-size",
                  .pipeline_parallel = "--pipeline-parallel-size",
                  .data_parallel = "--data-parallel-size",
                  .expert_parallel = "--expert-parallel-size",
                  .batch = "--max-running-requests",
                  .step_tokens = "--max-prefill-tokens",
                  .sequence = "--context-length",
                  .memory_fraction = "--mem-fraction-static",
                  .kv_dtype = "--kv-cache-dtype",
                  .disaggregation = "--disaggregation-mode"};
  traits.kv_spellings = {{KvQuant::kBfloat16, "bfloat16"}, {KvQuant::kFp8, "fp8_e4m3"}};
  return traits;
}

BackendTraits trtllm_traits() {
  BackendTraits traits;
  traits.runtime_image = "tensorrtllm-runtime";
  traits.module = "dynamo.trtllm";
  traits.working_dir = "/workspace/";
  traits.services = {"TRTLLMWorker", "TRTLLMPrefillWorker", "TRTLLMDecodeWorker"};
  traits.flags = {.model = "--model-path",
                  .served_name = "--served-model-name",
                  .tensor_parallel = "--tensor-parallel-size",
                  .pipeline_parallel = "--pipeline-parallel-size",
                  .data_parallel = "--enable-attention-dp",
                  .expert_parallel = "--expert-parallel-size",
                  .batch = "--max-batch-size",
                  .step_tokens = "--max-num-tokens",
                  .sequence = "--max-seq-len",
                  .memory_fraction = "--free-gpu-memory-fraction",
                  .kv_dtype = {},
                  .disaggregation = "--disaggregation-mode"};
  traits.kv_spellings = {{KvQuant::kBfloat16, "auto"}, {KvQuant::kFp8, "fp8"}};
  return traits;
}

}  // namespace

const BackendTraits& traits_of(Backend backend) {
  static const BackendTraits kTrtllm = trtllm_traits();
  static const BackendTraits kSglang = sglang_traits();
  static const BackendTraits kVllm = vllm_traits();
  switch (backend) {
    case Backend::kTrtllm: return kTrtllm;
    case Backend::kSglang: return kSglang;
    case Backend::kVllm: return kVllm;
  }
  return kVllm;
}

std::optional<std::string_view> kv_spelling(Backend backend, KvQuant kv, const CheckpointQuant& checkpoint) {
  if (kv == KvQuant::kBfloat16 && checkpoint.kv_algorithm.empty()) return "auto";
  const auto& spellings = traits_of(backend).kv_spellings;
  const auto found = std::ranges::find(spellings, kv, [](const auto& entry) { return entry.first; });
  if (found == spellings.end()) return std::nullopt;
  return found->second;
}

}  // namespace dynamo::emit
