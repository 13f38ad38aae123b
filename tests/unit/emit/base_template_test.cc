#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "emit_fixture.h"

namespace dynamo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::aggregated;
using testing::args_of;
using testing::disaggregated;
using testing::request_for;

ValidatedRequest with_template(std::string_view yaml) {
  ValidatedRequest request = request_for(testing::dense_model());
  const ReadResult read = read_yaml(yaml, "template.yaml");
  EXPECT_EQ(read.documents.size(), 1u);
  request.overrides_dgd = read.documents.at(0).root;
  return request;
}

std::vector<std::string> rules_at(const Diagnostics& found, std::string_view path) {
  std::vector<std::string> rules;
  for (const Diagnostic& item : found.items()) {
    if (item.path == path) rules.push_back(item.rule);
  }
  return rules;
}

int count(const std::vector<std::string>& words, std::string_view word) {
  return static_cast<int>(std::ranges::count(words, word));
}

TEST(BaseTemplate, WhatTheUserWroteSurvivesOnce) {
  const auto request = with_template(R"(
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: my-dgd, labels: {team: search}, annotations: {note: kept}}
spec:
  envs: [{name: LOG, value: debug}]
  services:
    Frontend: {replicas: 2}
    VllmDecodeWorker:
      extraPodSpec:
        imagePullSecrets: [{name: pull}]
        mainContainer:
          args: [--gpu-memory-utilization, "0.85", --reasoning-parser=qwen3]
          env: [{name: FOO, value: bar}]
)");
  const auto out = emit_deployment(request, disaggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  const Value& dgd = out->documents.back();
  EXPECT_EQ(*dgd.find_path({"metadata", "name"})->as_string(), "my-dgd");
  EXPECT_EQ(write_json(*dgd.find_path({"metadata", "labels"})),
            R"({"team":"search","dgdr.nvidia.com/name":"chat","dgdr.nvidia.com/namespace":"serving"})");
  EXPECT_EQ(*dgd.find_path({"spec", "services", "Frontend", "replicas"})->as_int(), 2);
  EXPECT_EQ(write_json(*dgd.find_path({"spec", "envs"})), R"([{"name":"LOG","value":"debug"}])");
  const auto args = args_of(dgd, "VllmDecodeWorker");
  EXPECT_EQ(count(args, "--gpu-memory-utilization"), 1);
  EXPECT_THAT(args, Contains("0.85"));
  EXPECT_EQ(count(args, "--reasoning-parser=qwen3"), 1);
  EXPECT_EQ(write_json(*dgd.find_path({"spec", "services", "VllmDecodeWorker", "extraPodSpec", "mainContainer", "env"})),
            R"([{"name":"FOO","value":"bar"}])");
  // The prediction was made with another fraction of memory.
  EXPECT_THAT(rules_at(out->warnings, "spec.overrides.dgd.spec.services.VllmDecodeWorker.extraPodSpec.mainContainer.args"),
              ::testing::ElementsAre("overrides.dgd.unmodelled"));
}

