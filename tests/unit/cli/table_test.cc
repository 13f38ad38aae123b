#include "render/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "dynamo/profiler/document_io.h"
#include "render/report_value.h"
#include "render/verdict.h"

namespace dynamo::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

WorkerEstimate worker(int tp, int batch) {
  WorkerEstimate estimate;
  estimate.parallel.tp = tp;
  estimate.parallel.moe_tp = tp;
  estimate.batch = batch;
  estimate.version = "1.3.0rc20";
  estimate.system = "h200_sxm";
  estimate.memory = {.weights_gib = 15, .activations_gib = 5, .kv_cache_gib = 84, .nccl_gib = 1, .others_gib = 7};
  return estimate;
}

Pick aggregated(int tp, int replicas, double ttft, double itl) {
  Pick pick;
  pick.unit.decode = worker(tp, 160);
  pick.unit.ttft_ms = ttft;
  pick.unit.tpot_ms = itl;
  pick.unit.tokens_per_s = 3184.5;
  pick.unit.tokens_per_s_gpu = 796.1;
  pick.unit.tokens_per_s_user = 20.1;
  pick.unit.seq_per_s = 6.4;
  pick.unit.concurrency = 160;
  pick.unit.gpus = tp;
  pick.replicas = replicas;
  pick.gpus_used = tp * replicas;
  pick.tokens_per_s_gpu_cluster = 796.1;
  return pick;
}

Pick disaggregated() {
  Pick pick = aggregated(2, 2, 321, 18.8);
  pick.unit.mode = ServingMode::kDisaggregated;
  pick.unit.prefill = worker(2, 1);
  pick.unit.prefill_workers = 1;
  pick.unit.gpus = 4;
  pick.gpus_used = 8;
  pick.why_not = "21 % less throughput, ITL 2.6x better";
  return pick;
}

ProfileResult sample() {
  ProfileResult result;
  ValidatedRequest request;
  request.name = "qwen";
  request.model_name = "Qwen/Qwen3-32B";
  request.system = find_system("h200_sxm");
  request.backends = {Backend::kTrtllm};
  request.ttft_ms = 500;
  request.itl_ms = 50;
  request.origins.push_back({"spec.hardware.totalGpus", "8", "default"});
  result.request = request;
  PickReport report;
  report.ranked = {aggregated(4, 2, 463, 49.7), disaggregated()};
  report.chosen = report.ranked.front();
  report.provenance = {0.5, 0.47, 0, 0.03, "measured", "aiconfigurator-core 0.12.0"};
  SearchSummary search;
  search.feasible = 46;
  Infeasible dropped;
  dropped.count = 212;
  search.dropped = {dropped};
  report.searches = {search};
  result.report = report;
  return result;
}

std::string table(const ProfileResult& result, bool wide = false) {
  return render_table(report_value(result, "qwen.yaml"), {wide, "kubectl dynamo profile -f qwen.yaml", "kubectl dynamo explain -f qwen.yaml"}, Style(false));
}

TEST(Table, SaysVerdictNumbersAlternativesAndNextStep) {
  const std::string text = table(sample());
  EXPECT_TRUE(text.starts_with("Meets the SLA: 2 aggregated workers, TP4 each, on 8 of 8 h200_sxm")) << text;
  EXPECT_THAT(text, HasSubstr("  TTFT            463 ms   <=  500 ms\n"));
  EXPECT_THAT(text, HasSubstr("  ITL            49.7 ms   <=   50 ms    binding\n"));
  EXPECT_THAT(text, HasSubstr("6,369 tok/s, 12.8 req/s at 320 in flight"));
  EXPECT_THAT(text, HasSubstr("(weights 15, KV 84, rest 13)"));
  EXPECT_THAT(text, HasSubstr("* agg    2 x tp4   batch 160"));
  EXPECT_THAT(text, HasSubstr("disagg 2 x (1P tp2 + 1D tp2)    8       796  321 18.8  -21 %, ITL 2.6x better\n"));
  EXPECT_THAT(text, HasSubstr("  ... 44 more fit, 212 do not\n"));
  EXPECT_THAT(text, HasSubstr("Why:     kubectl dynamo explain -f qwen.yaml\n"));
  EXPECT_THAT(text, HasSubstr("measured tables (aiconfigurator-core 0.12.0), 50 % looked up"));
  EXPECT_THAT(text, HasSubstr("Assumed: totalGpus 8"));
  EXPECT_TRUE(text.ends_with("Deploy:  kubectl dynamo profile -f qwen.yaml -o yaml | kubectl apply -f -\n")) << text;
}

TEST(Table, FitsEightyColumnsUnlessWide) {
  std::istringstream lines(table(sample()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 80u) << line;
  EXPECT_THAT(table(sample(), true), HasSubstr("TOK/S/USER"));
}

TEST(Table, ALongCommandIsContinuedAsAShellTakesIt) {
  const std::string command = "kubectl dynamo profile --model Qwen/Qwen3-32B --gpu h200_sxm --gpus 8 --isl 3000 --name 'a - b c' --osl 500";
  const std::string text = render_table(report_value(sample(), "x"), {false, command, command}, Style(false));
  EXPECT_THAT(text, HasSubstr("Why:     kubectl dynamo profile --model Qwen/Qwen3-32B --gpu h200_sxm --gpus 8 \\\n"
                              "          --isl 3000 --name 'a - b c' --osl 500\n"));
  EXPECT_TRUE(text.ends_with("          --isl 3000 --name 'a - b c' --osl 500 -o yaml | kubectl apply -f -\n")) << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 80u) << line;
}

