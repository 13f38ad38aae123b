#include <gmock/gmock.h>

#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr auto kBase = "model: Qwen/Qwen3-32B\nhardware: {gpuSku: H200_SXM}\n";

ValidatedRequest valid(const std::string& extra, const std::string& base = kBase) {
  ValidateResult result = check(base + extra);
  EXPECT_TRUE(result.request.has_value()) << extra;
  return result.request.value_or(ValidatedRequest{});
}

TEST(Normalise, AppliesTheProfilersDefaults) {
  const ValidatedRequest request = valid("");
  EXPECT_EQ(request.name, "dynamo");
  EXPECT_EQ(request.isl, 4000);
  EXPECT_EQ(request.osl, 1000);
  EXPECT_EQ(request.ttft_ms, 2000);
  EXPECT_EQ(request.itl_ms, 30);
  EXPECT_FALSE(request.e2e_ms.has_value());
  EXPECT_THAT(request.backends, ElementsAre(Backend::kTrtllm, Backend::kSglang, Backend::kVllm));
  EXPECT_EQ(request.strategy, SearchStrategy::kRapid);
  EXPECT_TRUE(request.auto_apply);
  ASSERT_NE(request.system, nullptr);
  EXPECT_EQ(request.system->name, "h200_sxm");
  EXPECT_EQ(request.total_gpus, 8);
  EXPECT_EQ(request.gpus_per_node, 8);
  EXPECT_DOUBLE_EQ(request.vram_bytes, request.system->mem_capacity_bytes);
  EXPECT_EQ(request.model_name, "Qwen/Qwen3-32B");
  EXPECT_EQ(request.model.layers, 64);
  EXPECT_TRUE(request.planner.is_null());
  EXPECT_TRUE(request.pvc_mount_path.empty());
  EXPECT_EQ(request.picking, PickingMode::kDefault);
}

TEST(Normalise, RecordsWhatTheUserDidNotWrite) {
  std::vector<std::string> paths;
  for (const ValidatedRequest::Origin& origin : valid("sla: {ttft: 100}\n").origins) {
    paths.push_back(origin.path + "=" + origin.value + " (" + origin.origin + ")");
  }
  EXPECT_THAT(paths,
              UnorderedElementsAre("backend=auto (default)",
                                   "searchStrategy=rapid (default)",
                                   "autoApply=true (default)",
                                   "hardware.gpuSku=h200_sxm (normalised from \"H200_SXM\")",
                                   "hardware.numGpusPerNode=8 (a node of h200_sxm)",
                                   "hardware.totalGpus=8 (one node, as no cluster was asked)",
                                   ::testing::StartsWith("hardware.vramMb="),
                                   "workload.isl=4000 (default)",
                                   "workload.osl=1000 (default)",
                                   "sla.itl=30 (default)"));
}

TEST(Normalise, PicksByPlannerThenLoad) {
  EXPECT_EQ(valid("workload: {requestRate: 5}\n").picking, PickingMode::kLoadMatch);
  EXPECT_EQ(valid("workload: {concurrency: 5}\n").picking, PickingMode::kLoadMatch);
  EXPECT_EQ(valid("features: {planner: {}}\n").picking, PickingMode::kAutoscale);
  EXPECT_EQ(valid("workload: {concurrency: 5}\nfeatures: {planner: {}}\n").picking, PickingMode::kAutoscale);
  EXPECT_EQ(valid("features: {mocker: {enabled: true}}\n").picking, PickingMode::kDefault);
}

TEST(Normalise, AutoIsTheBackendThePlannerNames) {
  EXPECT_EQ(valid("backend: auto\nfeatures: {planner: {backend: sglang}}\n").backends, std::vector{Backend::kSglang});
  EXPECT_EQ(valid("backend: auto\nfeatures: {planner: {}}\n").backends.size(), 3u);
  EXPECT_EQ(valid("backend: trtllm\nfeatures: {planner: {backend: sglang}}\n").backends, std::vector{Backend::kTrtllm});
}

TEST(Normalise, MapsTheGuidesPlannerNames) {
  const ValidatedRequest request =
      valid("features: {planner: {planner_min_endpoint: 2, planner_adjustment_interval: 60, odd: 1}}\n");
  EXPECT_EQ(write_json(request.planner), R"({"min_endpoint":2,"throughput_adjustment_interval":60,"odd":1})");
  EXPECT_TRUE(request.planner_scaling);
}

TEST(Normalise, CapsAnAutomaticBudget) {
  EXPECT_EQ(valid("", "model: Qwen/Qwen3-32B\nhardware: {gpuSku: h200_sxm, numGpusPerNode: 72}\n").total_gpus, 32);
  EXPECT_EQ(valid("", "model: Qwen/Qwen3-32B\nhardware: {gpuSku: h200_sxm, totalGpus: 72}\n").total_gpus, 72);
}

TEST(Normalise, PutsTheModelPathInsideThePvc) {
  const auto path = [](const std::string& written) {
    return valid("modelCache: {pvcName: c, pvcMountPath: /mnt/c/, pvcModelPath: " + written + "}\n").pvc_model_path;
  };
  EXPECT_EQ(path("hub/x"), "hub/x");
  EXPECT_EQ(path("/hub/x/"), "hub/x");
  EXPECT_EQ(path("/mnt/c/hub"), "hub");
  EXPECT_EQ(path("/mnt/cd"), "mnt/cd");
  EXPECT_EQ(valid("modelCache: {pvcName: c}\n").pvc_mount_path, "/opt/model-cache");
}

TEST(Normalise, EndToEndReplacesTheTokenGoals) {
  const ValidatedRequest request = valid("sla: {e2eLatency: 8000, ttft: null, itl: null}\n");
  EXPECT_EQ(request.e2e_ms, 8000);
  EXPECT_FALSE(request.ttft_ms.has_value());
  EXPECT_FALSE(request.itl_ms.has_value());
}

TEST(Normalise, TakesVramInMebibytes) {
  EXPECT_DOUBLE_EQ(valid("", "model: Qwen/Qwen3-32B\nhardware: {gpuSku: h200_sxm, vramMb: 81920}\n").vram_bytes,
                   81920.0 * 1024 * 1024);
}

}  // namespace
}  // namespace dynamo::testing
