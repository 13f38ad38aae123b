#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "decide/findings.h"
#include "decide/findings.h"
#include "unit/decide/requests.h"

namespace dynamo {
namespace {

class Decide : public testing::Test {
 protected:
  Decide() {
    for (const Backend backend : toy::all_backends())
      packs_.add(backend, "1.0.0", toy::whole_set("lane", 0.5));
  }

  [[nodiscard]] PickReport decided(const ValidatedRequest& request, unsigned threads = 1) const {
    auto report = decide(request, packs_.store(), {.validate = {}, .threads = threads});
    EXPECT_TRUE(report.has_value());
    return report.has_value() ? std::move(*report) : PickReport{};
  }

  toy::Packs packs_;
};

std::string text_of(const Estimate& u) {
  return std::string(name_of(u.mode)) + '/' + std::string(name_of(u.decode.backend)) + '/' +
         u.prefill.parallel.label(false) + '/' + u.decode.parallel.label(false) + '/' +
         std::to_string(u.prefill.batch) + '/' + std::to_string(u.decode.batch) + '/' + std::to_string(u.ctx_tokens) +
         '/' + std::to_string(u.prefill_workers) + '/' + std::to_string(u.decode_workers);
}

std::set<std::string> rules_of(const Diagnostics& findings) {
  std::set<std::string> rules;
  for (const Diagnostic& finding : findings.items()) rules.insert(finding.rule);
  return rules;
}

TEST_F(Decide, TheChoiceMeetsTheTargetsAndStandsFirst) {
  const PickReport report = decided(toy::request({Backend::kTrtllm}, 4));
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_TRUE(report.sla_met);
  EXPECT_FALSE(report.naive);
  EXPECT_LE(report.chosen->unit.ttft_ms, 2000);
  EXPECT_LE(report.chosen->unit.tpot_ms, 50);
  EXPECT_LE(report.chosen->gpus_used, 4);
  EXPECT_TRUE(report.chosen->why_not.empty());
  EXPECT_EQ(text_of(report.ranked.front().unit), text_of(report.chosen->unit));
  EXPECT_FALSE(report.best_ttft_ms || report.best_itl_ms || report.best_e2e_ms);
  for (std::size_t i = 1; i < report.ranked.size(); ++i) {
    EXPECT_FALSE(report.ranked[i].why_not.empty());
    EXPECT_LE(report.ranked[i].tokens_per_s_gpu_cluster, report.chosen->tokens_per_s_gpu_cluster);
  }
}

TEST_F(Decide, EveryNumberHasAnOrigin) {
  const Provenance p = decided(toy::request({Backend::kTrtllm}, 4)).provenance;
  EXPECT_NEAR(p.looked_up + p.interpolated + p.extrapolated + p.modelled, 1.0, 1e-9);
  EXPECT_GT(p.looked_up + p.interpolated, 0);
  EXPECT_GT(p.modelled, 0);
  EXPECT_EQ(p.tier, "measured");
  EXPECT_EQ(p.tables, "toy 1.0, trtllm 1.0.0");
}

TEST_F(Decide, UnreachableTargetsLeadToTheClosestAndSayWhatIsReached) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  request.ttft_ms = 0.001;
  request.itl_ms = 0.0001;
  const PickReport report = decided(request);
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_FALSE(report.sla_met);
  ASSERT_TRUE(report.best_ttft_ms.has_value());
  ASSERT_TRUE(report.best_itl_ms.has_value());
  EXPECT_EQ(*report.best_ttft_ms, report.chosen->unit.ttft_ms);
  EXPECT_EQ(*report.best_itl_ms, report.chosen->unit.tpot_ms);
  EXPECT_GT(*report.best_ttft_ms, 0.001);
}

TEST_F(Decide, OnlyTheMissedTargetIsReplaced) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  request.itl_ms = 0.0001;
  const PickReport report = decided(request);
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_FALSE(report.sla_met);
  EXPECT_FALSE(report.best_ttft_ms.has_value());
  EXPECT_TRUE(report.best_itl_ms.has_value());
}

