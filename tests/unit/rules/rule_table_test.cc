#include <string>

#include <gmock/gmock.h>

#include "rules/catalog.h"
#include "unit/rules/rule_cases.h"
#include "unit/rules/support.h"

namespace dynamo::testing {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::string expanded(std::string_view text) {
  std::string result(text);
  if (result.starts_with('@')) {
    result.replace(0, 1, "model: Qwen/Qwen3-32B\nhardware: {gpuSku: h200_sxm}");
  }
  return result;
}

TEST(Rules, EveryBrokenCaseReportsItsRuleAndEveryKeptOneDoesNot) {
  for (const RuleCase& rule_case : rule_cases()) {
    const std::string rule(rule_case.rule);
    EXPECT_THAT(rules_of(check(expanded(rule_case.broken)).diagnostics), Contains(rule)) << rule_case.broken;
    EXPECT_THAT(rules_of(check(expanded(rule_case.kept)).diagnostics), Not(Contains(rule))) << rule_case.kept;
  }
}

TEST(Rules, KeptCasesWithModelAndGpuMakeARequest) {
  for (const RuleCase& rule_case : rule_cases()) {
    if (rule_case.kept.starts_with('@')) {
      const ValidateResult result = check(expanded(rule_case.kept));
      EXPECT_TRUE(result.request.has_value()) << rule_case.kept;
      EXPECT_FALSE(result.diagnostics.has_errors()) << rule_case.kept;
    }
  }
}

TEST(Rules, EveryRuleOfTheCatalogueHasACase) {
  for (const Rule& rule : rule_catalog()) {
    const bool covered = std::ranges::any_of(rule_cases(), [&](const RuleCase& c) { return c.rule == rule.id; });
    EXPECT_TRUE(covered || rule.id == "perfVersion.format") << rule.id;
  }
}

TEST(Rules, PerfVersionIsASlotOrAVersion) {
  for (const std::string version : {"current", "next", "previous", "1.3.0rc20"}) {
    EXPECT_TRUE(check(expanded("@"), {.perf_version = version}).request.has_value()) << version;
  }
  for (const std::string version : {"", "a b", "../x"}) {
    EXPECT_THAT(rules_of(check(expanded("@"), {.perf_version = version}).diagnostics), Contains("perfVersion.format"));
  }
}

TEST(Rules, AdmissionTakesPrunedNulls) {
  const std::string pruned = expanded("@\nsla: {e2eLatency: 5000}");
  EXPECT_FALSE(check(pruned).request.has_value());
  const ValidateResult admitted = check(pruned, {.nulls_pruned = true});
  ASSERT_TRUE(admitted.request.has_value());
  EXPECT_EQ(admitted.request->e2e_ms, 5000);
  EXPECT_FALSE(admitted.request->ttft_ms.has_value());
}

class OneModel : public ModelSource {
 public:
  explicit OneModel(DiagnosticCode code) : code_(code) {}

  std::expected<ModelSpec, Diagnostics> find(const std::string& id) const override {
    if (id != "mine") {
      return std::unexpected(one_error(code_, "model.config", "broken", ""));
    }
    ModelSpec model;
    model.id = id;
    model.layers = 7;
    return model;
  }

 private:
  DiagnosticCode code_;
};

TEST(Rules, ModelsMayComeFromTheCaller) {
  const OneModel missing(DiagnosticCode::kMissingData);
  const ValidateResult found = check("model: mine\nhardware: {gpuSku: h200_sxm}", {.models = &missing});
  ASSERT_TRUE(found.request.has_value());
  EXPECT_EQ(found.request->model.layers, 7);
  const std::string other = "model: Qwen/Qwen3-32X\nhardware: {gpuSku: h200_sxm}";
  EXPECT_THAT(rules_of(check(other, {.models = &missing}).diagnostics), ::testing::ElementsAre("model.known"));
  const OneModel broken(DiagnosticCode::kInvalid);
  const ValidateResult bad = check(other, {.models = &broken});
  ASSERT_THAT(rules_of(bad.diagnostics), ::testing::ElementsAre("model.config"));
  EXPECT_EQ(bad.diagnostics.items().front().path, "model");
  EXPECT_EQ(bad.diagnostics.items().front().mark.line, 1);
}

}  // namespace
}  // namespace dynamo::testing
