#include "search/pairing.h"

#include <gmock/gmock.h>

namespace dynamo::search {
namespace {

RoleRow worker(int tp, int batch, double rate, double ttft, double tpot) {
  RoleRow row;
  row.worker.parallel.tp = tp;
  row.worker.batch = batch;
  row.worker.seq_per_s = rate;
  row.point.seq_per_s = rate;
  row.point.seq_per_s_gpu = rate / tp;
  row.point.ttft_ms = ttft;
  row.point.tpot_ms = tpot;
  row.point.concurrency = batch;
  row.point.tokens_per_s_user = tpot > 0 ? 1000 / tpot : 0;
  return row;
}

struct Rules {
  UnitRules units;
  PairTargets targets;
};

Rules rules(double ttft, std::optional<double> tpot, int gpus = 8) {
  return {{.total_gpus = gpus, .osl = 101, .same_tp = false, .wide_experts = false}, {tpot_ladder(ttft), tpot, {}}};
}

struct PairingTest : testing::Test {
  DropLog prefill_drops{ServingMode::kDisaggregated, Backend::kTrtllm, "prefill"};
  DropLog decode_drops{ServingMode::kDisaggregated, Backend::kTrtllm, "decode"};

  Pairing pair(const std::vector<RoleRow>& prefill, const std::vector<RoleRow>& decode, const Rules& rules) {
    Pairs pairs(prefill, decode, rules.units);
    return pair_workers(pairs, rules.targets, prefill_drops, decode_drops);
  }
  std::int64_t dropped() const { return total_dropped(prefill_drops.entries()) + total_dropped(decode_drops.entries()); }
};

TEST_F(PairingTest, ComposesRatesWithUtilisationAndQueueing) {
  const Pairing found = pair({worker(1, 1, 10, 100, 0)}, {worker(1, 8, 30, 0, 12)}, rules(2000, 30));
  ASSERT_EQ(found.rows.size(), 1u);
  const Estimate& row = found.rows[0];
  EXPECT_EQ(row.prefill_workers, 3);
  EXPECT_EQ(row.decode_workers, 1);
  EXPECT_EQ(row.gpus, 4);
  EXPECT_DOUBLE_EQ(row.seq_per_s, 27);               // 10 * 3 * 0.9 < 30 * 0.92
  EXPECT_DOUBLE_EQ(row.tokens_per_s_gpu, 681.75);    // 27 * 101 / 4
  EXPECT_DOUBLE_EQ(row.ttft_ms, 180);
  EXPECT_DOUBLE_EQ(row.request_latency_ms, 1380);
}

TEST_F(PairingTest, OneRowPerDecodeLayoutAndLimit) {
  const Pairing found = pair({worker(1, 1, 100, 100, 0)},
                             {worker(1, 8, 10, 0, 10), worker(1, 16, 15, 0, 20), worker(2, 8, 18, 0, 5)}, rules(2000, 300));
  // Limits below 10 admit tp2 only; below 20 also batch 8; above that batch 16 replaces it.
  EXPECT_EQ(found.rows.size(), 3u);
  EXPECT_TRUE(std::ranges::is_sorted(found.rows, std::ranges::greater{}, &Estimate::tokens_per_s_gpu));
}

TEST_F(PairingTest, TtftAndItlDropsCarryTheNumber) {
  const Pairing found = pair({worker(1, 1, 10, 100, 0), worker(2, 1, 12, 2000, 0)},
                             {worker(1, 8, 10, 0, 10), worker(1, 64, 40, 0, 45)}, rules(2000, 30));
  ASSERT_EQ(prefill_drops.entries().size(), 1u);
  EXPECT_EQ(prefill_drops.entries()[0].reason, DropReason::kTtft);
  EXPECT_DOUBLE_EQ(prefill_drops.entries()[0].value, 3600);
  EXPECT_EQ(decode_drops.entries()[0].reason, DropReason::kItl);
  EXPECT_DOUBLE_EQ(decode_drops.entries()[0].value, 45);
  EXPECT_DOUBLE_EQ(decode_drops.entries()[0].limit, 30);
  EXPECT_EQ(found.rows.size(), 2u) << "the row that misses ITL stays available as a trade-off";
  EXPECT_EQ(found.feasible, 1);
}

TEST_F(PairingTest, TpMustMatchWhereTheBackendNeedsIt) {
  Rules same = rules(2000, 30);
  same.units.same_tp = true;
  const Pairing found = pair({worker(1, 1, 10, 100, 0)}, {worker(2, 8, 30, 0, 12)}, same);
  EXPECT_TRUE(found.rows.empty());
  ASSERT_EQ(decode_drops.entries().size(), 1u);
  EXPECT_EQ(decode_drops.entries()[0].reason, DropReason::kModel);
}

TEST_F(PairingTest, PairsOverBudgetAreCounted) {
  const Pairing found = pair({worker(8, 1, 10, 100, 0)}, {worker(8, 8, 30, 0, 12)}, rules(2000, 30));
  EXPECT_TRUE(found.rows.empty());
  ASSERT_EQ(decode_drops.entries().size(), 1u);
  EXPECT_EQ(decode_drops.entries()[0].reason, DropReason::kBudget);
  EXPECT_DOUBLE_EQ(decode_drops.entries()[0].value, 16);
  EXPECT_DOUBLE_EQ(decode_drops.entries()[0].limit, 8);
}

TEST_F(PairingTest, EveryPairIsARowOrDropped) {
  std::vector<RoleRow> prefill, decode;
  for (const int tp : {1, 2, 4}) prefill.push_back(worker(tp, 1, 5.0 * tp, 300.0 / tp, 0));
  for (const int tp : {1, 2, 4})
    for (int batch = 1; batch <= 40; ++batch) decode.push_back(worker(tp, batch, 0.4 * batch, 0, 4.0 + batch / tp));
  const Rules all = rules(1000, 500);
  const Pairing found = pair(prefill, decode, all);
  EXPECT_EQ(found.feasible, static_cast<std::int64_t>(found.rows.size()));
  EXPECT_EQ(dropped() + found.feasible, static_cast<std::int64_t>(prefill.size() * decode.size()));
}

}  // namespace
}  // namespace dynamo::search