TEST(Table, IdleGpusCountInTheThroughputAndInTheRankingAlike) {
  ProfileResult result = sample();
  result.report->chosen->gpus_used = 6;
  result.report->chosen->tokens_per_s_gpu_cluster = 597.1;
  const std::string text = table(result);
  EXPECT_THAT(text, HasSubstr("  throughput      597 tok/s per GPU    "));
  EXPECT_THAT(text, HasSubstr("\n                  796 tok/s per GPU of the 6 in use\n"));
  EXPECT_THAT(table(sample()), Not(HasSubstr("in use")));
}

TEST(Table, AVerdictIsBrokenBeforeTheEngineOrWhereItMustBe) {
  const Style plain(false);
  const std::string long_name(40, 'x');
  EXPECT_EQ(verdict_lines("short  (vllm 1.0)", plain, Ink::kGreen), "short  (vllm 1.0)\n");
  EXPECT_EQ(verdict_lines(long_name + " " + long_name.substr(8) + "  (vllm 1.0)", plain, Ink::kGreen),
            long_name + " " + long_name.substr(8) + "\n  (vllm 1.0)\n");
  EXPECT_EQ(verdict_lines(long_name + " " + long_name + "  (vllm 1.0)", plain, Ink::kGreen), long_name + "\n  " + long_name + " (vllm 1.0)\n");
}

TEST(Table, OthersAreCountedInWordsThatRead) {
  ProfileResult result = sample();
  result.report->searches.front().feasible = 2;
  EXPECT_THAT(table(result), HasSubstr("  ... 212 more do not fit\n"));
  result.report->searches.front().dropped.front().count = 0;
  EXPECT_THAT(table(result), Not(HasSubstr("...")));
  result.report->searches.front().feasible = 5;
  EXPECT_THAT(table(result), HasSubstr("  ... 3 more fit\n"));
}

TEST(Table, AMissedTargetIsShownBesideWhatIsReached) {
  ProfileResult result = sample();
  result.request->itl_ms = 5;
  result.report->sla_met = false;
  result.report->best_itl_ms = 9.8;
  const std::string text = table(result);
  EXPECT_TRUE(text.starts_with("Nothing meets ITL <= 5 ms on 8 h200_sxm.\n")) << text;
  EXPECT_THAT(text, HasSubstr("ITL 9.80 ms (you asked for 5 ms)"));
  EXPECT_THAT(text, HasSubstr("<=    5 ms    missed"));
}

TEST(Table, ANaivePickShowsNoPrediction) {
  ProfileResult result = sample();
  result.report->naive = true;
  const std::string text = table(result);
  EXPECT_TRUE(text.starts_with("Fits in memory, speed unverified: ")) << text;
  EXPECT_THAT(text, Not(HasSubstr("tok/s")));
  EXPECT_THAT(text, HasSubstr("Numbers: unverified"));
  const Value value = report_value(result, "");
  EXPECT_TRUE(value.find_path({"chosen", "ttftMs"})->is_null());
  EXPECT_TRUE(value.find_path({"sla", "met"})->is_null());
}

TEST(Table, AModelledPickShowsItsErrorBand) {
  ProfileResult result = sample();
  Provenance& from = result.report->provenance;
  from = {0.2, 0.3, 0, 0.5, "modelled", "no tables of l40 with vllm"};
  from.estimated = 0.4;
  from.band = ErrorBand{{0.9, 1.5}, {0.8, 1.2}, {0.7, 1.1}};
  const std::string text = table(result);
  EXPECT_TRUE(text.starts_with("Meets the SLA if the model holds: ")) << text;
  EXPECT_THAT(text, HasSubstr("Numbers: modelled (no tables of l40 with vllm)"));
  EXPECT_THAT(text, HasSubstr("(40 % for want of rows)"));
  EXPECT_THAT(text, HasSubstr("TTFT 417 to 695 ms"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 80u) << line;
  const Value value = report_value(result, "");
  EXPECT_EQ(value.find_path({"provenance", "errorBand", "itl", "high"})->number_or(0), 1.2);
  EXPECT_TRUE(report_value(sample(), "").find_path({"provenance", "errorBand"})->is_null());
}

TEST(Table, RowsNotToBeBelievedAreNamed) {
  ProfileResult result = sample();
  result.report->provenance.suspects = {{"decode", "qkv_gemm", "neighbours", 19.4, 0.6}};
  EXPECT_THAT(table(result), HasSubstr("Doubtful rows: decode qkv_gemm (19.4x)."));
  const Value value = report_value(result, "");
  const Array* rows = value.find_path({"provenance", "suspectRows"})->as_array();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(*rows->front().find("contradicts")->as_string(), "neighbours");
}

TEST(Table, NothingThatRunsNamesTheReasons) {
  ProfileResult result = sample();
  result.report->chosen.reset();
  result.report->ranked.clear();
  result.report->searches.front().error = "no table for fp4";
  EXPECT_THAT(table(result), HasSubstr("no table for fp4"));
}

TEST(Table, TheSameReportGivesTheSameBytes) {
  EXPECT_EQ(write_json(report_value(sample(), "x")), write_json(report_value(sample(), "x")));
  EXPECT_EQ(table(sample(), true), table(sample(), true));
}

TEST(ReportList, OneReportStandsAlone) {
  const Value one = report_list({report_value(sample(), "a")});
  EXPECT_EQ(*one.find("kind")->as_string(), "ProfileReport");
  const Value two = report_list({report_value(sample(), "a"), report_value(sample(), "b")});
  EXPECT_EQ(*two.find("kind")->as_string(), "ProfileReportList");
  EXPECT_EQ(two.find("items")->as_array()->size(), 2u);
}

}  // namespace
}  // namespace dynamo::cli
