#include "unit/decide/requests.h"
#include "unit/perf/real_packs.h"

namespace dynamo {
namespace {

/// The published run of AI Configurator 0.12.0: Qwen3-32B on 8 h200_sxm with TensorRT-LLM 1.3.0rc20, isl 3000, osl 500,
/// TTFT 500, TPOT 50.
class ReferenceRun : public RealPacks {
 protected:
  [[nodiscard]] PickReport report() const {
    ValidatedRequest r = toy::request({Backend::kTrtllm}, 8);
    r.model = *find_model("Qwen/Qwen3-32B");
    r.model_name = r.model.id;
    r.system = find_system("h200_sxm");
    r.vram_bytes = r.system->mem_capacity_bytes;
    r.gpus_per_node = 8;
    r.isl = 3000;
    r.osl = 500;
    r.ttft_ms = 500;
    r.itl_ms = 50;
    r.perf_version = "1.3.0rc20";
    auto report = decide(r, *store_, {.validate = {}, .threads = 1});
    EXPECT_TRUE(report.has_value());
    return report.has_value() ? std::move(*report) : PickReport{};
  }

  static const Pick* find(const std::vector<Pick>& picks, const std::string& layout, int batch) {
    for (const Pick& pick : picks) {
      if (pick.unit.decode.parallel.label(false) == layout && pick.unit.decode.batch == batch)
        return &pick;
    }
    return nullptr;
  }
};

TEST_F(ReferenceRun, ChoosesTwoAggregatedWorkersOnFourGpusEach) {
  const PickReport r = report();
  ASSERT_TRUE(r.chosen.has_value());
  const Pick& best = *r.chosen;
  EXPECT_TRUE(r.sla_met);
  EXPECT_EQ(best.unit.mode, ServingMode::kAggregated);
  EXPECT_EQ(best.unit.decode.parallel.label(false), "tp4");
  EXPECT_EQ(best.unit.decode.batch, 160);
  EXPECT_EQ(best.replicas, 2);
  EXPECT_NEAR(best.tokens_per_s_gpu_cluster, 796.183, 0.001);
  EXPECT_NEAR(best.unit.tokens_per_s_user, 20.103, 0.001);
  EXPECT_NEAR(best.unit.ttft_ms, 462.98, 0.01);
  EXPECT_NEAR(best.unit.tpot_ms, 49.743, 0.001);
  EXPECT_NEAR(best.unit.seq_per_s, 6.382, 0.001);
  EXPECT_NEAR(best.unit.decode.memory_gib, 53.943, 0.001);
  EXPECT_NEAR(best.unit.balance_score, 0.32, 0.001);
  EXPECT_EQ(best.unit.ctx_tokens, 3000);
  EXPECT_EQ(best.unit.num_gen_reqs, 159);
}

TEST_F(ReferenceRun, RanksTheOtherAggregatedLayouts) {
  const PickReport r = report();
  ASSERT_GE(r.aggregated.size(), 3u);
  EXPECT_EQ(r.aggregated[1].unit.decode.parallel.label(false), "tp8");
  EXPECT_EQ(r.aggregated[1].unit.decode.batch, 256);
  EXPECT_NEAR(r.aggregated[1].tokens_per_s_gpu_cluster, 644.96, 0.01);
  EXPECT_NEAR(r.aggregated[1].unit.ttft_ms, 320.86, 0.01);
  EXPECT_EQ(r.aggregated[2].unit.decode.parallel.label(false), "tp2");
  EXPECT_EQ(r.aggregated[2].unit.decode.batch, 20);
  EXPECT_EQ(r.aggregated[2].replicas, 4);
  EXPECT_NEAR(r.aggregated[2].tokens_per_s_gpu_cluster, 493.12, 0.01);
  EXPECT_NEAR(r.aggregated[2].unit.ttft_ms, 475.47, 0.01);
}

TEST_F(ReferenceRun, FindsTheDisaggregatedUnitAtTheSameThroughput) {
  const PickReport r = report();
  ASSERT_FALSE(r.disaggregated.empty());
  for (const Pick& pick : r.disaggregated)
    EXPECT_LE(pick.unit.ttft_ms, 500);
  EXPECT_NEAR(r.disaggregated.front().tokens_per_s_gpu_cluster, 631.012, 0.01);
  EXPECT_NEAR(r.disaggregated.front().unit.ttft_ms, 320.936, 0.001);
  const Pick* unit = find(r.disaggregated, "tp2", 52);
  ASSERT_NE(unit, nullptr);
  EXPECT_EQ(unit->unit.prefill.parallel.label(false), "tp2");
  EXPECT_EQ(unit->replicas, 2);
  EXPECT_NEAR(unit->unit.tpot_ms, 18.823, 0.001);
  EXPECT_NEAR(unit->unit.prefill.seq_per_s, 5.609, 0.001);
  EXPECT_NEAR(unit->unit.decode.seq_per_s, 5.536, 0.001);
  EXPECT_NEAR(unit->unit.prefill.memory_gib, 35.009, 0.001);
  EXPECT_NEAR(unit->unit.decode.memory_gib, 56.631, 0.001);
}

}  // namespace
}  // namespace dynamo
