#include <gmock/gmock.h>

#include "perf/database_impl.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

using testing::ElementsAre;

tables::TableData lanes_table(const std::vector<std::pair<std::string, int>>& lanes) {
  std::vector<tables::SliceData> slices;
  for (const auto& [lane, count] : lanes) {
    for (int i = 0; i < count; ++i) {
      slices.push_back(toy::slice(lane + "|bfloat16|bfloat16|" + std::to_string(i) + "|128|0", 3, {{{8, 64, 1}, 1.0}}));
    }
  }
  return toy::table("context_attention", 3, slices);
}

std::vector<std::string> order(Backend backend,
                               const std::string& version,
                               int sm_version,
                               const std::vector<std::pair<std::string, int>>& lanes,
                               bool own = false) {
  toy::Packs packs;
  packs.add(backend, version, {lanes_table(lanes)}, own);
  SystemSpec system = toy::system();
  system.sm_version = sm_version;
  const auto lanes_of =
      attention_lanes(packs.open(backend, DatabaseMode::kSilicon, system).impl(), "context_attention");
  EXPECT_TRUE(lanes_of.has_value());
  return lanes_of.value_or(std::vector<std::string>{});
}

TEST(AttentionLanes, WithoutADefaultTheOrderOfAppearance) {
  EXPECT_THAT(order(Backend::kTrtllm, "1.3.0rc20", 90, {{"torch_flow_flashinfer", 1}, {"torch_flow", 5}}),
              ElementsAre("torch_flow_flashinfer", "torch_flow"));
  EXPECT_THAT(order(Backend::kSglang, "0.5.14", 89, {{"triton", 1}, {"flashinfer", 2}}),
              ElementsAre("triton", "flashinfer"));
}

TEST(AttentionLanes, TheFrameworksKernelComesFirstThenWhatCoversMost) {
  EXPECT_THAT(order(Backend::kSglang, "0.5.14", 90, {{"triton", 3}, {"fa3", 1}, {"flashinfer", 4}}),
              ElementsAre("fa3", "flashinfer", "triton", "default"));
}

TEST(AttentionLanes, SuffixesOfAVersionDoNotCount) {
  EXPECT_EQ(order(Backend::kSglang, "0.5.14.post1", 100, {{"flashinfer", 2}, {"triton", 1}}).front(), "triton");
  EXPECT_EQ(order(Backend::kSglang, "0.5.9", 100, {{"flashinfer", 2}, {"triton", 1}}).front(), "flashinfer");
}

TEST(AttentionLanes, ADefaultWithoutAKernelPinsNothing) {
  EXPECT_THAT(order(Backend::kVllm, "0.24.0", 90, {{"vllm_flash_attn_fa4", 1}, {"vllm_flash_attn_fa3", 3}}),
              ElementsAre("default", "vllm_flash_attn_fa3", "vllm_flash_attn_fa4"));
}

TEST(AttentionLanes, LanesTheVersionMeasuredItselfStandBeforeOthers) {
  EXPECT_THAT(order(Backend::kVllm, "0.24.0", 100, {{"own", 1}}, true), ElementsAre("own", "default"));
}

TEST(AttentionLanes, WithoutATableThereAreNone) {
  toy::Packs packs;
  packs.add(Backend::kVllm, "0.24.0", {lanes_table({{"a", 1}})});
  const auto lanes = attention_lanes(packs.open(Backend::kVllm).impl(), "generation_attention");
  ASSERT_TRUE(lanes.has_value());
  EXPECT_TRUE(lanes->empty());
}

}  // namespace
}  // namespace dynamo::perf
