#include "perf/operators/moe_dispatch.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

using enum DispatchShape::Side;

/// Times that tell the collectives apart whatever the size: 1 ms all-reduce, 10 all-gather, 100 reduce-scatter; with two ranks
/// a thousand times as much.
std::vector<tables::TableData> collectives() {
  const auto flat = [](std::string key, double ms) { return toy::slice(std::move(key), 1, {{{1}, ms}, {{1u << 30}, ms}}); };
  return {toy::table("custom_allreduce", 1, {flat("half|4", 1)}),
          toy::table("nccl", 1, {flat("half|all_gather|2", 10'000), flat("half|all_gather|4", 10),
                                 flat("half|reduce_scatter|2", 100'000), flat("half|reduce_scatter|4", 100)})};
}

struct Price {
  double to = 0, from = 0;
  bool operator==(const Price&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Price& p) { return out << p.to << " + " << p.from; }
};

Price price(Backend backend, int dp, int cp = 1, int sm_version = 90) {
  SystemSpec spec = toy::system();
  spec.sm_version = sm_version;
  toy::Packs packs(backend, "1.0.0", collectives());
  const Database database = packs.open(backend, DatabaseMode::kSilicon, spec);
  const auto ms = [&](DispatchShape::Side side) {
    const auto op = make_dispatch("dispatch", 1, database.impl(),
                                  {.side = side, .hidden = 1024, .expert_ranks = 4, .attention_dp = dp, .cp = cp});
    return op->at({.tokens = 16})->ms;
  };
  return {ms(kToExperts), ms(kFromExperts)};
}

TEST(Dispatch, TensorParallelAttentionReducesOnBothSides) {
  for (const Backend backend : {Backend::kVllm, Backend::kSglang, Backend::kTrtllm}) {
    EXPECT_EQ(price(backend, 1), (Price{1, 1})) << name_of(backend);
  }
}

TEST(Dispatch, ReplicatedAttentionGathersAndScatters) {
  for (const Backend backend : {Backend::kVllm, Backend::kSglang, Backend::kTrtllm}) {
    EXPECT_EQ(price(backend, 4), (Price{10, 100})) << name_of(backend);
  }
}

TEST(Dispatch, BothAtOnceDiffersByBackend) {
  EXPECT_EQ(price(Backend::kVllm, 2), (Price{11, 101}));
  EXPECT_EQ(price(Backend::kSglang, 2), (Price{100'010, 10'100}));
  EXPECT_EQ(price(Backend::kTrtllm, 2), (Price{1, 1}));
  EXPECT_EQ(price(Backend::kTrtllm, 2, 1, 100), (Price{10, 100}));
}

TEST(Dispatch, ContextParallelPrefillGathersItsShards) { EXPECT_EQ(price(Backend::kSglang, 1, 4), (Price{10, 100})); }

TEST(Dispatch, TensorRtLlmOnBlackwellSendsQuantisedTokens) {
  SystemSpec blackwell = toy::system();
  blackwell.sm_version = 100;
  toy::Packs packs(Backend::kTrtllm, "1.0.0",
                   {toy::table("nccl", 1, {toy::slice("half|all_gather|4", 1, {{{1}, 1e-3}, {{1'000'000}, 1000.0}})})});
  const Database database = packs.open(Backend::kTrtllm, DatabaseMode::kSilicon, blackwell);
  const auto ms = [&](MoeQuant quant) {
    const auto op = make_dispatch("dispatch", 1, database.impl(),
                                  {.side = kToExperts, .hidden = 1024, .expert_ranks = 4, .attention_dp = 4, .quant = quant});
    return op->at({.tokens = 16})->ms;
  };
  const double full = 16.0 * 1024 * 4 * 1e-3;
  EXPECT_NEAR(ms(MoeQuant::kBfloat16), full, 1e-9);
  EXPECT_NEAR(ms(MoeQuant::kFp8Block), full / 2, 1e-9);
  EXPECT_NEAR(ms(MoeQuant::kNvfp4), full * 9 / 32, 1e-9);
}

}  // namespace
}  // namespace dynamo::perf
