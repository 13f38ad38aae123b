#include "facts/backend_facts.h"

#include <gtest/gtest.h>

namespace dynamo::facts {
namespace {

constexpr Backend kAll[] = {Backend::kTrtllm, Backend::kSglang, Backend::kVllm};

std::string flag_of(Backend backend, FlagMeaning meaning, EngineRole role = EngineRole::kAggregated,
                    std::optional<RuntimeRelease> release = std::nullopt) {
  const BackendFlag* flag = backend_facts(backend).find_flag(meaning, role, release);
  return flag != nullptr ? std::string(flag->flag) : "";
}

TEST(BackendFacts, NamesAndImages) {
  EXPECT_EQ(backend_facts(Backend::kVllm).image_name, "vllm-runtime");
  EXPECT_EQ(backend_facts(Backend::kSglang).image_name, "sglang-runtime");
  EXPECT_EQ(backend_facts(Backend::kTrtllm).image_name, "tensorrtllm-runtime");
  EXPECT_EQ(backend_facts(Backend::kVllm).module, "dynamo.vllm");
  EXPECT_EQ(backend_facts(Backend::kTrtllm).service(EngineRole::kPrefill), "TRTLLMPrefillWorker");
  for (const Backend backend : kAll) {
    EXPECT_EQ(backend_from_name(name_of(backend)), backend);
    EXPECT_EQ(backend_facts(backend).name, name_of(backend));
  }
  EXPECT_EQ(backend_from_name("auto"), std::nullopt);
}

TEST(BackendFacts, EveryEngineCanBeLimited) {
  for (const Backend backend : kAll) {
    for (const FlagMeaning meaning :
         {FlagMeaning::kModel, FlagMeaning::kTensorParallel, FlagMeaning::kPipelineParallel,
          FlagMeaning::kExpertParallel, FlagMeaning::kMemoryFraction, FlagMeaning::kContextLength,
          FlagMeaning::kMaxBatch, FlagMeaning::kMaxTokens, FlagMeaning::kKvDtype}) {
      EXPECT_NE(flag_of(backend, meaning), "") << name_of(backend) << " " << name_of(meaning);
    }
  }
  EXPECT_EQ(flag_of(Backend::kVllm, FlagMeaning::kMaxBatch), "--max-num-seqs");
  EXPECT_EQ(flag_of(Backend::kSglang, FlagMeaning::kMaxBatch), "--max-running-requests");
  EXPECT_EQ(flag_of(Backend::kTrtllm, FlagMeaning::kMaxBatch), "--max-batch-size");
}

TEST(BackendFacts, RolesDecideAboutDisaggregation) {
  for (const Backend backend : kAll) {
    EXPECT_EQ(flag_of(backend, FlagMeaning::kDisaggregation), "") << name_of(backend);
    const BackendFlag* prefill = backend_facts(backend).find_flag(FlagMeaning::kDisaggregation, EngineRole::kPrefill);
    ASSERT_NE(prefill, nullptr);
    EXPECT_EQ(prefill->value, "prefill");
    EXPECT_NE(backend_facts(backend).find_flag(FlagMeaning::kKvTransfer, EngineRole::kDecode), nullptr);
  }
}

TEST(BackendFacts, OldRuntimesHaveOneSwitchPerRole) {
  const auto decode = [](RuntimeRelease release) {
    return flag_of(Backend::kVllm, FlagMeaning::kDisaggregation, EngineRole::kDecode, release);
  };
  EXPECT_EQ(decode({0, 9, 0}), "--is-decode-worker");
  EXPECT_EQ(decode({1, 0, 0}), "--disaggregation-mode");
  EXPECT_EQ(decode({99, 0, 0}), "--disaggregation-mode");
  EXPECT_EQ(flag_of(Backend::kVllm, FlagMeaning::kDisaggregation, EngineRole::kDecode), "--disaggregation-mode");
  EXPECT_EQ(flag_of(Backend::kVllm, FlagMeaning::kMaxTokens, EngineRole::kDecode, RuntimeRelease{0, 7, 1}), "");
}

TEST(BackendFacts, CacheFormats) {
  EXPECT_EQ(backend_facts(Backend::kSglang).kv_spelling(KvQuant::kFp8), "fp8_e4m3");
  EXPECT_EQ(backend_facts(Backend::kVllm).kv_spelling(KvQuant::kFp8), "fp8");
  EXPECT_EQ(backend_facts(Backend::kVllm).kv_spelling(KvQuant::kInt8), std::nullopt);
  EXPECT_EQ(backend_facts(Backend::kVllm).kv_as_checkpoint, "auto");
}

TEST(BackendFacts, ReleasesNameTheirEngines) {
  EXPECT_EQ(backend_facts(Backend::kVllm).engine_version({1, 3, 0}), "0.24.0");
  EXPECT_EQ(backend_facts(Backend::kTrtllm).engine_version({1, 2, 0}), "1.3.0rc14");
  EXPECT_EQ(backend_facts(Backend::kSglang).engine_version({0, 1, 0}), "");
  for (const Backend backend : kAll) {
    EXPECT_EQ(backend_facts(backend).releases.front().runtime, (RuntimeRelease{1, 3, 0}));
  }
}

TEST(BackendFacts, ReleasesAreReadFromTags) {
  EXPECT_EQ(runtime_release("1.3.0"), (RuntimeRelease{1, 3, 0}));
  EXPECT_EQ(runtime_release("v0.9"), (RuntimeRelease{0, 9, 0}));
  EXPECT_EQ(runtime_release("1.2.0-rc4"), (RuntimeRelease{1, 2, 0}));
  EXPECT_EQ(runtime_release("1.2.3.4"), (RuntimeRelease{1, 2, 3}));
  EXPECT_EQ(runtime_release("latest"), std::nullopt);
  EXPECT_EQ(runtime_release("1"), std::nullopt);
  EXPECT_EQ(runtime_release("-1.2"), std::nullopt);
  EXPECT_EQ(runtime_release(""), std::nullopt);
}

TEST(BackendFacts, MeaningsRoundTrip) {
  for (int i = 0; i <= static_cast<int>(FlagMeaning::kOverlapSchedulerOff); ++i) {
    const auto meaning = static_cast<FlagMeaning>(i);
    EXPECT_EQ(flag_meaning_from_name(name_of(meaning)), meaning) << i;
  }
}

}  // namespace
}  // namespace dynamo::facts
