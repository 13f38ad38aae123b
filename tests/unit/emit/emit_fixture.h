#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/emit.h"

namespace dynamo::testing {

inline constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

/// Eight 141 GiB GPUs in a node; numbers chosen by hand so that no fact file can move these tests.
inline const SystemSpec& test_system() {
  static const SystemSpec kSystem = [] {
    SystemSpec system;
    system.name = "h200_sxm";
    system.mem_capacity_bytes = 141 * kGib;
    system.gpus_per_node = 8;
    system.other_mem_bytes = 3.5 * kGib;
    return system;
  }();
  return kSystem;
}

inline ModelSpec dense_model() {
  ModelSpec model;
  model.id = "Qwen/Qwen3-32B";
  model.architecture = "Qwen3ForCausalLM";
  model.layers = 64;
  model.hidden = 5120;
  model.heads = 64;
  model.kv_heads = 8;
  model.head_dim = 128;
  model.intermediate = 25600;
  model.vocab = 151936;
  model.max_positions = 40960;
  return model;
}

inline ModelSpec moe_model() {
  ModelSpec model;
  model.id = "Qwen/Qwen3-235B-A22B";
  model.architecture = "Qwen3MoeForCausalLM";
  model.family = Family::kMoe;
  model.layers = 94;
  model.hidden = 4096;
  model.heads = 64;
  model.kv_heads = 4;
  model.head_dim = 128;
  model.intermediate = 12288;
  model.vocab = 151936;
  model.max_positions = 40960;
  model.experts = 128;
  model.experts_per_token = 8;
  model.moe_intermediate = 1536;
  return model;
}

inline ValidatedRequest request_for(const ModelSpec& model, int total_gpus = 8) {
  ValidatedRequest request;
  request.name = "chat";
  request.namespace_name = "serving";
  request.model = model;
  request.model_name = model.id;
  request.system = &test_system();
  request.backends = {Backend::kVllm};
  request.image = "nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1";
  request.isl = 4000;
  request.osl = 1000;
  request.ttft_ms = 2000;
  request.itl_ms = 30;
  request.total_gpus = total_gpus;
  request.gpus_per_node = 8;
  request.vram_bytes = 141 * kGib;
  return request;
}

inline WorkerEstimate worker(Backend backend, Parallelism parallel, int batch) {
  WorkerEstimate estimate;
  estimate.parallel = parallel;
  estimate.backend = backend;
  estimate.version = backend == Backend::kVllm ? "0.24.0" : backend == Backend::kSglang ? "0.5.14" : "1.3.0rc20";
  estimate.system = "h200_sxm";
  estimate.batch = batch;
  return estimate;
}

inline PickReport report_of(Estimate unit, int replicas) {
  Pick pick;
  pick.replicas = replicas;
  pick.gpus_used = replicas * unit.gpus;
  pick.unit = std::move(unit);
  PickReport report;
  report.chosen = pick;
  report.ranked = {pick};
  return report;
}

/// Two aggregated workers of four GPUs.
inline PickReport aggregated(Backend backend, Parallelism parallel = {.tp = 4, .moe_tp = 4}, int replicas = 2) {
  Estimate unit;
  unit.mode = ServingMode::kAggregated;
  unit.decode = worker(backend, parallel, 96);
  unit.gpus = parallel.gpus();
  unit.ctx_tokens = 4096;
  return report_of(unit, replicas);
}

/// One unit of two prefill workers and one decode worker.
inline PickReport disaggregated(Backend backend,
                                Parallelism prefill = {.tp = 2, .moe_tp = 2},
                                Parallelism decode = {.tp = 4, .moe_tp = 4},
                                int replicas = 1) {
  Estimate unit;
  unit.mode = ServingMode::kDisaggregated;
  unit.prefill = worker(backend, prefill, 2);
  unit.decode = worker(backend, decode, 128);
  unit.prefill_workers = 2;
  unit.decode_workers = 1;
  unit.gpus = 2 * prefill.gpus() + decode.gpus();
  return report_of(unit, replicas);
}

/// The only document of a deployment that was emitted; a null value when it was not.
inline Value emitted(const ValidatedRequest& request, const PickReport& report) {
  auto documents = emit_deployment(request, report);
  return documents && documents->documents.size() == 1 ? documents->documents.front() : Value();
}

inline std::vector<std::string> args_of(const Value& deployment, std::string_view service) {
  std::vector<std::string> args;
  const Value* list = deployment.find_path({"spec", "services", service, "extraPodSpec", "mainContainer", "args"});
  if (list && list->as_array()) {
    for (const auto& item : *list->as_array())
      args.push_back(*item.as_string());
  }
  return args;
}

/// The argument after `flag`; empty when the flag is absent or given twice.
inline std::string value_of(const std::vector<std::string>& args, std::string_view flag) {
  std::string value;
  int seen = 0;
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] == flag)
      value = args[i + 1], ++seen;
  }
  return seen == 1 ? value : std::string();
}

inline std::string text_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  return found && found->as_string() ? *found->as_string() : std::string();
}

inline std::int64_t int_at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = value.find_path(path);
  return found && found->as_int() ? *found->as_int() : -1;
}

}  // namespace dynamo::testing
