#include "dynamo/profiler/assembly.h"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "dynamo/profiler/document_io.h"
#include "unit/emit/emit_fixture.h"

namespace dynamo {
namespace {

using namespace dynamo::testing;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const Curves kCurves = {{{100, 200, 300, 400}, {1, 2, 3, 4}, {10, 20, 30, 40}}, {{0.5}, {350}, {10}, {100}, 1000}};

ValidatedRequest planned(std::string_view planner = "{}") {
  ValidatedRequest request = request_for(dense_model());
  request.planner = read_json(planner, "test").value();
  return request;
}

Assembly assembled(const ValidatedRequest& request, Diagnostics& warnings, const Curves* curves, const EmitOptions& options = {}) {
  auto assembly = assemble(request, disaggregated(Backend::kVllm), curves, options, warnings);
  EXPECT_TRUE(assembly.has_value());
  return assembly.has_value() ? std::move(*assembly) : Assembly{};
}

Assembly assembled(const ValidatedRequest& request, const Curves* curves = &kCurves, const EmitOptions& options = {}) {
  Diagnostics warnings;
  return assembled(request, warnings, curves, options);
}

std::string name_of(const Value& object) { return *object.find_path({"metadata", "name"})->as_string(); }

const Value* service(const Value& deployment, std::string_view name) { return deployment.find_path({"spec", "services", name}); }

TEST(Assembly, WithoutFeaturesIsThePickAlone) {
  const ValidatedRequest request = request_for(dense_model());
  const Assembly assembly = assembled(request, nullptr);
  ASSERT_THAT(assembly.documents, SizeIs(1));
  EXPECT_EQ(assembly.documents.front(), emit_deployment(request, disaggregated(Backend::kVllm))->documents.front());
  EXPECT_FALSE(assembly.picked.has_value());
}

TEST(Assembly, ThroughputPlannerBringsBothConfigMapsBeforeTheDeployment) {
  const Assembly assembly = assembled(planned());
  ASSERT_THAT(assembly.documents, SizeIs(3));
  EXPECT_THAT(name_of(assembly.documents[0]), MatchesRegex("planner-config-[0-9a-f]{4}"));
  EXPECT_THAT(name_of(assembly.documents[1]), MatchesRegex("planner-profile-data-[0-9a-f]{4}"));
  EXPECT_EQ(*assembly.documents[2].find("kind"), Value("DynamoGraphDeployment"));
  EXPECT_EQ(*assembly.documents[0].find_path({"metadata", "labels", "dgdr.nvidia.com/name"}), Value("chat"));
  const Value* data = assembly.documents[1].find("data");
  EXPECT_NE(data->find("prefill_raw_data.json"), nullptr);
  EXPECT_NE(data->find("decode_raw_data.json"), nullptr);
  const Value* planner = service(assembly.documents[2], "Planner");
  ASSERT_NE(planner, nullptr);
  const std::string text = write_yaml(*planner);
  EXPECT_THAT(text, HasSubstr("mountPath: /workspace/planner_config"));
  EXPECT_THAT(text, HasSubstr("mountPath: /workspace/profiling_results"));
  EXPECT_THAT(text, HasSubstr("image: nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1"));
  EXPECT_THAT(text, HasSubstr("- /workspace/planner_config/planner_config.json"));
  ASSERT_TRUE(assembly.picked.has_value());
  EXPECT_EQ(service(*assembly.picked, "Planner"), nullptr);
}

TEST(Assembly, RealWorkersNeverReadTheCurves) {
  const std::string text = write_yaml(assembled(planned()).documents[2]);
  EXPECT_THAT(text, Not(HasSubstr("--planner-profile-data")));
  EXPECT_THAT(write_yaml(*service(assembled(planned()).documents[2], "VllmDecodeWorker")), Not(HasSubstr("profiling_results")));
}

TEST(Assembly, LoadPlannerNeedsNoCurves) {
  const Assembly assembly = assembled(planned(R"({"enable_throughput_scaling":false,"enable_load_scaling":true})"));
  EXPECT_THAT(assembly.documents, SizeIs(2));
}

TEST(Assembly, EachEngineOfTheCurvesIsDeployedAlone) {
  const Assembly assembly = assembled(planned());
  ASSERT_TRUE(assembly.prefill_engine && assembly.decode_engine);
  for (const Value* engine : {&*assembly.prefill_engine, &*assembly.decode_engine}) {
    EXPECT_EQ(name_of(*engine), "agg");
    EXPECT_EQ(service(*engine, "VllmPrefillWorker"), nullptr);
    EXPECT_EQ(service(*engine, "Planner"), nullptr);
    EXPECT_EQ(int_at(*service(*engine, "VllmDecodeWorker"), {"replicas"}), 1);
    const std::string text = write_yaml(*engine);
    EXPECT_THAT(text, Not(HasSubstr("--disaggregation-mode")));
    EXPECT_THAT(text, Not(HasSubstr("--kv-transfer-config")));
  }
  // Prefill is measured without the prompts of before; its limits are those of the prefill worker.
  EXPECT_THAT(write_yaml(*assembly.prefill_engine), HasSubstr("- --no-enable-prefix-caching\n"));
  EXPECT_THAT(write_yaml(*assembly.decode_engine), HasSubstr("- --enable-prefix-caching\n"));
  EXPECT_EQ(text_at(*service(*assembly.prefill_engine, "VllmDecodeWorker"), {"resources", "limits", "gpu"}), "2");
  EXPECT_EQ(text_at(*service(*assembly.decode_engine, "VllmDecodeWorker"), {"resources", "limits", "gpu"}), "4");
  EXPECT_FALSE(assembled(planned(), nullptr).prefill_engine.has_value());
}

TEST(Assembly, NamesWithoutDigitsAreTheOperatorsToReplace) {
  EmitOptions options;
  options.name_by_content = false;
  EXPECT_EQ(name_of(assembled(planned(), &kCurves, options).documents.back()), "vllm-disagg");
  ValidatedRequest request = request_for(dense_model());
  request.mocker = true;
  EXPECT_EQ(name_of(assembled(request, &kCurves, options).documents.back()), "mocker-disagg");
}

TEST(Assembly, MockerTakesThePlaceOfTheEngines) {
  ValidatedRequest request = request_for(dense_model());
  request.mocker = true;
  const Assembly assembly = assembled(request);
  ASSERT_THAT(assembly.documents, SizeIs(2));
  EXPECT_THAT(name_of(assembly.documents[1]), MatchesRegex("mocker-disagg-[0-9a-f]{8}"));
  for (const char* role : {"prefill", "decode"}) {
    const std::string text = write_yaml(*service(assembly.documents[1], role));
    EXPECT_THAT(text, HasSubstr("- --planner-profile-data\n    - /workspace/profiling_results\n    - --disaggregation-mode\n    - " + std::string(role)));
    EXPECT_THAT(text, HasSubstr("name: " + name_of(assembly.documents[0])));
    EXPECT_THAT(text, Not(HasSubstr("gpu")));
  }
  EXPECT_EQ(service(assembly.documents[1], "Planner"), nullptr);
  request.planner = Object{};
  EXPECT_THAT(assembled(request).documents, SizeIs(3));
}

TEST(Assembly, NewerPlannersHaveTheirOwnImageAndAdapters) {
  ValidatedRequest request = planned();
  request.image = "registry.local:5000/x/dynamo-frontend:1.6.1";
  const Assembly assembly = assembled(request);
  EXPECT_THAT(write_yaml(*service(assembly.documents[2], "Planner")), HasSubstr("image: registry.local:5000/x/dynamo-planner:1.6.1"));
  EXPECT_NE(service(assembly.documents[2], "VllmPrefillWorker")->find("scalingAdapter"), nullptr);
  EXPECT_EQ(service(assembly.documents[2], "Planner")->find("scalingAdapter"), nullptr);
}

TEST(Assembly, ADigestHidesTheRelease) {
  ValidatedRequest request = planned();
  request.image = "registry.local:5000/x/dynamo-frontend@sha256:0011";
  Diagnostics warnings;
  const std::string newest = write_yaml(assembled(request, warnings, &kCurves).documents[2]);
  ASSERT_THAT(warnings.items(), SizeIs(1)) << "once, whoever derives images";
  EXPECT_EQ(warnings.items().front().rule, "emit.image.release");
  EXPECT_THAT(newest, HasSubstr("image: registry.local:5000/x/vllm-runtime:1.3.0"));
  EXPECT_THAT(newest, HasSubstr("image: registry.local:5000/x/dynamo-planner:1.3.0"));

  EmitOptions options;
  options.runtime_version = "1.0.1";
  Diagnostics silent;
  const std::string asked = write_yaml(assembled(request, silent, &kCurves, options).documents[2]);
  EXPECT_TRUE(silent.empty());
  EXPECT_THAT(asked, HasSubstr("image: registry.local:5000/x/vllm-runtime:1.0.1"));
  EXPECT_THAT(asked, HasSubstr("image: " + request.image + "\n")) << "the planner of the 1.0 line runs the image it was given";

  request.image = "vllm-runtime@sha256:0011";
  request.planner = Value();
  const std::string own = write_yaml(assembled(request, warnings, nullptr).documents[0]);
  EXPECT_THAT(own, HasSubstr("image: vllm-runtime@sha256:0011\n"));
}

TEST(Assembly, TheSameRequestGivesTheSameBytesAndAnotherOthers) {
  const auto bytes = [](const ValidatedRequest& request) { return write_yaml(assembled(request).documents); };
  EXPECT_EQ(bytes(planned()), bytes(planned()));
  const Assembly one = assembled(planned()), two = assembled(planned(R"({"min_endpoint":3})"));
  EXPECT_NE(name_of(one.documents[0]), name_of(two.documents[0]));
  EXPECT_EQ(name_of(one.documents[1]), name_of(two.documents[1]));
  EXPECT_NE(name_of(one.documents[2]), name_of(two.documents[2]));
}

TEST(Assembly, V1beta1HasComponents) {
  const Assembly assembly = assembled(planned(), &kCurves, {.api = DeploymentApi::kV1beta1});
  const std::string text = write_yaml(assembly.documents[2]);
  EXPECT_THAT(text, HasSubstr("name: Planner\n    type: planner"));
  EXPECT_THAT(text, Not(HasSubstr("services:")));
}

TEST(Assembly, V1beta1ComponentsCarryTheRuntimeOverride) {
  ValidatedRequest request = planned();
  request.mocker = true;
  request.runtime_version_override = "1.2.3";
  request.overrides_dgd = read_json(R"({"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeployment",
    "spec":{"components":[{"name":"prefill","type":"prefill","runtimeVersionOverride":"1.3.0"}]}})", "test").value();
  const Assembly assembly = assembled(request);
  std::map<std::string, std::string> versions;
  for (const Value& component : *assembly.documents.back().find_path({"spec", "components"})->as_array()) {
    versions[*component.find("name")->as_string()] = *component.find("runtimeVersionOverride")->as_string();
  }
  EXPECT_THAT(versions, UnorderedElementsAre(Pair("Frontend", "1.2.3"), Pair("Planner", "1.2.3"), Pair("decode", "1.2.3"),
                                             Pair("prefill", "1.3.0")));
  request.overrides_dgd = {};
  EXPECT_THAT(write_yaml(assembled(request).documents), Not(HasSubstr("runtimeVersionOverride")));
}

// The operator refuses a component whose version it can read from neither place.
TEST(Assembly, V1beta1ComponentsDeclareWhatTheirTagsDoNot) {
  ValidatedRequest request = planned();
  EmitOptions options = {.api = DeploymentApi::kV1beta1};
  const auto text = [&] { return write_yaml(assembled(request, &kCurves, options).documents[2]); };
  EXPECT_THAT(text(), Not(HasSubstr("runtimeVersionOverride"))) << request.image;
  request.image = "registry.local/dynamo-frontend:nightly";
  EXPECT_THAT(text(), HasSubstr("runtimeVersionOverride: 1.3.0\n"));
  options.runtime_version = "1.2.1";
  EXPECT_THAT(text(), HasSubstr("runtimeVersionOverride: 1.2.1\n"));
}

TEST(Assembly, ThePlannerOfTheBaseTemplateIsLaidOverOurs) {
  ValidatedRequest request = planned();
  request.overrides_dgd = read_json(R"({"spec":{"services":{"Planner":{"componentType":"planner","replicas":1,
    "extraPodSpec":{"mainContainer":{"args":["--wrong"],"env":[{"name":"A","value":"b"}]}}}}}})", "test").value();
  Diagnostics warnings;
  const Assembly assembly = assembled(request, warnings, &kCurves);
  EXPECT_TRUE(warnings.empty()) << "it is the service that is meant";
  EXPECT_EQ(service(*assembly.picked, "Planner"), nullptr) << "the pick alone has no planner";
  const std::string text = write_yaml(*service(assembly.documents[2], "Planner"));
  EXPECT_THAT(text, HasSubstr("name: A"));
  EXPECT_THAT(text, HasSubstr("planner_config.json"));
  EXPECT_THAT(text, Not(HasSubstr("--wrong")));
}

