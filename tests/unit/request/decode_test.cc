#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request.h"

namespace dynamo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Decoded {
  RequestSpec spec;
  Diagnostics diagnostics;
};

Decoded decode(const std::string& yaml) {
  ReadResult read = read_yaml(yaml, "test.yaml");
  EXPECT_FALSE(read.diagnostics.has_errors());
  EXPECT_EQ(read.documents.size(), 1u);
  Decoded decoded;
  decoded.spec = decode_request(read.documents.at(0), decoded.diagnostics);
  return decoded;
}

std::vector<std::string> lines(const Diagnostics& diagnostics) {
  std::vector<std::string> texts;
  for (const Diagnostic& item : diagnostics.items()) {
    const std::string severity = item.severity == Severity::kError ? "error " : "warning ";
    texts.push_back(severity + item.rule + " " + item.path + ": " + item.reason);
  }
  return texts;
}

constexpr auto kFull = R"(apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeploymentRequest
metadata:
  name: full
  namespace: team-a
  labels: {a: b}
spec:
  model: Qwen/Qwen3-32B
  backend: vllm
  image: registry.example/x/vllm-runtime:1.0.0
  searchStrategy: rapid
  autoApply: false
  runtimeVersionOverride: "1.1.0"
  workload: {isl: 3000, osl: 150, requestRate: 2.5, concurrency: 10}
  sla: {ttft: 200, itl: 20.5, e2eLatency: null, optimizationType: throughput}
  hardware: {gpuSku: h200_sxm, vramMb: 144384, totalGpus: 16, numGpusPerNode: 8, interconnect: nvlink, rdma: true}
  modelCache: {pvcName: cache, pvcModelPath: hub/x, pvcMountPath: /mnt}
  features:
    planner: {planner_min_endpoint: 2}
    mocker: {enabled: true}
    kvRouter: {enabled: true}
  overrides:
    dgd: {kind: DynamoGraphDeployment}
    profilingJob: {template: {}}
    trustRemoteCode: true
status: {phase: Pending}
)";

TEST(Decode, ReadsEveryFieldOfTheApi) {
  const Decoded decoded = decode(kFull);
  const RequestSpec& spec = decoded.spec;
  EXPECT_THAT(lines(decoded.diagnostics), IsEmpty());
  EXPECT_EQ(spec.source, "test.yaml");
  EXPECT_EQ(spec.path_prefix, "spec");
  EXPECT_EQ(spec.name, "full");
  EXPECT_EQ(spec.namespace_name, "team-a");
  EXPECT_EQ(spec.model.value, "Qwen/Qwen3-32B");
  EXPECT_EQ(spec.backend.value, "vllm");
  EXPECT_EQ(spec.image.value, "registry.example/x/vllm-runtime:1.0.0");
  EXPECT_EQ(spec.search_strategy.value, "rapid");
  EXPECT_TRUE(spec.auto_apply.set());
  EXPECT_FALSE(spec.auto_apply.value);
  EXPECT_EQ(spec.runtime_version_override.value, "1.1.0");
  EXPECT_EQ(spec.workload.isl.value, 3000);
  EXPECT_EQ(spec.workload.osl.value, 150);
  EXPECT_DOUBLE_EQ(spec.workload.request_rate.value, 2.5);
  EXPECT_DOUBLE_EQ(spec.workload.concurrency.value, 10);
  EXPECT_DOUBLE_EQ(spec.sla.ttft.value, 200);
  EXPECT_DOUBLE_EQ(spec.sla.itl.value, 20.5);
  EXPECT_EQ(spec.sla.optimization_type.value, "throughput");
  EXPECT_EQ(spec.hardware.gpu_sku.value, "h200_sxm");
  EXPECT_DOUBLE_EQ(spec.hardware.vram_mb.value, 144384);
  EXPECT_EQ(spec.hardware.total_gpus.value, 16);
  EXPECT_EQ(spec.hardware.gpus_per_node.value, 8);
  EXPECT_EQ(spec.model_cache.pvc_name.value, "cache");
  EXPECT_EQ(spec.model_cache.pvc_model_path.value, "hub/x");
  EXPECT_EQ(spec.model_cache.pvc_mount_path.value, "/mnt");
  EXPECT_NE(spec.planner.value.find("planner_min_endpoint"), nullptr);
  EXPECT_TRUE(spec.mocker_enabled.value);
  EXPECT_TRUE(spec.kv_router_enabled.value);
  EXPECT_TRUE(spec.trust_remote_code.value);
  EXPECT_NE(spec.overrides_dgd.value.find("kind"), nullptr);
  EXPECT_NE(spec.overrides_profiling_job.value.find("template"), nullptr);
}

