#include <gmock/gmock.h>

#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(const ValidateResult& result) {
  std::vector<std::string> lines;
  for (const Diagnostic& item : result.diagnostics.items()) {
    lines.push_back(std::to_string(item.mark.line) + " " + line_of(item));
  }
  return lines;
}

TEST(Golden, SeveralErrorsAtOnceInDocumentOrder) {
  const ValidateResult result = check(R"(apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeploymentRequest
metadata:
  name: bad
spec:
  model: Qwen/Qwen3-32B
  searchStrategy: thorough
  backend: auto
  workload:
    requestRate: 5
    concurrency: 64
  sla:
    ttft: -1
    itl: "fast"
  hardware:
    gpuSku: h200-sx
  features:
    planner:
      planner_min_endpont: 2
)");
  EXPECT_FALSE(result.request.has_value());
  EXPECT_THAT(
      lines_of(result),
      ElementsAre(
          "7 error: spec.searchStrategy: \"thorough\" is incompatible with spec.backend \"auto\" [strategy.thorough.backend] "
          "hint: name one backend: sglang, trtllm or vllm",
          "10 warning: spec.workload.requestRate: has no effect: the planner scales at runtime, so one prefill and "
          "one decode engine are picked [workload.load.planner] hint: remove features.planner to size for this load",
          "11 error: spec.workload: requestRate and concurrency cannot both be set [workload.load.exclusive] "
          "hint: keep the one you plan for and remove the other",
          "13 error: spec.sla.ttft: must be above 0 ms, not -1 [sla.ttft.range]",
          "14 error: spec.sla.itl: must be a number, not a string [field.type]",
          "16 error: spec.hardware.gpuSku: unknown GPU \"h200-sx\"; did you mean h200_sxm? "
          "[hardware.gpuSku.known]",
          "19 warning: spec.features.planner.planner_min_endpont: unknown key; did you mean "
          "planner_min_endpoint? [planner.key.unknown]"));
}

TEST(Golden, MissingThingsPointAtTheSpec) {
  const ValidateResult result = check(
      "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeploymentRequest\nmetadata: {name: a}\nspec:\n  backend: "
      "vllm\n");
  EXPECT_THAT(lines_of(result),
              ElementsAre("4 error: spec.hardware.gpuSku: is missing, and without a cluster no GPU can be discovered "
                          "[hardware.gpuSku.required] hint: name the GPU, for example gpuSku: h200_sxm",
                          "4 error: spec.model: is missing [spec.model.required] hint: name the model to serve, for "
                          "example model: Qwen/Qwen3-32B"));
}

}  // namespace
}  // namespace dynamo::testing