TEST(Assembly, TheBaseTemplateIsLaidOverTheMocker) {
  ValidatedRequest request = planned();
  request.mocker = true;
  request.overrides_dgd = read_json(R"({"metadata":{"labels":{"team":"a"},"annotations":{"note":"b"}},"spec":{"envs":[{"name":"ALL","value":"1"}],
    "services":{"Frontend":{"componentType":"frontend","extraPodSpec":{"mainContainer":{"env":[{"name":"FRONT","value":"1"}]}}},
    "VllmDecodeWorker":{"componentType":"worker","subComponentType":"decode","replicas":7,"resources":{"limits":{"gpu":"4","cpu":"8"}},
      "extraPodSpec":{"nodeSelector":{"pool":"x"},"mainContainer":{"image":"engine:1","command":["python3","-m","dynamo.vllm"],
        "args":["--seed","1"],"env":[{"name":"BACK","value":"1"}]}}}}}})", "test").value();
  Diagnostics warnings;
  const Assembly assembly = assembled(request, warnings, &kCurves);
  const Value& deployment = assembly.documents[2];
  EXPECT_THAT(name_of(deployment), MatchesRegex("mocker-disagg-[0-9a-f]{8}"));
  const std::string text = write_yaml(deployment);
  for (const char* kept : {"team: a", "note: b", "name: ALL", "name: FRONT"}) EXPECT_THAT(text, HasSubstr(kept));
  ASSERT_EQ(service(deployment, "decode"), nullptr) << "the user's name is kept";
  const std::string worker = write_yaml(*service(deployment, "VllmDecodeWorker"));
  for (const char* kept : {"name: BACK", "pool: x", "cpu: ", "dynamo.mocker", "/workspace/profiling_results", "replicas: 1"}) {
    EXPECT_THAT(worker, HasSubstr(kept));
  }
  for (const char* gone : {"gpu", "--seed", "engine:1", "dynamo.vllm"}) EXPECT_THAT(worker, Not(HasSubstr(gone)));
  const auto said = [&](std::string_view part) {
    return std::ranges::count_if(warnings.items(), [&](const Diagnostic& warning) { return warning.path.ends_with(part); });
  };
  for (const char* once : {".replicas", ".command", ".args", ".image", ".resources.limits.gpu"}) EXPECT_EQ(said(once), 1) << once;
}

