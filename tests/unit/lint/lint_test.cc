#include "dynamo/profiler/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"
#include "unit/emit/emit_fixture.h"

namespace dynamo {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> rules_of(std::string_view yaml, const LintOptions& options = {}) {
  std::vector<Value> documents;
  for (const Document& document : read_yaml(yaml, "test.yaml").documents) documents.push_back(document.root);
  std::vector<std::string> rules;
  const Diagnostics found = lint_documents(documents, options);
  for (const Diagnostic& finding : found.items()) rules.push_back(finding.rule);
  return rules;
}

/// One vLLM worker with these extra lines in its service and these arguments.
std::string deployment(const std::string& lines, const std::string& args, const std::string& image_tag = "1.0.1") {
  return "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: chat}\nspec:\n  services:\n    Worker:\n"
         "      componentType: worker\n" + lines +
         "      extraPodSpec: {mainContainer: {image: 'r/vllm-runtime:" + image_tag + "', command: [python3, -m, dynamo.vllm], args: [" +
         args + "]}}\n";
}
constexpr const char* kTwoGpus = "      replicas: 2\n      resources: {limits: {gpu: '2'}}\n";

TEST(Lint, ASoundDeploymentHasNoFindings) {
  EXPECT_THAT(rules_of(deployment(kTwoGpus, "--model, m, --tensor-parallel-size, '2'"), {.total_gpus = 4}), IsEmpty());
}

TEST(Lint, NoDeploymentIsAnError) { EXPECT_THAT(rules_of("kind: ConfigMap"), ElementsAre("lint.kind")); }

TEST(Lint, GpusOverBudgetAndFlagsThatDisagreeWithLimits) {
  EXPECT_THAT(rules_of(deployment(kTwoGpus, "--tensor-parallel-size, '2'"), {.total_gpus = 3}), ElementsAre("lint.gpus.budget"));
  EXPECT_THAT(rules_of(deployment(kTwoGpus, "-tp, '2', --data-parallel-size=2")), ElementsAre("lint.gpus.width"));
  EXPECT_THAT(rules_of(deployment("", "--tensor-parallel-size, '2'")), ElementsAre("lint.gpus.limit"));
}

TEST(Lint, NoReplicaServesNobody) {
  EXPECT_THAT(rules_of(deployment("      replicas: 0\n      resources: {limits: {gpu: 1}}\n", "")), ElementsAre("lint.replicas"));
}

TEST(Lint, FlagsTwiceUnknownOrOfAnotherRelease) {
  const auto found = rules_of(deployment(kTwoGpus, "--tensor-parallel-size, '2', --max-num-seqs, '8', --max-num-seqs, '9', --max-num-seq, '1'"));
  EXPECT_THAT(found, ElementsAre("lint.flags.duplicate", "lint.flags.unknown"));
  EXPECT_THAT(rules_of(deployment(kTwoGpus, "-tp, '2', --disaggregation-mode, decode", "0.8.0")), ElementsAre("lint.flags.release"));
}

TEST(Lint, FlagsWeNeverWriteAreKnownByRelease) {
  const auto rules = [](const std::string& args, const std::string& tag) { return rules_of(deployment(kTwoGpus, "-tp, '2', " + args, tag)); };
  EXPECT_THAT(rules("--benchmark-mode, decode", "1.0.1"), ElementsAre("lint.flags.release"));
  EXPECT_THAT(rules("--benchmark-mode, decode", "1.3.0"), IsEmpty());
  EXPECT_THAT(rules("--migration-limit, '3'", "0.8.0"), IsEmpty());
  EXPECT_THAT(rules("--migration-limit, '3'", "1.0.1"), ElementsAre("lint.flags.release"));
  for (const char* written : {"--no-enable-lora", "--compilation-config.level, '3'", "--enforce-eager"}) {
    EXPECT_THAT(rules(written, "1.0.1"), IsEmpty()) << written;
  }
  EXPECT_THAT(rules("--no-such-flag", "1.0.1"), ElementsAre("lint.flags.unknown"));
  EXPECT_THAT(rules("--is-decode-worker", "1.0.1"), IsEmpty()) << "no longer written, but still taken";
  EXPECT_THAT(rules("--is-decode-worker", "1.6.1"), ElementsAre("lint.flags.release"));
}

TEST(Lint, EngineFlagsAreKnownByRelease) {
  const auto rules = [](const std::string& args, const std::string& tag) { return rules_of(deployment(kTwoGpus, "-tp, '2', " + args, tag)); };
  // vLLM 0.16 had it last, 0.19 first, 0.24 first.
  EXPECT_THAT(rules("--swap-space, '4'", "1.0.1"), IsEmpty());
  EXPECT_THAT(rules("--swap-space, '4'", "1.1.0"), ElementsAre("lint.flags.release"));
  EXPECT_THAT(rules("--performance-mode, balanced", "1.0.1"), ElementsAre("lint.flags.release"));
  EXPECT_THAT(rules("--watermark, '0.1'", "1.2.0"), ElementsAre("lint.flags.release"));
  EXPECT_THAT(rules("--watermark, '0.1', --no-async-scheduling", "1.3.0"), IsEmpty());
}

TEST(Lint, OwnOutputIsCleanForEveryRelease) {
  for (const Backend backend : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm}) {
    for (const ModelSpec& model : {testing::dense_model(), testing::moe_model()}) {
      for (const PickReport& pick : {testing::aggregated(backend), testing::disaggregated(backend)}) {
        for (const char* release : {"0.8.1", "1.0.1", "1.1.0", "1.2.0", "1.3.0", "1.6.1"}) {
          ValidatedRequest request = testing::request_for(model);
          request.image = std::string("r/dynamo-frontend:") + release;
          const auto written = emit_deployment(request, pick);
          ASSERT_TRUE(written.has_value()) << name_of(backend) << release;
          const Diagnostics found = lint_documents(written->documents, {.total_gpus = request.total_gpus, .complete = true});
          EXPECT_TRUE(found.empty()) << model.id << " " << name_of(backend) << " " << release << ": "
                                     << (found.empty() ? "" : found.items().front().reason);
        }
      }
    }
  }
}