TEST(BaseTemplate, LayoutReplicasAndGpusStayOursAndAreReported) {
  const auto request = with_template(R"(
spec:
  backendFramework: sglang
  services:
    VllmDecodeWorker:
      replicas: 7
      multinode: {nodeCount: 4}
      resources: {limits: {gpu: "1", memory: 200Gi}, requests: {gpu: "1"}}
      extraPodSpec: {mainContainer: {args: [-tp, "8", --data-parallel-size-local, "2", --model, Other/Model]}}
)");
  const auto out = emit_deployment(request, aggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  const Value* worker = out->documents.back().find_path({"spec", "services", "VllmDecodeWorker"});
  EXPECT_EQ(*worker->find("replicas")->as_int(), 2);
  EXPECT_EQ(worker->find("multinode"), nullptr);
  EXPECT_EQ(write_json(*worker->find("resources")), R"({"limits":{"gpu":"4","memory":"200Gi"},"requests":{"gpu":"4"}})");
  const auto args = args_of(out->documents.back(), "VllmDecodeWorker");
  EXPECT_EQ(count(args, "-tp"), 0);
  EXPECT_EQ(count(args, "--tensor-parallel-size"), 1);
  EXPECT_EQ(count(args, "--data-parallel-size-local"), 0);
  EXPECT_EQ(count(args, "Other/Model"), 0);
  for (const char* path : {"replicas", "multinode", "resources.limits.gpu", "resources.requests.gpu"}) {
    EXPECT_THAT(rules_at(out->warnings, std::string("spec.overrides.dgd.spec.services.VllmDecodeWorker.") + path),
                ::testing::ElementsAre("overrides.dgd.replaced"))
        << path;
  }
  EXPECT_EQ(rules_at(out->warnings, "spec.overrides.dgd.spec.services.VllmDecodeWorker.extraPodSpec.mainContainer.args").size(), 3u);
  EXPECT_THAT(rules_at(out->warnings, "spec.overrides.dgd.spec.backendFramework"), ::testing::ElementsAre("overrides.dgd.replaced"));
}

TEST(BaseTemplate, WorkersKeepTheUsersNamesByRole) {
  const auto request = with_template(R"(
spec:
  services:
    front: {componentType: frontend}
    pre: {componentType: worker, subComponentType: prefill}
    dec: {componentType: decode}
)");
  const auto out = emit_deployment(request, disaggregated(Backend::kSglang));
  ASSERT_TRUE(out);
  std::vector<std::string> names;
  for (const Member& service : *out->documents.back().find_path({"spec", "services"})->as_object()) names.push_back(service.key);
  EXPECT_THAT(names, ::testing::ElementsAre("front", "pre", "dec"));
}

TEST(BaseTemplate, ServicesThePickDoesNotKnowAreReported) {
  const auto request = with_template(R"(
spec:
  services:
    Extra: {replicas: 1}
    VllmPrefillWorker: {replicas: 1}
)");
  const auto out = emit_deployment(request, aggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  const Value* services = out->documents.back().find_path({"spec", "services"});
  EXPECT_NE(services->find("Extra"), nullptr);
  EXPECT_EQ(services->find("VllmPrefillWorker"), nullptr);
  EXPECT_THAT(rules_at(out->warnings, "spec.overrides.dgd.spec.services.Extra"), ::testing::ElementsAre("overrides.dgd.service"));
  EXPECT_THAT(rules_at(out->warnings, "spec.overrides.dgd.spec.services.VllmPrefillWorker"),
              ::testing::ElementsAre("overrides.dgd.service"));
}

TEST(BaseTemplate, AWorkerIsFoundUnderItsUsualNameWhereOursIsShorter) {
  auto request = with_template(R"(
spec:
  services:
    VllmDecodeWorker:
      extraPodSpec: {mainContainer: {args: [--seed, '1']}}
)");
  request.total_gpus = 16;
  const auto out = emit_deployment(request, aggregated(Backend::kVllm, {.tp = 16, .moe_tp = 16}, 1));
  ASSERT_TRUE(out);
  EXPECT_EQ(testing::value_of(args_of(out->documents.back(), "VllmDecodeWorker"), "--seed"), "1");
  EXPECT_TRUE(out->warnings.empty());
}

TEST(BaseTemplate, SettingsOfTensorRtLlmAreMergedAsOneObject) {
  const auto request = with_template(R"(
spec:
  services:
    TRTLLMWorker:
      extraPodSpec: {mainContainer: {args: [--override-engine-args, '{"tensor_parallel_size": 8, "enable_chunked_prefill": false, "print_iter_log": true}']}}
)");
  const auto out = emit_deployment(request, aggregated(Backend::kTrtllm));
  ASSERT_TRUE(out);
  const auto args = args_of(out->documents.back(), "TRTLLMWorker");
  ASSERT_EQ(count(args, "--override-engine-args"), 1);
  const auto at = std::ranges::find(args, "--override-engine-args");
  const auto settings = read_json(*(at + 1), "args");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->find("tensor_parallel_size"), nullptr);
  EXPECT_FALSE(*settings->find("enable_chunked_prefill")->as_bool());
  EXPECT_TRUE(*settings->find("print_iter_log")->as_bool());
  EXPECT_NE(settings->find("kv_cache_config"), nullptr);
}

TEST(BaseTemplate, ABetaTemplateIsWrittenAsBetaUnlessAskedOtherwise) {
  const auto request = with_template(R"(
apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: base}
spec:
  components:
  - name: decode
    type: worker
    podTemplate:
      spec:
        nodeSelector: {pool: h200}
        containers: [{name: main, args: [--log-level, debug]}, {name: sidecar, image: side:1}]
)");
  const auto beta = emit_deployment(request, aggregated(Backend::kSglang));
  ASSERT_TRUE(beta);
  const std::string text = write_json(beta->documents.back());
  EXPECT_THAT(text, HasSubstr("nvidia.com/v1beta1"));
  EXPECT_THAT(text, HasSubstr(R"("nodeSelector":{"pool":"h200"})"));
  EXPECT_THAT(text, HasSubstr(R"({"name":"sidecar","image":"side:1"})"));
  EXPECT_THAT(text, HasSubstr("--log-level"));
  const auto alpha = emit_deployment(request, aggregated(Backend::kSglang), {.api = DeploymentApi::kV1alpha1});
  ASSERT_TRUE(alpha);
  EXPECT_NE(alpha->documents.back().find_path({"spec", "services", "decode", "extraPodSpec", "nodeSelector"}), nullptr);
}

