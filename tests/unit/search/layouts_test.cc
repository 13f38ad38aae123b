#include "search/layouts.h"

#include <gmock/gmock.h>

#include <set>

namespace dynamo::search {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

ModelSpec dense() {
  ModelSpec model;
  model.family = Family::kLlama;
  return model;
}

ModelSpec moe(Family family) {
  ModelSpec model;
  model.family = family;
  model.experts = 128;
  return model;
}

SystemSpec system_named(std::string name, int sm_version) {
  SystemSpec system;
  system.name = std::move(name);
  system.sm_version = sm_version;
  return system;
}

std::vector<Parallelism> layouts(const ModelSpec& model, const SystemSpec& system, Backend backend, perf::Role role,
                                 int total_gpus = 8) {
  return enumerate_layouts(default_lists(model, system, backend, role, total_gpus), model.states_expert_layout(), backend);
}

const SystemSpec kH200 = system_named("h200_sxm", 90);

TEST(Layouts, DenseIsTensorParallelOnly) {
  EXPECT_THAT(layouts(dense(), kH200, Backend::kTrtllm, perf::Role::kAggregated),
              ElementsAre(Parallelism{1}, Parallelism{2}, Parallelism{4}, Parallelism{8}));
}

TEST(Layouts, DenseGoesToSixteenOnRackSystems) {
  const auto found = layouts(dense(), system_named("gb200", 100), Backend::kVllm, perf::Role::kDecode);
  EXPECT_EQ(found.back().tp, 16);
  EXPECT_EQ(found.size(), 5u);
}

TEST(Layouts, DenseGemmaIsLaidOutLikeAModelWithExperts) {
  ModelSpec model = dense();
  model.family = Family::kGemma4Mix;
  const auto found = layouts(model, kH200, Backend::kTrtllm, perf::Role::kAggregated);
  EXPECT_THAT(found, Contains(Parallelism{2, 1, 1, 2, 1}));
  EXPECT_THAT(found, Not(Contains(Parallelism{2, 1, 1, 1, 1})));
}

TEST(Layouts, SglangAddsContextParallelismToPrefillNotToDecode) {
  const auto prefill = layouts(dense(), kH200, Backend::kSglang, perf::Role::kPrefill);
  EXPECT_EQ(prefill.size(), 10u) << "tp * cp in 1, 2, 4, 8";
  EXPECT_EQ(layouts(dense(), kH200, Backend::kSglang, perf::Role::kDecode).size(), 4u);
}

TEST(Layouts, ContextParallelismExcludesTensorParallelism) {
  EXPECT_THAT(layout_problem({2, 1, 1, 1, 1, 2}, Backend::kSglang), Not(IsEmpty()));
  EXPECT_THAT(layout_problem({1, 1, 1, 1, 1, 4}, Backend::kSglang), IsEmpty());
  EXPECT_THAT(layout_problem({1, 1, 1, 1, 1, 4}, Backend::kVllm), Not(IsEmpty()));
}

TEST(Layouts, ExpertsSpanExactlyTheAttentionGpus) {
  for (const Backend backend : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm}) {
    const auto found = layouts(moe(Family::kMoe), kH200, backend, perf::Role::kAggregated);
    ASSERT_FALSE(found.empty());
    for (const Parallelism& p : found) EXPECT_EQ(p.tp * p.dp * p.cp, p.moe_tp * p.moe_ep) << reference_label(p);
  }
}

TEST(Layouts, TrtllmNeverMixesAttentionDpWithTp) {
  for (const Parallelism& p : layouts(moe(Family::kDeepseek), kH200, Backend::kTrtllm, perf::Role::kDecode)) {
    EXPECT_FALSE(p.dp > 1 && p.tp > 1) << reference_label(p);
  }
}

TEST(Layouts, VllmNeverMixesExpertTpWithEp) {
  for (const Parallelism& p : layouts(moe(Family::kMoe), kH200, Backend::kVllm, perf::Role::kDecode)) {
    EXPECT_FALSE(p.moe_tp > 1 && p.moe_ep > 1) << reference_label(p);
  }
}

TEST(Layouts, LargeModelsGetTwoPipelineStagesOnBlackwellFromSixteenGpus) {
  const auto pipelined = [](const SystemSpec& system, int total_gpus) {
    int count = 0;
    for (const auto& p : layouts(moe(Family::kDeepseekV32), system, Backend::kTrtllm, perf::Role::kAggregated, total_gpus)) {
      count += p.pp == 2;
    }
    return count;
  };
  EXPECT_GT(pipelined(system_named("b200_sxm", 100), 16), 0);
  EXPECT_EQ(pipelined(system_named("b200_sxm", 100), 8), 0);
  EXPECT_EQ(pipelined(kH200, 16), 0);
}

TEST(Layouts, ReferenceLabelsAreInjective) {
  std::set<std::string> labels;
  const auto found = layouts(moe(Family::kMoe), kH200, Backend::kSglang, perf::Role::kPrefill);
  for (const Parallelism& p : found) labels.insert(reference_label(p));
  EXPECT_EQ(labels.size(), found.size());
  EXPECT_EQ(reference_label({4, 1, 1, 1, 1, 1}), "tp4pp1dp1etp1ep1");
  EXPECT_EQ(reference_label({1, 1, 1, 1, 1, 2}), "tp1pp1dp1etp1ep1cp2");
}

}  // namespace
}  // namespace dynamo::search