TEST(Decode, TellsAbsentFromNullFromSet) {
  const RequestSpec spec = decode("model: m\nsla: {ttft: null, itl: 5}\n").spec;
  EXPECT_EQ(spec.sla.ttft.state, Field<double>::State::kNull);
  EXPECT_EQ(spec.sla.itl.state, Field<double>::State::kSet);
  EXPECT_EQ(spec.sla.e2e_latency.state, Field<double>::State::kAbsent);
}

TEST(Decode, ReadsABareSpecWithoutPrefix) {
  const Decoded decoded = decode("model: m\nhardware: {gpuSku: 5}\n");
  EXPECT_EQ(decoded.spec.path_prefix, "");
  EXPECT_THAT(lines(decoded.diagnostics),
              ElementsAre("error field.type hardware.gpuSku: must be a string, not a whole number"));
}

TEST(Decode, KeepsThePlaceOfKeyAndValue) {
  const RequestSpec spec = decode("model: m\nworkload:\n  isl: 10\n").spec;
  EXPECT_EQ(spec.workload.isl.key_mark.line, 3);
  EXPECT_EQ(spec.workload.isl.key_mark.column, 3);
  EXPECT_EQ(spec.workload.isl.mark.line, 3);
  EXPECT_EQ(spec.workload.isl.mark.column, 8);
}

TEST(Decode, TakesWholeNumbersWrittenAsFloats) {
  const Decoded decoded = decode("workload: {isl: 4000.0, osl: 1e3}\n");
  EXPECT_THAT(lines(decoded.diagnostics), IsEmpty());
  EXPECT_EQ(decoded.spec.workload.isl.value, 4000);
  EXPECT_EQ(decoded.spec.workload.osl.value, 1000);
}

TEST(Decode, ReportsEveryWrongType) {
  const Decoded decoded = decode(R"(model: [a]
backend: true
autoApply: "yes"
workload: {isl: 1.5, osl: "20", requestRate: fast}
sla: 7
hardware: {totalGpus: .nan, numGpusPerNode: 1e300}
features: {planner: on-please, mocker: [x]}
overrides: {dgd: 3}
)");
  EXPECT_THAT(lines(decoded.diagnostics),
              ElementsAre("error field.type model: must be a string, not a list",
                          "error field.type backend: must be a string, not a boolean",
                          "error field.type autoApply: must be true or false, not a string",
                          "error field.type workload.isl: must be a whole number, not a number",
                          "error field.type workload.osl: must be a whole number, not a string",
                          "error field.type workload.requestRate: must be a number, not a string",
                          "error field.type sla: must be an object, not a whole number",
                          "error field.type hardware.totalGpus: must be a whole number, not a number",
                          "error field.type hardware.numGpusPerNode: must be a whole number, not a number",
                          "error field.type features.planner: must be an object, not a string",
                          "error field.type features.mocker: must be an object, not a list",
                          "error field.type overrides.dgd: must be an object, not a whole number"));
  EXPECT_EQ(decoded.diagnostics.items().at(4).hint, "write 20 without quotes");
  EXPECT_TRUE(decoded.spec.model.malformed);
  EXPECT_TRUE(decoded.spec.sla.ttft.malformed);
}