TEST_F(Decide, AnUnreachableEndToEndTargetIsReplacedAsOne) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  request.ttft_ms.reset();
  request.itl_ms.reset();
  request.e2e_ms = 0.01;
  const PickReport report = decided(request);
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_FALSE(report.sla_met);
  EXPECT_EQ(report.best_e2e_ms, report.chosen->unit.request_latency_ms);
  EXPECT_FALSE(report.best_ttft_ms || report.best_itl_ms);
}

TEST_F(Decide, MeasuredTablesAloneLeaveTheMemoryFitWithoutThem) {
  const toy::Packs none;
  const auto report =
      decide(toy::request({Backend::kTrtllm}, 4), none.store(), {.validate = {}, .database = DatabaseMode::kSilicon});
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->naive);
  ASSERT_TRUE(report->chosen.has_value());
  EXPECT_EQ(report->provenance.tier, "unverified");
  EXPECT_THAT(report->provenance.tables, testing::HasSubstr("trtllm"));
  ASSERT_FALSE(report->searches.empty());
  EXPECT_FALSE(report->searches.front().error.empty());
}

TEST_F(Decide, WithoutTablesTheModelledTierAnswersAndSaysHowWell) {
  const toy::Packs none;
  const auto report = decide(toy::request({Backend::kTrtllm}, 4), none.store());
  ASSERT_TRUE(report.has_value());
  ASSERT_TRUE(report->chosen.has_value());
  EXPECT_FALSE(report->naive);
  const Provenance& p = report->provenance;
  EXPECT_EQ(p.tier, "modelled");
  EXPECT_EQ(p.tables, "no tables of toy with trtllm");
  EXPECT_NEAR(p.modelled, 1, 1e-9);
  EXPECT_GT(p.estimated, 0.5);
  ASSERT_TRUE(p.band.has_value());
  for (const Band& band : {p.band->ttft, p.band->itl, p.band->throughput}) {
    EXPECT_LT(band.low, 1);
    EXPECT_GT(band.high, 1);
  }
}

TEST_F(Decide, WhatIsMeasuredWinsOverWhatIsNot) {
  toy::Packs one;
  one.add(Backend::kVllm, "1.0.0", toy::whole_set("lane", 0.01));   // so slow that any model would look better
  const auto report = decide(toy::request(toy::all_backends(), 2), one.store());
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->chosen->unit.decode.backend, Backend::kVllm);
  EXPECT_EQ(report->provenance.tier, "measured");
  EXPECT_FALSE(report->provenance.band.has_value());
}

TEST_F(Decide, OneMissingTableIsModelledAndTheRestLookedUp) {
  std::vector<tables::TableData> set = toy::whole_set("lane", 0.5);
  std::erase_if(set, [](const tables::TableData& table) { return table.name == "generation_attention"; });
  toy::Packs part;
  part.add(Backend::kVllm, "1.0.0", set);
  const auto report = decide(toy::request({Backend::kVllm}, 2), part.store());
  ASSERT_TRUE(report.has_value());
  const Provenance& p = report->provenance;
  EXPECT_EQ(p.tier, "modelled");
  EXPECT_EQ(p.tables, "toy 1.0, vllm 1.0.0");
  EXPECT_GT(p.looked_up + p.interpolated, 0.1);
  EXPECT_GT(p.estimated, 0.01);
  const ValidatedRequest request = toy::request({Backend::kVllm}, 2);
  const Diagnostics findings = findings_of(request, *report);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.items().front().rule, "profile.modelled");
  EXPECT_THAT(findings.items().front().reason, testing::HasSubstr("of the time is modelled; TTFT "));
}

