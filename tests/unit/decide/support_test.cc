#include "dynamo/profiler/support.h"

#include <gmock/gmock.h>

#include "unit/decide/requests.h"

namespace dynamo {
namespace {

using testing::HasSubstr;

class SupportOf : public testing::Test {
 protected:
  [[nodiscard]] Support of(Backend backend, const SystemSpec& system = toy::system()) const {
    return support_of(toy::model(), system, backend, packs_.store());
  }

  toy::Packs packs_{Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5)};
};

TEST_F(SupportOf, TablesThatAnswerALayoutAreMeasured) {
  const Support support = of(Backend::kTrtllm);
  EXPECT_EQ(support.tier, SupportTier::kMeasured);
  EXPECT_EQ(support.version, "1.0.0");
  EXPECT_EQ(support.reason, "");
}

TEST_F(SupportOf, WithoutAPackItIsModelledAndSaysWhy) {
  const Support support = of(Backend::kVllm);
  EXPECT_EQ(support.tier, SupportTier::kModelled);
  EXPECT_EQ(support.version, "");
  EXPECT_THAT(support.reason, HasSubstr("no measured tables for system toy with backend vllm"));
}

TEST_F(SupportOf, AMissingTableIsNotMeasured) {
  std::vector<tables::TableData> set = toy::whole_set("lane", 0.5);
  std::erase_if(set, [](const tables::TableData& table) { return table.name == "generation_attention"; });
  packs_.add(Backend::kVllm, "2.0.0", set);
  const Support support = of(Backend::kVllm);
  EXPECT_EQ(support.tier, SupportTier::kModelled);
  EXPECT_EQ(support.version, "2.0.0");
  EXPECT_THAT(support.reason, HasSubstr("kvcache"));
}

TEST_F(SupportOf, WhatTheBackendCannotRunOnIsNaive) {
  SystemSpec old = toy::system();
  old.name = "old";
  old.sm_version = 70;
  EXPECT_EQ(of(Backend::kTrtllm, old).tier, SupportTier::kNaive);
  EXPECT_THAT(of(Backend::kTrtllm, old).reason, HasSubstr("needs compute capability 8.0, old has 7.0"));
  EXPECT_EQ(of(Backend::kVllm, old).tier, SupportTier::kModelled);
  SystemSpec other = old;
  other.sm_version = 0;
  EXPECT_THAT(of(Backend::kTrtllm, other).reason, HasSubstr("NVIDIA GPUs only"));
  EXPECT_EQ(of(Backend::kSglang, other).tier, SupportTier::kModelled);
}

TEST_F(SupportOf, TheMatrixHasEveryCellInOrderWhateverTheThreads) {
  const ModelSpec model = toy::model();
  const SystemSpec system = toy::system();
  SystemSpec second = system;
  second.name = "second";
  SupportQuery query{{&model}, {&system, &second}, {Backend::kTrtllm, Backend::kVllm}, "current", 1};
  const auto one = support_matrix(query, packs_.store());
  query.threads = 3;
  const auto three = support_matrix(query, packs_.store());
  ASSERT_EQ(one.size(), 4u);
  ASSERT_EQ(three.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(one[i].system, i < 2 ? &system : &second);
    EXPECT_EQ(one[i].backend, i % 2 == 0 ? Backend::kTrtllm : Backend::kVllm);
    EXPECT_EQ(one[i].support.tier, i == 0 ? SupportTier::kMeasured : SupportTier::kModelled);
    EXPECT_EQ(one[i].support.reason, three[i].support.reason);
  }
}

}  // namespace
}  // namespace dynamo