TEST(Decode, RefusesUnknownKeysAtEveryLevel) {
  const Decoded decoded = decode(R"(apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeploymentRequest
metadata: {name: a, lables: {}}
model: outside
spec:
  modle: m
  workload: {isll: 1}
  sla: {isl: 5, zzzzzz: 1}
  hardware: {numGPUsPerNode: 8}
  features: {mocker: {enable: true}, plannner: {}}
)");
  EXPECT_THAT(
      lines(decoded.diagnostics),
      ElementsAre("error field.unknown metadata.lables: unknown key; did you mean labels?",
                  "error field.unknown model: unknown key here; it belongs in spec",
                  "error field.unknown spec.workload.isll: unknown key; did you mean isl?",
                  "error field.unknown spec.sla.isl: unknown key here; it belongs in spec.workload",
                  "error field.unknown spec.sla.zzzzzz: unknown key",
                  "error field.unknown spec.hardware.numGPUsPerNode: unknown key; did you mean numGpusPerNode?",
                  "error field.unknown spec.features.mocker.enable: unknown key; did you mean enabled?",
                  "error field.unknown spec.features.plannner: unknown key; did you mean planner?",
                  "error field.unknown spec.modle: unknown key; did you mean model?"));
}

TEST(Decode, ChecksTheEnvelope) {
  const Decoded old = decode("apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {}\nspec: {}\n");
  EXPECT_THAT(lines(old.diagnostics),
              ElementsAre("error request.apiVersion apiVersion: \"nvidia.com/v1alpha1\" is not nvidia.com/v1beta1",
                          "error request.kind kind: \"DynamoGraphDeployment\" is not DynamoGraphDeploymentRequest",
                          "error metadata.name.required metadata.name: is missing"));
  EXPECT_THAT(old.diagnostics.items().at(0).hint, HasSubstr("profilingConfig"));
  EXPECT_THAT(old.diagnostics.items().at(1).hint, HasSubstr("overrides.dgd"));
  EXPECT_THAT(lines(decode("spec: {}\n").diagnostics),
              ElementsAre("error request.apiVersion apiVersion: is missing",
                          "error request.kind kind: is missing",
                          "error metadata.name.required metadata.name: is missing"));
}

std::string name_problem(const std::string& name) {
  const Decoded decoded =
      decode("apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeploymentRequest\nmetadata:\n  name: \"" + name +
             "\"\n  namespace: ns\nspec: {model: m}\n");
  return decoded.diagnostics.empty() ? "" : decoded.diagnostics.items().at(0).hint;
}

TEST(Decode, ChecksNames) {
  EXPECT_EQ(name_problem("a"), "");
  EXPECT_EQ(name_problem(std::string(55, 'a')), "");
  EXPECT_EQ(name_problem(std::string(56, 'a')), "for example " + std::string(55, 'a'));
  EXPECT_EQ(name_problem("My_Model 1"), "for example my-model-1");
  EXPECT_EQ(name_problem("-a-"), "for example a");
  EXPECT_EQ(name_problem("a.b"), "for example a-b");
}

TEST(Decode, AcceptsAGeneratedName) {
  const Decoded decoded = decode(
      "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeploymentRequest\nmetadata: {generateName: a-}\nspec: {}\n");
  EXPECT_THAT(lines(decoded.diagnostics), IsEmpty());
  EXPECT_EQ(decoded.spec.name, "");
}

TEST(Decode, SurvivesADocumentThatIsNoObject) {
  EXPECT_THAT(lines(decode("- a\n- b\n").diagnostics), ElementsAre("error field.type : must be an object, not a list"));
  EXPECT_THAT(lines(decode("just words\n").diagnostics),
              ElementsAre("error field.type : must be an object, not a string"));
}

TEST(Decode, CutsLongValuesBetweenCharacters) {
  std::string text = "model: [\"";
  for (int i = 0; i < 40; ++i) {
    text += "\xC3\xA9";
  }
  const Decoded decoded = decode(text + "\"]\n");
  const std::string& bad = decoded.diagnostics.items().at(0).bad_value;
  EXPECT_THAT(bad, HasSubstr("..."));
  EXPECT_EQ((bad.size() - std::string("[\"...").size()) % 2, 0u);
}

TEST(Names, OfPickingModes) {
  EXPECT_EQ(name_of(PickingMode::kDefault), "default");
  EXPECT_EQ(name_of(PickingMode::kLoadMatch), "load_match");
  EXPECT_EQ(name_of(PickingMode::kAutoscale), "autoscale");
}

}  // namespace
}  // namespace dynamo