TEST_F(Decide, AModelledMissWithinTheBandIsADoubt) {
  const toy::Packs none;
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  const auto easy = decide(request, none.store());
  ASSERT_TRUE(easy.has_value());
  request.itl_ms = 1e-6;
  const auto best = decide(request, none.store());
  ASSERT_TRUE(best.has_value() && best->best_itl_ms.has_value());
  const auto rules = [&](double itl) {
    request.itl_ms = itl;
    const auto report = decide(request, none.store());
    return rules_of(findings_of(request, *report));
  };
  EXPECT_TRUE(rules(1e-6).contains("profile.sla.unreachable"));
  EXPECT_TRUE(rules(*best->best_itl_ms * 0.99).contains("profile.sla.doubtful"));
}

TEST_F(Decide, RowsThatCannotBeRightAreNamed) {
  std::vector<tables::TableData> set = toy::whole_set("lane", 0.5);
  tables::SliceData& products = set.front().slices.front();
  for (double& ms : products.values[0]) ms *= 40;
  toy::Packs odd;
  odd.add(Backend::kTrtllm, "1.0.0", set);
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  const auto report = decide(request, odd.store());
  ASSERT_TRUE(report.has_value());
  ASSERT_FALSE(report->provenance.suspects.empty());
  EXPECT_EQ(report->provenance.suspects.front().contradicts, "roofline");
  EXPECT_TRUE(rules_of(findings_of(request, *report)).contains("profile.rows.suspect"));
  EXPECT_TRUE(decided(request).provenance.suspects.empty());
}

TEST_F(Decide, OneGpuIsNeverSplitIntoPrefillAndDecode) {
  const PickReport report = decided(toy::request({Backend::kTrtllm}, 1));
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_TRUE(report.disaggregated.empty());
  for (const SearchSummary& search : report.searches)
    EXPECT_EQ(search.mode, ServingMode::kAggregated);
  EXPECT_EQ(report.chosen->unit.mode, ServingMode::kAggregated);
  EXPECT_FALSE(decided(toy::request({Backend::kTrtllm}, 2)).disaggregated.empty());
}

TEST_F(Decide, AutoSearchesEveryBackendAndRanksThemTogether) {
  const PickReport report = decided(toy::request(toy::all_backends(), 2));
  std::set<std::pair<ServingMode, Backend>> searched;
  for (const SearchSummary& search : report.searches)
    searched.emplace(search.mode, search.backend);
  EXPECT_EQ(searched.size(), 6u);
  double best = 0;
  for (const Backend backend : toy::all_backends()) {
    best = std::max(best, decided(toy::request({backend}, 2)).chosen->tokens_per_s_gpu_cluster);
  }
  EXPECT_EQ(report.chosen->tokens_per_s_gpu_cluster, best);
}

TEST_F(Decide, ABackendWithoutTablesIsReportedNotFatal) {
  toy::Packs one;
  one.add(Backend::kVllm, "1.0.0", toy::whole_set("lane", 0.5));
  const auto report = decide(toy::request(toy::all_backends(), 2), one.store());
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->naive);
  EXPECT_EQ(report->chosen->unit.decode.backend, Backend::kVllm);
  int failed = 0;
  for (const SearchSummary& search : report->searches)
    failed += search.error.empty() ? 0 : 1;
  EXPECT_EQ(failed, 4);
}

TEST_F(Decide, AVersionNobodyMeasuredIsAnError) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 2);
  request.perf_version = "9.9.9";
  const auto report = decide(request, packs_.store());
  ASSERT_FALSE(report.has_value());
  EXPECT_TRUE(report.error().has_errors());
  EXPECT_THAT(report.error().items().front().reason, testing::HasSubstr("9.9.9"));
}