TEST(Layers, WorkAlone) {
  const ValidatedRequest request = planned();
  const PickReport report = disaggregated(Backend::kVllm);
  Diagnostics warnings;
  auto mocker = mocker_deployment(request, {}, warnings);
  ASSERT_TRUE(mocker.has_value());
  EXPECT_THAT(write_yaml(*mocker), Not(HasSubstr("--planner-profile-data")));
  Value deployment = emit_deployment(request, report)->documents.front();
  const Value map = add_profile_data(deployment, request, kCurves);
  EXPECT_THAT(write_yaml(deployment), Not(HasSubstr(name_of(map)))) << "nobody reads curves here";
  ASSERT_TRUE(add_planner(deployment, request, report, true, {}, warnings).has_value());
  (void)add_profile_data(deployment, request, kCurves);
  EXPECT_THAT(write_yaml(*service(deployment, "Planner")), HasSubstr(name_of(map)));
}

TEST(Layers, AnAggregatedWorkerIsFoundByThePlanner) {
  const ValidatedRequest request = planned(R"({"enable_throughput_scaling":false,"enable_load_scaling":true})");
  Diagnostics warnings;
  const auto assembly = assemble(request, aggregated(Backend::kVllm), nullptr, {}, warnings);
  ASSERT_TRUE(assembly.has_value());
  EXPECT_EQ(*service(assembly->documents.back(), "VllmDecodeWorker")->find("subComponentType"), Value("decode"));
}

}  // namespace
}  // namespace dynamo
