#include "perf/large_ep/resolve.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

ModelSpec experts_model() {
  ModelSpec m = toy::model();
  m.architecture = "Qwen3MoeForCausalLM";
  m.family = Family::kMoe;
  m.experts = 64;
  m.experts_per_token = 8;
  m.moe_intermediate = 512;
  return m;
}

Parallelism spread(int ep, int moe_tp = 1) { return {.tp = 1, .dp = ep * moe_tp, .moe_tp = moe_tp, .moe_ep = ep}; }

/// Kernels of vLLM inside one four-GPU node, for prefill only or both phases; experts measured 4 and 8 wide.
std::vector<tables::TableData> measured(bool decode) {
  std::vector<tables::SliceData> exchange;
  for (const std::string kernel : {"deepep_ht", "deepep_ll"}) {
    if (kernel == "deepep_ll" && !decode) continue;
    const std::uint32_t budget = kernel == "deepep_ht" ? 20 : 0;
    for (const std::string step : {"dispatch", "combine"}) {
      exchange.push_back(
          toy::slice(kernel + "|" + step + "|default|4|1|1024|8|64", 2, {{{budget, 16}, 100.0}, {{budget, 64}, 300.0}}));
    }
  }
  std::vector<tables::SliceData> experts;
  for (const std::string ep : {"4", "8"}) {
    experts.push_back(toy::slice("bfloat16|power_law_1.2|8|64|1024|512|1|" + ep, 1, {{{16}, 1.0}, {{64}, 3.0}}));
  }
  return {toy::table("moe", 1, experts), toy::table("moe_a2a", 2, exchange)};
}

Result<ExpertExchange> resolve(const Database& database, const Parallelism& layout, PhaseNeeds needs = {},
                               ExchangePolicy policy = ExchangePolicy::kWhereNeeded) {
  return resolve_exchange(database, experts_model(), MoeQuant::kBfloat16, layout, needs, policy);
}

TEST(LargeEp, InsideANodeOnlySearchesPreferMeasuredKernels) {
  toy::Packs packs(Backend::kVllm, "1.0.0", measured(true));
  const Database database = packs.open(Backend::kVllm);
  EXPECT_FALSE(resolve(database, spread(4))->any());
  const auto searched = resolve(database, spread(4), {}, ExchangePolicy::kWhereMeasured);
  ASSERT_TRUE(searched.has_value());
  EXPECT_EQ(searched->prefill, AllToAll::kDeepEpHt);
  EXPECT_EQ(searched->decode, AllToAll::kDeepEpLl);
}

TEST(LargeEp, OneNodeStandsForSeveral) {
  toy::Packs packs(Backend::kVllm, "1.0.0", measured(true));
  const Database database = packs.open(Backend::kVllm);
  EXPECT_EQ(resolve(database, spread(8))->prefill, AllToAll::kDeepEpHt);
  EXPECT_EQ(measured_wide_widths(database, experts_model(), MoeQuant::kBfloat16, {}), std::vector<int>{8});
}

TEST(LargeEp, WiderThanANodeWithoutMeasurementsIsMissingData) {
  toy::Packs packs(Backend::kVllm, "1.0.0", measured(false));
  const Database database = packs.open(Backend::kVllm);
  EXPECT_TRUE(resolve(database, spread(8), {.prefill = true, .decode = false}).has_value());
  for (const Parallelism& layout : {spread(8), spread(16)}) {
    const auto refused = resolve(database, layout);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::kMissingData);
  }
  EXPECT_FALSE(resolve(database, spread(4), {}, ExchangePolicy::kWhereMeasured)->any());
}

TEST(LargeEp, ShardedExpertsStayInsideANode) {
  toy::Packs packs(Backend::kVllm, "1.0.0", measured(true));
  const Database database = packs.open(Backend::kVllm);
  EXPECT_FALSE(resolve(database, spread(4, 2))->any());
  const auto refused = resolve(database, spread(8, 2));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidConfig);
}

/// SGLang: experts of each phase, and DeepEP's own tables of one node and of two with eight ranks each.
std::vector<tables::TableData> measured_by_sglang() {
  const auto experts = [](int ep) {
    return toy::slice("bfloat16|power_law_1.2|8|64|1024|512|1|" + std::to_string(ep), 1, {{{16}, 1.0}, {{64}, 3.0}});
  };
  const auto four_columns = [](tables::SliceData slice) {
    while (slice.values.size() < 4) slice.values.push_back(slice.values[0]);
    return slice;
  };
  const auto normal = [&](int nodes) { return four_columns(toy::slice(std::to_string(nodes) + "|1024|8|64", 2, {{{20, 16}, 100.0}})); };
  const auto low_latency = [&](int nodes) { return four_columns(toy::slice(std::to_string(nodes) + "|1024|8|64", 1, {{{16}, 100.0}})); };
  return {toy::table("wideep_context_moe", 1, {experts(16), experts(32)}), toy::table("wideep_generation_moe", 1, {experts(16)}),
          toy::table("wideep_deepep_normal", 2, {normal(1), normal(2)}), toy::table("wideep_deepep_ll", 1, {low_latency(1)})};
}

TEST(LargeEp, SglangMeasuredEachPhaseAndHasDeepEpsOwnTables) {
  toy::Packs packs(Backend::kSglang, "1.0.0", measured_by_sglang());
  SystemSpec eight = toy::system();
  eight.gpus_per_node = 8;
  const Database database = packs.open(Backend::kSglang, DatabaseMode::kSilicon, eight);
  const auto both = resolve(database, spread(16));
  ASSERT_TRUE(both.has_value()) << both.error().message;
  EXPECT_EQ(both->prefill, AllToAll::kDeepEpHt);
  EXPECT_EQ(both->decode, AllToAll::kDeepEpLl);
  EXPECT_TRUE(resolve(database, spread(32), {.prefill = true, .decode = false}).has_value());
  EXPECT_EQ(resolve(database, spread(32)).error().kind, ErrorKind::kMissingData);   // decode was not measured so wide
  EXPECT_EQ(measured_wide_widths(database, experts_model(), MoeQuant::kBfloat16, {}), std::vector<int>{16});
}

TEST(LargeEp, BesideDeepEpSglangAttendsInFp8UnlessTheUserNamesFormats) {
  ModelSpec model = toy::model();
  model.architecture = "DeepseekV3ForCausalLM";
  const ExpertExchange deep_ep{.prefill = AllToAll::kDeepEpHt, .decode = AllToAll::kDeepEpLl};
  const QuantModes beside = formats_beside(deep_ep, Backend::kSglang, model, {}, {});
  EXPECT_EQ(beside.fmha, FmhaQuant::kFp8Block);
  EXPECT_EQ(beside.kv, KvQuant::kFp8);
  QuantOverrides named;
  named.kv = KvQuant::kBfloat16;
  EXPECT_EQ(formats_beside(deep_ep, Backend::kSglang, model, named, {}).kv, KvQuant::kBfloat16);
  EXPECT_EQ(formats_beside({}, Backend::kSglang, model, {}, {}), QuantModes{});
  EXPECT_EQ(formats_beside(deep_ep, Backend::kVllm, model, {}, {}), QuantModes{});
}

}  // namespace
}  // namespace dynamo::perf