TEST_F(Decide, DamagedTablesAreAnErrorNotAFallback) {
  const auto file = packs_.path() / "toy-trtllm.pack";
  {
    std::fstream pack(file, std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(4096);  // behind the header, inside the first table
    pack.write("damage!!", 8);
  }
  const TableStore store(packs_.path());
  const auto report = decide(toy::request({Backend::kTrtllm}, 2), store);
  ASSERT_FALSE(report.has_value());
  EXPECT_TRUE(report.error().has_errors());
}

TEST_F(Decide, TheNumberOfThreadsChangesNothing) {
  const ValidatedRequest request = toy::request(toy::all_backends(), 4);
  const PickReport one = decided(request, 1);
  const PickReport two = decided(request, 2);
  ASSERT_EQ(one.ranked.size(), two.ranked.size());
  for (std::size_t i = 0; i < one.ranked.size(); ++i) {
    EXPECT_EQ(text_of(one.ranked[i].unit), text_of(two.ranked[i].unit));
    EXPECT_EQ(one.ranked[i].unit.tpot_ms, two.ranked[i].unit.tpot_ms);
    EXPECT_EQ(one.ranked[i].tokens_per_s_gpu_cluster, two.ranked[i].tokens_per_s_gpu_cluster);
  }
  ASSERT_EQ(one.searches.size(), two.searches.size());
  for (std::size_t i = 0; i < one.searches.size(); ++i) {
    EXPECT_EQ(one.searches[i].enumerated, two.searches[i].enumerated);
    EXPECT_EQ(one.searches[i].feasible, two.searches[i].feasible);
    ASSERT_EQ(one.searches[i].dropped.size(), two.searches[i].dropped.size());
    for (std::size_t d = 0; d < one.searches[i].dropped.size(); ++d) {
      EXPECT_EQ(one.searches[i].dropped[d].detail, two.searches[i].dropped[d].detail);
      EXPECT_EQ(one.searches[i].dropped[d].value, two.searches[i].dropped[d].value);
      EXPECT_EQ(one.searches[i].dropped[d].count, two.searches[i].dropped[d].count);
    }
  }
}

TEST_F(Decide, AutoscalingTakesOneEngineOfEachRole) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  request.picking = PickingMode::kAutoscale;
  const PickReport report = decided(request);
  ASSERT_TRUE(report.chosen.has_value());
  EXPECT_EQ(report.mode, PickingMode::kAutoscale);
  EXPECT_EQ(report.chosen->unit.mode, ServingMode::kDisaggregated);
  EXPECT_EQ(report.chosen->unit.prefill_workers, 1);
  EXPECT_EQ(report.chosen->unit.decode_workers, 1);
  EXPECT_LE(report.chosen->gpus_used, 4);
}

TEST_F(Decide, LoadMatchTakesTheFewestGpusThatCarryTheLoad) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 8);
  request.picking = PickingMode::kLoadMatch;
  request.request_rate = 1.0;
  const PickReport light = decided(request);
  ASSERT_TRUE(light.chosen.has_value());
  EXPECT_GE(light.chosen->unit.seq_per_s * light.chosen->replicas, 1.0);
  for (const Pick& other : light.ranked)
    EXPECT_GE(other.gpus_used, light.chosen->gpus_used);
  request.request_rate = 1e6;
  const PickReport heavy = decided(request);
  ASSERT_TRUE(heavy.chosen.has_value());
  EXPECT_LT(heavy.chosen->load_served_percent, 100);
}

TEST_F(Decide, ALoadFarBeyondTheBudgetIsStillMeasured) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 8);
  request.picking = PickingMode::kLoadMatch;
  request.request_rate = 1e6;
  const PickReport report = decided(request);
  EXPECT_NEAR(report.chosen->load_served_percent,
              report.chosen->unit.seq_per_s * report.chosen->replicas / 1e6 * 100, 1e-3);   // whole units
  const Diagnostics findings = findings_of(request, report);
  ASSERT_FALSE(findings.items().empty());
  EXPECT_EQ(findings.items().front().rule, "profile.load.short");
  EXPECT_THAT(findings.items().front().reason, testing::Not(testing::HasSubstr("carry 0 %")));
}

}  // namespace
}  // namespace dynamo
