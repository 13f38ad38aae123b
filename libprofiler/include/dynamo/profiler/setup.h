#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/profile.h"

namespace dynamo {

/// One kind of worker as somebody set it up, instead of as a search would.
struct WorkerSetup {
  Parallelism parallel;
  int workers = 1;
  std::optional<int> batch;                ///< sequences per attention replica; absent = the most that fit, up to 512
  std::optional<int> step_tokens;          ///< aggregated: prefill tokens per step; absent = one prompt
  std::optional<int> token_limit;          ///< instead: the engine's limit of tokens per step, rounded up to whole blocks
  std::optional<double> memory_fraction;   ///< as the engine counts it; absent = the backend's usual
};

/// Everything that serves one model.
struct Setup {
  std::optional<WorkerSetup> prefill;      ///< present = disaggregated
  WorkerSetup decode;                      ///< the one kind of worker when aggregated
  std::optional<KvQuant> kv_cache;         ///< absent = as the checkpoint and the GPU suggest
  std::optional<GemmQuant> weights;        ///< converted while loading; absent = as the checkpoint is
};

/// `tp=4,batch=64,workers=2`: keys tp, pp, dp, moe-tp, moe-ep, batch, step-tokens, workers. Errors name every bad part.
[[nodiscard]] std::expected<WorkerSetup, Diagnostics> parse_worker_setup(std::string_view text);

/// The GPUs that all workers take.
[[nodiscard]] int gpus_of(const Setup& setup);

/// What the model predicts for `setup` under the workload of `request`, by the same numbers as a search. One pick, its provenance
/// and whether it meets the targets. Errors: it does not fit, it cannot be built, or nothing was measured.
[[nodiscard]] std::expected<PickReport, Diagnostics> estimate_setup(const ValidatedRequest& request, const Setup& setup,
                                                                    const TableStore& tables, const ProfileOptions& options = {});

/// Something in a deployment that the prediction does not see.
struct IgnoredSetting {
  std::string path;                        ///< `spec.services.NAME`
  std::string setting;                     ///< as written
  std::string why;
};

/// A worker over several nodes.
struct NodeSpan {
  std::string path;                        ///< `spec.services.NAME`
  int nodes = 1;
  int gpus = 0;                            ///< on each node
};

/// A DynamoGraphDeployment as a setup.
struct DeploymentSetup {
  Setup setup;
  std::string name;
  std::string model;                       ///< what the engines load, or serve if that is a directory
  Backend backend = Backend::kTrtllm;
  std::string gpu;                         ///< where the deployment names one; else empty
  std::string image;
  std::vector<IgnoredSetting> ignored;
  std::vector<NodeSpan> spans;             ///< of the workers whose flags use the GPUs of several nodes
};

/// The workers that span nodes of another size than the system's, by which the model tells links within a node from those between.
[[nodiscard]] std::vector<IgnoredSetting> nodes_unlike(const DeploymentSetup& deployment, int gpus_per_node);

/// Reads v1alpha1 or v1beta1. Errors: no engine in it, or workers that no one setup stands for; all of them, with their fields.
[[nodiscard]] std::expected<DeploymentSetup, Diagnostics> read_deployment(const Value& deployment);

}  // namespace dynamo
