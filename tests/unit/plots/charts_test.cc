#include "plots/charts.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "dynamo/profiler/plots.h"

namespace dynamo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Sample {
  ValidatedRequest request;
  Estimate unit;
  Curves curves;
  EngineSweep sweep;
};

Sample sample() {
  Sample s;
  s.request.model_name = "toy/model";
  s.request.isl = 3000;
  s.request.osl = 1000;
  s.request.ttft_ms = 300;
  s.request.itl_ms = 20;
  s.unit.prefill.system = s.unit.decode.system = "h200_sxm";
  s.unit.decode.parallel = {.tp = 2};
  s.unit.decode.batch = 32;
  for (int isl = 100; isl < 8000; isl += 500) {
    s.curves.prefill.isl.push_back(isl);
    s.curves.prefill.ttft_ms.push_back(10 + isl / 20.0);
    s.curves.prefill.tokens_per_s_gpu.push_back(isl / (10 + isl / 20.0) * 1000);
  }
  s.curves.decode.max_kv_tokens = 400000;
  for (const double context : {350.0, 3500.0}) {
    for (const double usage : {0.01, 0.25, 0.5, 0.75}) {
      s.curves.decode.kv_usage.push_back(usage);
      s.curves.decode.context_length.push_back(context);
      s.curves.decode.itl_ms.push_back(8 + usage * 12e3 / context);
      s.curves.decode.tokens_per_s_gpu.push_back(usage * 1000);
    }
  }
  s.sweep.prefill = {{"tp1", {.tp = 1}, 1, 1, 250, 9000}, {"tp2", {.tp = 2}, 2, 1, 140, 8000}};
  s.sweep.decode = {{"tp1", {.tp = 1}, 1, 1, 15, 60}, {"tp1", {.tp = 1}, 1, 32, 25, 1200}, {"tp2", {.tp = 2}, 2, 32, 14, 1100},
                    {"tp2", {.tp = 2}, 2, 512, 300, 3000}};
  return s;
}

TEST(Ticks, AreRoundAndReachTheEnd) {
  EXPECT_THAT(plots::ticks(7476), ElementsAre(0, 2000, 4000, 6000, 8000));
  EXPECT_THAT(plots::ticks(0.9), SizeIs(6));
  EXPECT_THAT(plots::ticks(0), SizeIs(6));
  EXPECT_GE(plots::ticks(455).back(), 455);
}

TEST(Charts, PrefillMarksTheRequestedPrompt) {
  const Sample s = sample();
  const plots::Chart chart = plots::prefill_ttft_chart(s.request, s.unit, s.curves.prefill);
  ASSERT_TRUE(chart.pick.has_value());
  EXPECT_EQ(chart.pick->x, 3000);
  EXPECT_NEAR(chart.pick->y, 160, 1e-9);
  EXPECT_EQ(chart.pick->label, "requested ISL 3,000: 160 ms");
  EXPECT_EQ(chart.limits.at(0).value, 300);
}

TEST(Charts, DecodeHasALineForEveryContextAndMarksThePicksLoad) {
  const Sample s = sample();
  const plots::Chart chart = plots::decode_itl_chart(s.request, s.unit, s.curves.decode);
  ASSERT_THAT(chart.series, SizeIs(2));
  EXPECT_EQ(chart.series[1].name, "context 3,500 tokens");
  ASSERT_TRUE(chart.pick.has_value());
  EXPECT_NEAR(chart.pick->x, 28, 1e-9) << "32 requests of 3500 tokens in 400,000";
  EXPECT_EQ(chart.limits.at(0).name, "ITL target 20 ms");
}

TEST(Charts, SweepMarksThePickAndLeavesOutWhatIsNoChoice) {
  const Sample s = sample();
  const plots::Chart decode = plots::decode_sweep_chart(s.request, s.unit, s.sweep);
  ASSERT_TRUE(decode.pick.has_value());
  EXPECT_EQ(decode.pick->label, "pick: tp2, batch 32");
  EXPECT_EQ(decode.series.front().name, "tp2, 2 GPUs");
  EXPECT_THAT(decode.series.front().points, SizeIs(1));
  EXPECT_EQ(plots::prefill_sweep_chart(s.request, s.unit, s.sweep).pick->label, "pick: tp1");
}

TEST(Charts, LayoutsWithoutAColourOfTheirOwnAreGathered) {
  Sample s = sample();
  const EnginePoint first = s.sweep.prefill.front();
  for (int i = 1; i <= 9; ++i) {
    EnginePoint other = first;
    other.parallel.tp = 2 * i;
    other.layout = "other" + std::to_string(i);
    other.latency_ms = 100.0 * i;   // the target is 300 ms
    other.tokens_per_s_gpu = first.tokens_per_s_gpu + i;
    s.sweep.prefill.push_back(other);
  }
  s.sweep.prefill.back().latency_ms = 901;   // more than three times the target
  const plots::Chart chart = plots::prefill_sweep_chart(s.request, s.unit, s.sweep);
  ASSERT_THAT(chart.series, SizeIs(7));
  EXPECT_EQ(chart.series.front().name, "tp1, 1 GPU") << "the pick first";
  EXPECT_EQ(chart.series[1].name, "other8, 1 GPU") << "then the fastest";
  std::size_t points = 0;
  for (const plots::Series& series : chart.series) points += series.points.size();
  EXPECT_EQ(chart.series.back().name, std::to_string(points - 6) + " more layouts");
}

TEST(Plots, ArePicturesWithTextInBothFormats) {
  const Sample s = sample();
  const std::vector<PlotFile> files = plot_files(s.request, s.unit, s.curves, s.sweep);
  ASSERT_THAT(files, SizeIs(12));
  // To look at them.
  if (const char* folder = std::getenv("DYNAMO_PLOT_DIR")) {
    for (const PlotFile& file : files) {
      std::ofstream(std::filesystem::path(folder) / std::filesystem::path(file.name).filename(), std::ios::binary) << file.bytes;
    }
  }
  for (std::size_t i = 0; i < files.size(); i += 2) {
    EXPECT_EQ(files[i].bytes.substr(0, 8), "\x89PNG\r\n\x1a\n") << files[i].name;
    EXPECT_GT(files[i].bytes.size(), 10000u);
    EXPECT_THAT(files[i + 1].bytes, HasSubstr("<svg"));
    EXPECT_THAT(files[i + 1].name, HasSubstr(".svg"));
  }
}

}  // namespace
}  // namespace dynamo
