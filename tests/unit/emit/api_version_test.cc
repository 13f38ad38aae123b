#include "emit/api_version.h"

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "emit_fixture.h"

namespace dynamo {
namespace {

using testing::aggregated;
using testing::disaggregated;
using testing::moe_model;
using testing::request_for;

Value emitted_as(const ValidatedRequest& request, const PickReport& report, DeploymentApi api) {
  const auto deployment = emit_deployment(request, report, {.api = api});
  return deployment ? deployment->documents.back() : Value();
}

const Value* component(const Value& deployment, std::string_view name) {
  for (const Value& item : *deployment.find_path({"spec", "components"})->as_array()) {
    if (*item.find("name")->as_string() == name) return &item;
  }
  return nullptr;
}

const Value& main_of(const Value& component) {
  return component.find_path({"podTemplate", "spec", "containers"})->as_array()->front();
}

TEST(ApiVersion, NamesAreReadWithAndWithoutTheGroup) {
  EXPECT_EQ(deployment_api_from_name("v1beta1"), DeploymentApi::kV1beta1);
  EXPECT_EQ(deployment_api_from_name("nvidia.com/v1alpha1"), DeploymentApi::kV1alpha1);
  EXPECT_EQ(deployment_api_from_name("v1"), std::nullopt);
  EXPECT_EQ(name_of(DeploymentApi::kV1beta1), "nvidia.com/v1beta1");
}

TEST(ApiVersion, ComponentsCarryTypesGpusAndAMainContainer) {
  const Value deployment = emitted_as(request_for(testing::dense_model()), disaggregated(Backend::kVllm), DeploymentApi::kV1beta1);
  EXPECT_EQ(*deployment.find("apiVersion")->as_string(), "nvidia.com/v1beta1");
  const Value* prefill = component(deployment, "VllmPrefillWorker");
  ASSERT_NE(prefill, nullptr);
  EXPECT_EQ(*prefill->find("type")->as_string(), "prefill");
  const Value& main = main_of(*prefill);
  EXPECT_EQ(*main.find("name")->as_string(), "main");
  EXPECT_EQ(*main.find_path({"resources", "limits", "nvidia.com/gpu"})->as_string(), "2");
  EXPECT_EQ(write_json(*main.find("envFrom")), R"([{"secretRef":{"name":"hf-token-secret"}}])");
  EXPECT_EQ(*prefill->find("sharedMemorySize")->as_string(), "64Gi");
  EXPECT_EQ(prefill->find("resources"), nullptr);
}

TEST(ApiVersion, ClaimsBecomeVolumesOfThePods) {
  ValidatedRequest request = request_for(moe_model(), 32);
  request.pvc_name = "model-cache";
  request.pvc_mount_path = "/opt/model-cache";
  const Value deployment = emitted_as(request, aggregated(Backend::kSglang), DeploymentApi::kV1beta1);
  EXPECT_EQ(deployment.find_path({"spec", "pvcs"}), nullptr);
  const Value* worker = component(deployment, "decode");
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(write_json(*worker->find_path({"podTemplate", "spec", "volumes"})),
            R"([{"name":"model-cache","persistentVolumeClaim":{"claimName":"model-cache"}}])");
  EXPECT_EQ(write_json(*main_of(*worker).find("volumeMounts")), R"([{"name":"model-cache","mountPath":"/opt/model-cache"}])");
}

TEST(ApiVersion, ThereAndBackIsTheSameDeployment) {
  for (const Backend backend : {Backend::kVllm, Backend::kSglang, Backend::kTrtllm}) {
    const Value alpha = emitted_as(request_for(testing::dense_model()), disaggregated(backend), DeploymentApi::kV1alpha1);
    const Value beta = emit::to_v1beta1(alpha);
    const Value back = emit::to_v1beta1(emit::to_v1alpha1(beta));
    EXPECT_EQ(write_json(beta), write_json(back));
  }
}

}  // namespace
}  // namespace dynamo
