#pragma once

#include <array>
#include <span>
#include <string_view>

namespace dynamo {

/// A rule of the DGDR: its stable id and what it asks for. docs/diagnostics.md has a section for each.
struct Rule {
  std::string_view id;
  std::string_view meaning;
};

inline constexpr auto kRules = std::to_array<Rule>({
    // The document.
    {"field.type", "a field has the type the API gives it"},
    {"field.unknown", "every key is one that somebody reads"},
    {"request.apiVersion", "the resource is nvidia.com/v1beta1"},
    {"request.kind", "the resource is a DynamoGraphDeploymentRequest"},
    {"metadata.name.required", "a custom resource has a name"},
    {"metadata.name.dns", "the name is a DNS label short enough for the names made from it"},
    {"metadata.namespace.dns", "the namespace is a DNS label"},
    // The spec itself.
    {"spec.model.required", "a request names a model"},
    {"model.known", "the model's configuration can be found"},
    {"model.checkpoint.gpu", "some engine serves the checkpoint's number format on that GPU"},
    {"backend.known", "the backend is auto, trtllm, sglang or vllm"},
    {"image.reference", "the image is a container image reference"},
    {"searchStrategy.known", "the search strategy is rapid or thorough"},
    {"strategy.thorough.backend", "a thorough search names one backend"},
    {"runtimeVersionOverride.version", "the runtime version override is MAJOR.MINOR.PATCH"},
    {"perfVersion.format", "the performance data version is a slot or a version"},
    // Workload.
    {"workload.isl.range", "the input length is a sensible number of tokens"},
    {"workload.osl.range", "the output length is a sensible number of tokens"},
    {"workload.requestRate.range", "the request rate is a sensible number"},
    {"workload.concurrency.range", "the concurrency is a sensible number"},
    {"workload.load.exclusive", "a target load is a rate or a concurrency, not both"},
    {"workload.load.planner", "a target load has no effect beside a scaling planner"},
    {"workload.context.length", "input and output fit the model's context"},
    // SLA.
    {"sla.ttft.range", "the time to first token is a sensible number of milliseconds"},
    {"sla.itl.range", "the inter-token latency is a sensible number of milliseconds"},
    {"sla.e2eLatency.range", "the end-to-end latency is a sensible number of milliseconds"},
    {"sla.pair", "ttft and itl are given together"},
    {"sla.goal.required", "some latency goal remains"},
    {"sla.e2e.exclusive", "an end-to-end goal stands alone"},
    {"sla.e2e.nulls", "an end-to-end goal in a file says ttft: null and itl: null"},
    {"sla.optimizationType.known", "the optimisation type is latency or throughput"},
    {"sla.optimizationType.effect", "only throughput is optimised"},
    // Hardware.
    {"hardware.gpuSku.required", "without a cluster the GPU is named"},
    {"hardware.gpuSku.known", "the GPU is one we have facts for"},
    {"hardware.totalGpus.range", "the GPU budget is a sensible number"},
    {"hardware.numGpusPerNode.range", "the GPUs per node are a sensible number"},
    {"hardware.vramMb.range", "the GPU memory is a sensible number of MiB"},
    {"hardware.vramMb.facts", "the GPU memory is not more than that GPU has"},
    // Model cache.
    {"modelCache.pvcName.required", "a model cache names its PVC"},
    {"modelCache.pvcName.dns", "the PVC name is a DNS subdomain"},
    {"modelCache.pvcModelPath.path", "the model path stays inside the PVC"},
    {"modelCache.pvcMountPath.path", "the mount path is absolute"},
    // Features.
    {"planner.key.unknown", "every planner key is one the planner reads"},
    {"planner.key.duplicate", "a planner key is given once, with or without prefix"},
    {"planner.value", "a planner value is one the planner accepts"},
    {"planner.scaling.required", "a planner scales by something"},
    {"planner.sweep.throughput", "throughput scaling has a sweep to read"},
    {"planner.intervals", "load is adjusted more often than throughput"},
    {"planner.endpoints", "a minimum of one role belongs to a planner that scales the role"},
    {"planner.samples", "samples are sorted into a square of buckets"},
    {"planner.thresholds", "scaling by load has thresholds, up above down"},
    {"planner.power", "a power limit has a number and a cluster to hold it on"},
    {"planner.scaleInterval", "every adjustment falls on a tick"},
    {"planner.globalNamespace.required", "a global planner is told its namespace"},
    {"mocker.sweep.none", "a mocker has a sweep to read"},
    // Overrides.
    {"overrides.dgd.apiVersion", "the base deployment has an API version the operator serves"},
    {"overrides.dgd.kind", "the base deployment is a DynamoGraphDeployment"},
});

/// Rules that need more than the request: the object before it, the operator's settings, or the decision about it.
inline constexpr auto kDecisionRules = std::to_array<Rule>({
    {"spec.immutable", "what was started is not changed any more"},
    {"hardware.discovery.off", "the hardware is written down where nobody discovers it"},
    {"hardware.gpuSku.deprecated", "the GPU has its present name"},
    {"runtimeVersionOverride.required", "the runtime's version can be told"},
    {"overrides.dgd.component.deprecated", "components have their present names"},
    {"metadata.name.budget", "the deployment's name leaves room for pod names"},
    {"profile.sla.unreachable", "the targets can be met"},
    {"profile.load.short", "the GPUs carry the load"},
    {"profile.unverified", "there is a performance model for the combination"},
    {"admission.deadline", "the search ends in time"},
});

[[nodiscard]] constexpr bool is_rule(std::string_view id) {
  const auto has = [id](const auto& rules) {
    for (const Rule& rule : rules) {
      if (rule.id == id) {
        return true;
      }
    }
    return false;
  };
  return has(kRules) || has(kDecisionRules);
}

/// The id of a catalogued rule; any other text does not compile.
class RuleId {
 public:
  consteval RuleId(const char* id) : id_(id) {  // NOLINT(google-explicit-constructor)
    if (!is_rule(id_)) {
      throw "not a rule of the catalogue";
    }
  }

  [[nodiscard]] constexpr std::string_view text() const { return id_; }

 private:
  std::string_view id_;
};

[[nodiscard]] std::span<const Rule> rule_catalog();
[[nodiscard]] std::span<const Rule> decision_rule_catalog();

/// The rule of either list, or nullptr.
[[nodiscard]] const Rule* find_rule(std::string_view id);

}  // namespace dynamo