TEST(Lint, NamesWithinTheOperatorsBudget) {
  std::string yaml = deployment(kTwoGpus, "-tp, '2'");
  yaml.replace(yaml.find("chat"), 4, std::string(41, 'a'));
  EXPECT_THAT(rules_of(yaml), ElementsAre("lint.name.budget"));
  yaml.replace(yaml.find(std::string(41, 'a')), 41, "Chat_1");
  EXPECT_THAT(rules_of(yaml), ElementsAre("lint.name"));
}

constexpr const char* kPlanner = R"(
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: chat}
spec:
  services:
    Planner:
      componentType: planner
      volumeMounts: [{name: cache, mountPoint: /cache}]
      extraPodSpec:
        volumes: [{name: config, configMap: {name: planner-config}}]
        mainContainer:
          command: [python3, -m, dynamo.planner]
          args: [--config, /config/planner.json]
          volumeMounts: [{name: config, mountPath: /config}, {name: other, mountPath: /other}]
)";

TEST(Lint, EverythingReferredToIsThere) {
  EXPECT_THAT(rules_of(kPlanner, {.complete = true}),
              ElementsAre("lint.reference.claim", "lint.reference.volume", "lint.reference.configMap"));
  const std::string map = "kind: ConfigMap\nmetadata: {name: planner-config}\ndata: {other.json: '{}'}\n---\n";
  EXPECT_THAT(rules_of(map + kPlanner, {.complete = true}), Contains("lint.path"));
  const std::string right = "kind: ConfigMap\nmetadata: {name: planner-config}\ndata: {planner.json: '{}'}\n---\n";
  EXPECT_THAT(rules_of(right + kPlanner, {.complete = true}), ElementsAre("lint.reference.claim", "lint.reference.volume"));
}

TEST(Lint, ABetaDeploymentIsCheckedTheSameWay) {
  const char* yaml = R"(
apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: chat}
spec:
  components:
  - name: decode
    type: decode
    podTemplate:
      spec:
        containers:
        - {name: main, image: 'r/sglang-runtime:1.0.1', command: [python3, -m, dynamo.sglang], args: [--tp, '4'], resources: {limits: {nvidia.com/gpu: '2'}}}
)";
  EXPECT_THAT(rules_of(yaml), ElementsAre("lint.gpus.width"));
}

TEST(Lint, OddTreesAreNoCrash) {
  EXPECT_THAT(rules_of("kind: DynamoGraphDeployment\nspec: 7"), ElementsAre("lint.name", "lint.services"));
  EXPECT_THAT(rules_of("kind: DynamoGraphDeployment\nmetadata: {name: a}\nspec: {services: {W: null, X: []}}"), IsEmpty());
}

}  // namespace
}  // namespace dynamo
