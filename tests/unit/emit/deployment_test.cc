#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "facts/backend_facts.h"
#include "unit/emit/emit_fixture.h"

namespace dynamo {
namespace {

using testing::aggregated;
using testing::args_of;
using ::testing::Contains;
using testing::dense_model;
using testing::disaggregated;
using testing::emitted;
using ::testing::HasSubstr;
using testing::int_at;
using testing::moe_model;
using ::testing::Not;
using testing::request_for;
using testing::text_at;
using testing::value_of;

constexpr Backend kAllBackends[] = {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};

std::set<std::string> services_of(const Value& deployment) {
  std::set<std::string> names;
  const Value* services = deployment.find_path({"spec", "services"});
  if (services && services->as_object()) {
    for (const auto& member : *services->as_object())
      names.insert(member.key);
  }
  return names;
}

int total_gpus(const Value& deployment) {
  int total = 0;
  for (const auto& member : *deployment.find_path({"spec", "services"})->as_object()) {
    const auto gpus = text_at(member.value, {"resources", "limits", "gpu"});
    if (gpus.empty())
      continue;
    const auto nodes = int_at(member.value, {"multinode", "nodeCount"});
    total += std::stoi(gpus) * static_cast<int>(int_at(member.value, {"replicas"}) * (nodes < 0 ? 1 : nodes));
  }
  return total;
}

// The service names and module paths that the released profiler wrote.
TEST(Deployment, ServicesAreNamedAsInTheBackendsExamples) {
  const auto request = request_for(dense_model());
  using Names = std::set<std::string>;
  EXPECT_EQ(services_of(emitted(request, aggregated(Backend::kVllm))), (Names{"Frontend", "VllmDecodeWorker"}));
  EXPECT_EQ(services_of(emitted(request, aggregated(Backend::kSglang))), (Names{"Frontend", "decode"}));
  EXPECT_EQ(services_of(emitted(request, aggregated(Backend::kTrtllm))), (Names{"Frontend", "TRTLLMWorker"}));
  EXPECT_EQ(services_of(emitted(request, disaggregated(Backend::kVllm))),
            (Names{"Frontend", "VllmPrefillWorker", "VllmDecodeWorker"}));
  EXPECT_EQ(services_of(emitted(request, disaggregated(Backend::kSglang))), (Names{"Frontend", "prefill", "decode"}));
  EXPECT_EQ(services_of(emitted(request, disaggregated(Backend::kTrtllm))),
            (Names{"Frontend", "TRTLLMPrefillWorker", "TRTLLMDecodeWorker"}));
}

TEST(Deployment, EveryServiceHasWhatTheOperatorReads) {
  for (const Backend backend : kAllBackends) {
    const auto deployment = emitted(request_for(dense_model()), disaggregated(backend));
    EXPECT_EQ(text_at(deployment, {"apiVersion"}), "nvidia.com/v1alpha1");
    EXPECT_EQ(text_at(deployment, {"kind"}), "DynamoGraphDeployment");
    EXPECT_EQ(text_at(deployment, {"metadata", "namespace"}), "serving");
    EXPECT_EQ(text_at(deployment, {"metadata", "labels", "dgdr.nvidia.com/name"}), "chat");
    EXPECT_EQ(text_at(deployment, {"metadata", "labels", "dgdr.nvidia.com/namespace"}), "serving");
    EXPECT_EQ(text_at(deployment, {"spec", "backendFramework"}), name_of(backend));
    for (const auto& service : *deployment.find_path({"spec", "services"})->as_object()) {
      const bool frontend = service.key == "Frontend";
      EXPECT_EQ(text_at(service.value, {"componentType"}), frontend ? "frontend" : "worker");
      EXPECT_EQ(text_at(service.value, {"envFromSecret"}), "hf-token-secret");
      EXPECT_GE(int_at(service.value, {"replicas"}), 1);
      EXPECT_THAT(text_at(service.value, {"extraPodSpec", "mainContainer", "image"}),
                  ::testing::EndsWith(std::string(facts::backend_facts(backend).image_name) + ":1.0.1"));
    }
  }
}

TEST(Deployment, RequestWithoutNameGetsNoLabels) {
  auto request = request_for(dense_model());
  request.name = "dynamo";
  request.namespace_name.clear();
  const auto deployment = emitted(request, aggregated(Backend::kVllm));
  EXPECT_EQ(deployment.find_path({"metadata", "labels"}), nullptr);
  EXPECT_EQ(deployment.find_path({"metadata", "namespace"}), nullptr);
}

TEST(Deployment, DisaggregatedWorkersAreToldTheirRole) {
  const auto request = request_for(dense_model());
  for (const Backend backend : kAllBackends) {
    const auto deployment = emitted(request, disaggregated(backend));
    const auto& facts = facts::backend_facts(backend);
    const auto prefill = facts.service(facts::EngineRole::kPrefill), decode = facts.service(facts::EngineRole::kDecode);
    EXPECT_EQ(value_of(args_of(deployment, prefill), "--disaggregation-mode"), "prefill") << name_of(backend);
    EXPECT_EQ(value_of(args_of(deployment, decode), "--disaggregation-mode"), "decode") << name_of(backend);
    EXPECT_EQ(text_at(deployment, {"spec", "services", prefill, "subComponentType"}), "prefill");
    EXPECT_EQ(text_at(deployment, {"spec", "services", decode, "subComponentType"}), "decode");
  }
}

TEST(Deployment, AggregatedWorkersAreToldNoRole) {
  for (const Backend backend : kAllBackends) {
    const auto deployment = emitted(request_for(dense_model()), aggregated(backend));
    EXPECT_THAT(args_of(deployment, facts::backend_facts(backend).service(facts::EngineRole::kAggregated)),
                Not(Contains("--disaggregation-mode")));
  }
}

TEST(Deployment, VllmRoleFlagFollowsTheRuntimeOfTheImage) {
  auto request = request_for(dense_model());
  request.image = "registry.example:5000/dynamo/vllm-runtime:v0.9.1";
  const auto old_runtime = emitted(request, disaggregated(Backend::kVllm));
  EXPECT_THAT(args_of(old_runtime, "VllmPrefillWorker"), Contains("--is-prefill-worker"));
  EXPECT_THAT(args_of(old_runtime, "VllmDecodeWorker"), Contains("--is-decode-worker"));
  EXPECT_THAT(args_of(old_runtime, "VllmPrefillWorker"), Not(Contains("--disaggregation-mode")));

  request.runtime_version_override = "1.2.0";
  const auto overridden = emitted(request, disaggregated(Backend::kVllm));
  EXPECT_EQ(value_of(args_of(overridden, "VllmPrefillWorker"), "--disaggregation-mode"), "prefill");
  EXPECT_THAT(value_of(args_of(overridden, "VllmPrefillWorker"), "--kv-transfer-config"), HasSubstr("NixlConnector"));
}

TEST(Deployment, LimitsAreTheModelledOnes) {
  const auto request = request_for(dense_model());
  const auto vllm = args_of(emitted(request, aggregated(Backend::kVllm)), "VllmDecodeWorker");
  EXPECT_EQ(value_of(vllm, "--max-num-seqs"), "96");
  EXPECT_EQ(value_of(vllm, "--max-num-batched-tokens"), "4192");  // 4096 of prefill, one each of 96 sequences
  EXPECT_EQ(value_of(vllm, "--max-model-len"), "6500");
  EXPECT_EQ(value_of(vllm, "--gpu-memory-utilization"), "0.92");

  const auto sglang = args_of(emitted(request, aggregated(Backend::kSglang)), "decode");
  EXPECT_EQ(value_of(sglang, "--max-running-requests"), "96");
  EXPECT_EQ(value_of(sglang, "--chunked-prefill-size"), "4224");  // whole pages of 64
  EXPECT_EQ(value_of(sglang, "--context-length"), "6500");
  EXPECT_EQ(value_of(sglang, "--mem-fraction-static"), "0.88");

  const auto trtllm = args_of(emitted(request, aggregated(Backend::kTrtllm)), "TRTLLMWorker");
  EXPECT_EQ(value_of(trtllm, "--max-batch-size"), "96");
  EXPECT_EQ(value_of(trtllm, "--max-num-tokens"), "4192");
  EXPECT_EQ(value_of(trtllm, "--max-seq-len"), "6500");
  EXPECT_EQ(value_of(trtllm, "--free-gpu-memory-fraction"), "0.9");
}

TEST(Deployment, RolesHaveTheirOwnLimits) {
  const auto deployment = emitted(request_for(dense_model()), disaggregated(Backend::kVllm));
  EXPECT_EQ(value_of(args_of(deployment, "VllmPrefillWorker"), "--max-num-seqs"), "2");
  EXPECT_EQ(value_of(args_of(deployment, "VllmPrefillWorker"), "--max-num-batched-tokens"), "8000");
  EXPECT_EQ(value_of(args_of(deployment, "VllmDecodeWorker"), "--max-num-seqs"), "128");
  EXPECT_EQ(value_of(args_of(deployment, "VllmDecodeWorker"), "--max-num-batched-tokens"), "128");
}

TEST(Deployment, OlderVllmTablesWereModelledWithLessMemory) {
  auto report = aggregated(Backend::kVllm);
  report.chosen->unit.decode.version = "0.19.0";
  EXPECT_EQ(
      value_of(args_of(emitted(request_for(dense_model()), report), "VllmDecodeWorker"), "--gpu-memory-utilization"),
      "0.9");
}

TEST(Deployment, SequenceLimitStaysWithinTheModel) {
  auto request = request_for(dense_model());
  request.model.max_positions = 5200;
  EXPECT_EQ(value_of(args_of(emitted(request, aggregated(Backend::kVllm)), "VllmDecodeWorker"), "--max-model-len"),
            "5200");
  request.model.max_positions = 4096;  // rope scaling: what was modelled has to pass
  EXPECT_EQ(value_of(args_of(emitted(request, aggregated(Backend::kVllm)), "VllmDecodeWorker"), "--max-model-len"),
            "5000");
}

TEST(Deployment, KvFormatIsTheModelledOne) {
  auto request = request_for(dense_model());
  auto report = aggregated(Backend::kSglang);
  report.chosen->unit.decode.quant.kv = KvQuant::kFp8;
  EXPECT_EQ(value_of(args_of(emitted(request, report), "decode"), "--kv-cache-dtype"), "fp8_e4m3");
  report.chosen->unit.decode.quant.kv = KvQuant::kBfloat16;
  EXPECT_EQ(value_of(args_of(emitted(request, report), "decode"), "--kv-cache-dtype"), "auto");
  request.model.quant.kv_algorithm = "fp8";  // `auto` would follow the checkpoint
  EXPECT_EQ(value_of(args_of(emitted(request, report), "decode"), "--kv-cache-dtype"), "bfloat16");
}

TEST(Deployment, KvFormatWithoutASpellingIsAnError) {
  auto report = aggregated(Backend::kVllm);
  report.chosen->unit.decode.quant.kv = KvQuant::kInt8;
  const auto result = emit_deployment(request_for(dense_model()), report);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().items().at(0).code, DiagnosticCode::kUnsupported);
  EXPECT_THAT(result.error().items().at(0).reason, HasSubstr("vllm"));
}

TEST(Deployment, AttentionReplicasSpreadAsEachEngineCountsThem) {
  const auto request = request_for(moe_model());
  const Parallelism dep{.tp = 1, .dp = 8, .moe_ep = 8};
  const auto vllm = args_of(emitted(request, aggregated(Backend::kVllm, dep, 1)), "VllmDecodeWorker");
  EXPECT_EQ(value_of(vllm, "--tensor-parallel-size"), "1");
  EXPECT_EQ(value_of(vllm, "--data-parallel-size"), "8");
  EXPECT_THAT(vllm, Contains("--enable-expert-parallel"));
  EXPECT_EQ(value_of(vllm, "--max-num-seqs"), "96");

  const auto sglang = args_of(emitted(request, aggregated(Backend::kSglang, dep, 1)), "decode");
  EXPECT_EQ(value_of(sglang, "--tensor-parallel-size"), "8");
  EXPECT_EQ(value_of(sglang, "--expert-parallel-size"), "8");
  EXPECT_THAT(sglang, Contains("--enable-dp-attention"));
  EXPECT_EQ(value_of(sglang, "--max-running-requests"), "768");

  const auto trtllm = args_of(emitted(request, aggregated(Backend::kTrtllm, dep, 1)), "TRTLLMWorker");
  EXPECT_EQ(value_of(trtllm, "--tensor-parallel-size"), "8");
  EXPECT_THAT(trtllm, Contains("--enable-attention-dp"));
  EXPECT_EQ(value_of(trtllm, "--max-batch-size"), "96");
}

// The released profiler counted attention replicas twice and asked for 64 GPUs here.
TEST(Deployment, AttentionReplicasCountOnceInTheGpuLimit) {
  const Parallelism dep{.tp = 1, .dp = 8, .moe_ep = 8};
  for (const Backend backend : kAllBackends) {
    const auto deployment = emitted(request_for(moe_model(), 16), aggregated(backend, dep, 2));
    EXPECT_EQ(total_gpus(deployment), 16) << name_of(backend);
  }
}

TEST(Deployment, ReplicasMultiplyTheUnit) {
  const auto deployment =
      emitted(request_for(dense_model(), 16), disaggregated(Backend::kVllm, {.tp = 2}, {.tp = 4}, 2));
  EXPECT_EQ(int_at(deployment, {"spec", "services", "VllmPrefillWorker", "replicas"}), 4);
  EXPECT_EQ(int_at(deployment, {"spec", "services", "VllmDecodeWorker", "replicas"}), 2);
  EXPECT_EQ(total_gpus(deployment), 16);
}

TEST(Deployment, WorkersWiderThanANodeSpanNodesUnderShortNames) {
  const auto deployment =
      emitted(request_for(dense_model(), 32), disaggregated(Backend::kTrtllm, {.tp = 8}, {.tp = 8, .pp = 2}, 1));
  EXPECT_EQ(services_of(deployment), (std::set<std::string>{"Frontend", "prefill", "decode"}));
  EXPECT_EQ(int_at(deployment, {"spec", "services", "decode", "multinode", "nodeCount"}), 2);
  EXPECT_EQ(text_at(deployment, {"spec", "services", "decode", "resources", "limits", "gpu"}), "8");
  EXPECT_EQ(deployment.find_path({"spec", "services", "prefill", "multinode"}), nullptr);
  EXPECT_EQ(total_gpus(deployment), 32);
}

TEST(Deployment, UnevenNodesTakeNoMoreThanTheWorkerNeeds) {
  const auto deployment = emitted(request_for(dense_model(), 12), aggregated(Backend::kVllm, {.tp = 4, .pp = 3}, 1));
  EXPECT_EQ(total_gpus(deployment), 12);
}

TEST(Deployment, NamesFitTheOperatorAlsoAfterItRenames) {
  auto request = request_for(dense_model());
  request.name = "a-rather-long-request-name";  // 26 + `-dgd` + VllmPrefillWorker = 47
  EXPECT_EQ(services_of(emitted(request, disaggregated(Backend::kVllm))),
            (std::set<std::string>{"Frontend", "prefill", "decode"}));
  for (const Backend backend : kAllBackends) {
    const auto deployment = emitted(request, disaggregated(backend));
    for (const auto& service : services_of(deployment)) {
      EXPECT_LE(text_at(deployment, {"metadata", "name"}).size() + service.size(), 45u);
      EXPECT_LE(request.name.size() + 4 + service.size(), 45u);
    }
  }
}

TEST(Deployment, CacheIsMountedOnEveryServiceAndTheServedNameStays) {
  auto request = request_for(dense_model());
  request.pvc_name = "model-cache";
  request.pvc_mount_path = "/opt/model-cache/";
  const std::string expected = "/opt/model-cache/hub/qwen3";
  for (const std::string path : {"hub/qwen3", "/hub/qwen3/", "/opt/model-cache/hub/qwen3"}) {
    request.pvc_model_path = path;
    const auto deployment = emitted(request, disaggregated(Backend::kVllm));
    for (const auto& service : *deployment.find_path({"spec", "services"})->as_object()) {
      const Value* mounts = service.value.find("volumeMounts");
      ASSERT_NE(mounts, nullptr) << service.key;
      EXPECT_EQ(text_at(mounts->as_array()->at(0), {"name"}), "model-cache");
      EXPECT_EQ(text_at(mounts->as_array()->at(0), {"mountPoint"}), "/opt/model-cache");
    }
    const auto args = args_of(deployment, "VllmDecodeWorker");
    EXPECT_EQ(value_of(args, "--model"), expected) << path;
    EXPECT_EQ(value_of(args, "--served-model-name"), "Qwen/Qwen3-32B");
    const auto frontend = args_of(deployment, "Frontend");
    EXPECT_EQ(value_of(frontend, "--model-name"), "Qwen/Qwen3-32B");
    EXPECT_EQ(value_of(frontend, "--model-path"), expected);
    const Value* claims = deployment.find_path({"spec", "pvcs"});
    ASSERT_NE(claims, nullptr);
    EXPECT_EQ(text_at(claims->as_array()->at(0), {"name"}), "model-cache");
  }
}

TEST(Deployment, CacheWithoutPathIsAHuggingFaceHome) {
  auto request = request_for(dense_model());
  request.pvc_name = "model-cache";
  const auto deployment = emitted(request, aggregated(Backend::kTrtllm));
  EXPECT_EQ(value_of(args_of(deployment, "TRTLLMWorker"), "--model-path"), "Qwen/Qwen3-32B");
  const Value* envs = deployment.find_path({"spec", "services", "TRTLLMWorker", "envs"});
  ASSERT_NE(envs, nullptr);
  EXPECT_EQ(text_at(envs->as_array()->at(0), {"name"}), "HF_HOME");
  EXPECT_EQ(text_at(envs->as_array()->at(0), {"value"}), "/opt/model-cache");
}

TEST(Deployment, SwitchesOfTheRequestArePassedOn) {
  auto request = request_for(dense_model());
  request.trust_remote_code = true;
  request.kv_router = true;
  const auto vllm = emitted(request, aggregated(Backend::kVllm));
  EXPECT_THAT(args_of(vllm, "VllmDecodeWorker"), Contains("--trust-remote-code"));
  const Value* envs = vllm.find_path({"spec", "services", "Frontend", "envs"});
  ASSERT_NE(envs, nullptr);
  EXPECT_EQ(text_at(envs->as_array()->at(0), {"name"}), "DYN_ROUTER_MODE");
  EXPECT_THAT(args_of(emitted(request, aggregated(Backend::kTrtllm)), "TRTLLMWorker"),
              Contains(HasSubstr("\"trust_remote_code\":true")));
}

TEST(Deployment, TrtllmOverridesAreJson) {
  const auto deployment = emitted(request_for(dense_model()), disaggregated(Backend::kTrtllm));
  const auto text = value_of(args_of(deployment, "TRTLLMPrefillWorker"), "--override-engine-args");
  EXPECT_THAT(text, HasSubstr(R"("cache_transceiver_config":{"backend":"DEFAULT","max_tokens_in_buffer":6528})"));
  EXPECT_THAT(text, HasSubstr(R"("disable_overlap_scheduler":true)"));
  EXPECT_THAT(text, HasSubstr(R"("tokens_per_block":32)"));
  EXPECT_THAT(value_of(args_of(deployment, "TRTLLMDecodeWorker"), "--override-engine-args"),
              HasSubstr(R"("disable_overlap_scheduler":false)"));
}

TEST(Deployment, SameInputSameBytesOtherInputOtherName) {
  const auto request = request_for(dense_model());
  const auto first = emitted(request, disaggregated(Backend::kSglang));
  EXPECT_EQ(write_yaml(first), write_yaml(emitted(request, disaggregated(Backend::kSglang))));
  auto changed = request;
  changed.osl = 2000;
  EXPECT_NE(text_at(first, {"metadata", "name"}),
            text_at(emitted(changed, disaggregated(Backend::kSglang)), {"metadata", "name"}));
  EXPECT_THAT(text_at(first, {"metadata", "name"}), ::testing::MatchesRegex("sglang-disagg-[0-9a-f]{8}"));
}

TEST(Deployment, DefaultImageWhenTheRequestNamesNone) {
  auto request = request_for(dense_model());
  request.image.clear();
  EXPECT_THAT(text_at(emitted(request, aggregated(Backend::kTrtllm)),
                      {"spec", "services", "Frontend", "extraPodSpec", "mainContainer", "image"}),
              ::testing::MatchesRegex("nvcr.io/nvidia/ai-dynamo/tensorrtllm-runtime:[0-9]+\\.[0-9]+\\.[0-9]+"));
}

// The released profiler wrote such deployments with status success.
TEST(Deployment, NoReplicaOrTooManyGpusIsNeverWritten) {
  const auto request = request_for(dense_model());
  auto none = disaggregated(Backend::kVllm);
  none.chosen->unit.prefill_workers = 0;
  ASSERT_FALSE(emit_deployment(request, none));
  EXPECT_EQ(emit_deployment(request, none).error().items().at(0).rule, "emit.replicas");
  const auto too_many = emit_deployment(request, disaggregated(Backend::kVllm, {.tp = 2}, {.tp = 4}, 2));
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().items().at(0).code, DiagnosticCode::kInternal);
  EXPECT_EQ(too_many.error().items().at(0).rule, "emit.gpu_budget");
  EXPECT_FALSE(emit_deployment(request, PickReport{}));
}

}  // namespace
}  // namespace dynamo