TEST(BaseTemplate, AShellLineIsTakenApartOrRefused) {
  const char* simple = R"(
spec: {services: {VllmDecodeWorker: {extraPodSpec: {mainContainer: {command: [/bin/sh, -c], args: ["python3 -m dynamo.vllm --seed 7 --tensor-parallel-size 2"]}}}}}
)";
  const auto out = emit_deployment(with_template(simple), aggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  const auto args = args_of(out->documents.back(), "VllmDecodeWorker");
  EXPECT_EQ(count(args, "--seed"), 1);
  EXPECT_EQ(count(args, "4"), 1);
  const char* piped = R"(
spec: {services: {VllmDecodeWorker: {extraPodSpec: {mainContainer: {command: [sh, -c], args: ["python3 -m dynamo.vllm 2>&1 | tee log"]}}}}}
)";
  const auto refused = emit_deployment(with_template(piped), aggregated(Backend::kVllm));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().items().at(0).rule, "overrides.dgd.unusable");
}

TEST(BaseTemplate, ALiveObjectIsABaseToo) {
  const auto request = with_template(R"(
metadata: {name: live, uid: abc, resourceVersion: "7", namespace: elsewhere}
spec: {services: {Frontend: {resources: null}}}
status: {state: successful}
)");
  const auto out = emit_deployment(request, aggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  const Value& dgd = out->documents.back();
  EXPECT_EQ(dgd.find("status"), nullptr);
  EXPECT_EQ(dgd.find_path({"metadata", "uid"}), nullptr);
  EXPECT_EQ(*dgd.find_path({"metadata", "namespace"})->as_string(), "serving");
  EXPECT_EQ(dgd.find_path({"spec", "services", "Frontend", "resources"}), nullptr);
  EXPECT_EQ(out->warnings.warning_count(), 3u);
}

TEST(BaseTemplate, TolerationsOfTheJobReachEveryService) {
  ValidatedRequest request = request_for(testing::dense_model());
  const ReadResult job = read_yaml("template: {spec: {tolerations: [{key: gpu, operator: Exists}, {key: gpu, operator: Exists}]}}", "job");
  request.overrides_profiling_job = job.documents.at(0).root;
  const auto out = emit_deployment(request, disaggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  for (const Member& service : *out->documents.back().find_path({"spec", "services"})->as_object()) {
    EXPECT_NE(service.value.find_path({"extraPodSpec", "tolerations"}), nullptr) << service.key;
  }
}

TEST(BaseTemplate, WithoutOverridesNothingIsReported) {
  const auto out = emit_deployment(request_for(testing::dense_model()), aggregated(Backend::kVllm));
  ASSERT_TRUE(out);
  EXPECT_THAT(out->warnings.items(), IsEmpty());
}

}  // namespace
}  // namespace dynamo
