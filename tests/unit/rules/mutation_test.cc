#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "rules/catalog.h"
#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

constexpr auto kValid = R"(apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeploymentRequest
metadata: {name: a, namespace: b}
spec:
  model: Qwen/Qwen3-32B
  backend: vllm
  image: x/y:1
  searchStrategy: rapid
  autoApply: true
  workload: {isl: 3000, osl: 150, requestRate: 2.5}
  sla: {ttft: 200, itl: 20}
  hardware: {gpuSku: h200_sxm, vramMb: 144384, totalGpus: 16, numGpusPerNode: 8}
  modelCache: {pvcName: cache, pvcModelPath: hub/x, pvcMountPath: /mnt}
  features:
    planner: {planner_min_endpoint: 2, enable_load_scaling: true}
    mocker: {enabled: true}
  overrides:
    dgd: {apiVersion: nvidia.com/v1alpha1, kind: DynamoGraphDeployment, spec: {services: {}}}
)";

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

Value odd_value(Random& random) {
  switch (below(random, 12)) {
    case 0:
      return Value(nullptr);
    case 1:
      return Value(true);
    case 2:
      return Value(std::int64_t{-1});
    case 3:
      return Value(std::numeric_limits<std::int64_t>::max());
    case 4:
      return Value(std::numeric_limits<std::int64_t>::min());
    case 5:
      return Value(std::numeric_limits<double>::quiet_NaN());
    case 6:
      return Value(std::numeric_limits<double>::infinity());
    case 7:
      return Value(-1e308);
    case 8:
      return Value(std::string(300, '\xff'));
    case 9:
      return Value(std::string());
    case 10:
      return Value(Array{Value(1), Value("x")});
    default:
      return Value(Object{});
  }
}

/// Changes one member somewhere below `node`: its value, its key, its presence, or by doubling it.
void mutate(Value& node, Random& random) {
  Object* members = node.as_object();
  if (members == nullptr || members->empty()) {
    node = odd_value(random);
    return;
  }
  const std::size_t chosen = below(random, members->size());
  Member& member = (*members)[chosen];
  switch (below(random, 6)) {
    case 0:
      member.value = odd_value(random);
      return;
    case 1:
      member.key.insert(below(random, member.key.size() + 1), 1, 'z');
      return;
    case 2:
      members->erase(members->begin() + static_cast<std::ptrdiff_t>(chosen));
      return;
    case 3: {
      const Member copy = member;
      members->push_back(copy);
      return;
    }
    default:
      mutate(member.value, random);
      return;
  }
}

std::string summary(const ValidateResult& result) {
  std::string text = result.request ? "request\n" : "no request\n";
  for (const Diagnostic& item : result.diagnostics.items()) {
    text += line_of(item) + " " + item.bad_value + "\n";
  }
  return text;
}

TEST(Mutation, NeverCrashesAndAlwaysAnswersTheSame) {
  const Document valid = document_of(kValid);
  ASSERT_TRUE(check_document(valid).request.has_value());
  Random random(20240607);
  for (int round = 0; round < 1000; ++round) {
    Document document = valid;
    const std::size_t changes = 1 + below(random, 4);
    for (std::size_t i = 0; i < changes; ++i) {
      mutate(document.root, random);
    }
    const ValidateResult result = check_document(document);
    EXPECT_NE(result.request.has_value(), result.diagnostics.has_errors());
    EXPECT_EQ(summary(result), summary(check_document(document)));
    for (const Diagnostic& item : result.diagnostics.items()) {
      EXPECT_NE(find_rule(item.rule), nullptr) << item.rule;
      EXPECT_FALSE(item.reason.empty()) << item.rule;
    }
  }
}

}  // namespace
}  // namespace dynamo::testing
