#include "perf/sanity.h"

#include <gmock/gmock.h>

#include "unit/perf/real_packs.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// The toy set with matrix products of up to `m` tokens made `factor` times slower.
std::vector<tables::TableData> slow_products(std::uint32_t m, double factor) {
  std::vector<tables::TableData> set = toy::whole_set("lane", 0.5);
  tables::SliceData& rows = set.front().slices.front();
  for (std::size_t i = 0; i < rows.values[0].size(); ++i) {
    if (rows.keys[1][i] <= m) rows.values[0][i] *= factor;
  }
  return set;
}

std::vector<Suspect> decode_suspects(const std::vector<tables::TableData>& set, int batch) {
  const toy::Packs packs(Backend::kTrtllm, "1.0.0", set);
  const auto watch = RowWatch::make(packs.open(Backend::kTrtllm), toy::model(), {}, {}, 0, {});
  EXPECT_TRUE(watch.has_value());
  return watch.has_value() ? watch->in_decode(toy::load(1024, 128), batch) : std::vector<Suspect>{};
}

TEST(Sanity, SoundTablesHaveNoSuspects) {
  for (const int batch : {1, 16, 64, 512}) EXPECT_TRUE(decode_suspects(toy::whole_set("lane", 0.5), batch).empty()) << batch;
  const toy::Packs packs(Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5));
  const auto watch = RowWatch::make(packs.open(Backend::kTrtllm), toy::model(), {}, {}, 0, {});
  ASSERT_TRUE(watch.has_value());
  EXPECT_TRUE(watch->in_prefill(toy::load(1024, 128), 1).empty());
  EXPECT_TRUE(watch->in_mixed_step(toy::load(1024, 128), 16, 1024).empty());
}

TEST(Sanity, FewTokensThatTakeLongerThanManyAreNamed) {
  const auto suspects = decode_suspects(slow_products(16, 30), 4);
  ASSERT_FALSE(suspects.empty());
  double excess = 0;
  for (const Suspect& suspect : suspects) {
    EXPECT_TRUE(suspect.neighbours) << suspect.kernel;
    EXPECT_GT(suspect.factor, 10) << suspect.kernel;
    excess += suspect.excess_share;
  }
  EXPECT_GT(excess, 0.2);
  EXPECT_LT(excess, 1.0);
}

TEST(Sanity, RowsFarAboveTheUsualLossAreNamedThoughNeighboursAgree) {
  const auto suspects = decode_suspects(slow_products(32768, 40), 4);
  ASSERT_FALSE(suspects.empty());
  EXPECT_FALSE(suspects.front().neighbours);
  EXPECT_GT(suspects.front().factor, 8);
}

TEST(Sanity, WhatHardlyMattersIsNotSaid) {
  // A batch large enough to be read from rows that are sound.
  EXPECT_TRUE(decode_suspects(slow_products(16, 30), 256).empty());
}

class MeasuredRows : public RealPacks {
 protected:
  [[nodiscard]] std::vector<Suspect> decode(const char* gpu, Backend backend, const char* id, int tp) const {
    const auto database = Database::open(*store_, *find_system(gpu), backend, "current", DatabaseMode::kSilicon);
    if (!database.has_value()) return {};
    const ModelSpec& model = *find_model(id);
    const auto quant = database->resolve_quant(model, Role::kAggregated, {});
    Parallelism parallel;
    parallel.tp = tp;
    const auto watch = quant.has_value() ? RowWatch::make(*database, model, *quant, parallel, 0, {})
                                         : Result<RowWatch>(std::unexpected(quant.error()));
    EXPECT_TRUE(watch.has_value());
    return watch.has_value() ? watch->in_decode(toy::load(3000, 500), 8) : std::vector<Suspect>{};
  }
};

TEST_F(MeasuredRows, BlockFp8OfVllmOnBlackwellIsSuspect) {
  for (const char* gpu : {"b200_sxm", "gb200"}) {
    EXPECT_FALSE(decode(gpu, Backend::kVllm, "Qwen/Qwen3-32B-FP8", 2).empty()) << gpu;
  }
}

TEST_F(MeasuredRows, ItsNeighboursAreNot) {
  EXPECT_TRUE(decode("h200_sxm", Backend::kVllm, "Qwen/Qwen3-32B-FP8", 2).empty());
  EXPECT_TRUE(decode("b200_sxm", Backend::kVllm, "Qwen/Qwen3-32B", 2).empty());
  EXPECT_TRUE(decode("h200_sxm", Backend::kTrtllm, "Qwen/Qwen3-32B", 4).empty());
}

}  // namespace
}  // namespace dynamo::perf
